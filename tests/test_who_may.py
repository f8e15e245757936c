"""Every door for every kind of person, against the table of who may: tests/who_may.txt.

A row of the table: `methods address | who may | who else may know of it | what is sent`.

- who may: permissions and other words of tests/who_may.py, and kinds of people (tests/world.py); several mean any of
  them. They get an answer below 400.
- who else may know of it: they get words that say why not, with 403, or 422 and their form. All others get the answer
  for what does not exist.
- what is sent: fields of the form, `field=value`. `@name=thing` puts another thing into the address than the one of
  that name, `group.field=value` changes the group before. `{thing}` stands for the number or the name of a thing.

A hand for letters has a line `MAIL hand | who may | - | to=address`; who may not have it done leaves nothing behind.
A command has a line `CLI verb | operator | for whom it acts`: an option of its, where it needs a person to act.

So a new address needs one line there, and a new kind of thing one in tests/world.py. A test that fails says which line
is missing, or lists for each address what came instead of what is promised, and to whom.
"""

import re
from io import BytesIO

import click
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from PIL import Image

from folkmoot.config.cli.commands import ALL
from folkmoot.config.mail_routes import MAIL_ROUTES
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.groups.models import Group
from tests import make, world
from tests.test_bad_input import addresses, filled
from tests.who_may import meant, rows

SETTINGS = {"public": {"visibility": "public"}, "hidden": {"visibility": "hidden", "joining": "invitation"}}
OF_NO_GROUP = {"people's own", "the installation"}
LEFT = "SELECT (SELECT count(*) FROM outbox_event), (SELECT count(*) FROM groups_historyentry)"
LIKE_MEMBERS = {"organiser", "partner", "customer", "outside"}  # looked at once, to be quick
FEW = ["visitor", "signed-in", "administrator", "owner", "whose"]  # to whom those can make a difference


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"


def test_every_address_has_a_row():
    known = {row.route for row in rows()}
    there = {route for route, _view in addresses() if "(" not in route}

    assert not there - known, f"No line in tests/who_may.txt says who may: {sorted(there - known)}"
    assert not known - there, f"There is no such address any more: {sorted(known - there)}"


class Asking(RequestFactory):
    """Django's client without what it keeps of each answer, which takes long; its cookies stay as they are."""

    handler = ClientHandler(enforce_csrf_checks=False)

    def __init__(self, person):
        super().__init__()
        if person is not None:
            self.cookies = make.signed_in(Client(), person).cookies

    def request(self, **asked):
        return self.handler(self._base_environ(**asked))


class Visits:
    """Asks for one address as each kind of person, and undoes what that did."""

    def __init__(self, visibility, slug="wombats"):
        self.visibility = visibility
        self.world = world.around(slug, **SETTINGS[visibility])
        self.clients = {kind: Asking(person) for kind, person in self.world.people.items()}
        self.before, self.wrong, self.nothing = left(), {}, {}

    def ask(self, row, method, kind, things):
        """Ask, undo, and return the answer with what it left behind."""
        client, address, sent = self.clients[kind], filled(row.route, things), self.sent(row)
        with transaction.atomic():
            self.change_group(row)
            answer = client.get(address) if method == "GET" else client.post(address, sent)
            has_left = method == "POST" and left() != self.before
            transaction.set_rollback(True)
        return answer, has_left

    def change_group(self, row):
        changes = {name[6:]: value for name, value in row.sent.items() if name.startswith("group.")}
        if changes:
            Group.objects.filter(pk=self.world.group.pk).update(**changes)

    def things(self, row):
        others = {name[1:]: value for name, value in row.sent.items() if name.startswith("@")}
        return self.world.things | {name: self.world.things.get(value, value) for name, value in others.items()}

    def sent(self, row):
        fields = {name: value for name, value in row.sent.items() if name[0] != "@" and not name.startswith("group.")}
        return {
            name: SimpleUploadedFile("a.png", picture()) if value == "file" else value.format(**self.world.things)
            for name, value in fields.items()
        }

    def look(self, row):
        """See that each kind of person gets what the row says."""
        things = self.things(row)
        lacking = set(named(row)) - things.keys()
        assert not lacking, f"tests/world.py makes nothing for {lacking} of {row.route}"
        may, knows = (meant(words, self.visibility) for words in (row.who, row.knows))
        for method in row.methods:
            for kind in self.kinds(row):
                self.compare(row, method, kind, things, may=kind in may, knows=kind in knows)

    def kinds(self, row):
        if row.chapter in OF_NO_GROUP:
            return FEW
        return [kind for kind in world.KINDS if self.visibility == "public" or kind not in LIKE_MEMBERS]

    def compare(self, row, method, kind, things, *, may, knows):
        answer, has_left = self.ask(row, method, kind, things)
        is_in = answer.status_code < 400 and not asks_to_sign_in(answer)
        if may and not is_in:
            self.note(row, method, kind, answer, "but may")
        if has_left and not may:
            self.note(row, method, kind, answer, "may not, and left something behind")
        if may:
            return
        if knows and kind != "visitor":
            if answer.status_code not in {403, 422} or not words(answer):
                self.note(row, method, kind, answer, "but should hear why not")
        elif shape(answer, [things[name] for name in named(row)]) != self.of_nothing(row, method, kind):
            self.note(row, method, kind, answer, "not as for what does not exist")

    def note(self, row, method, kind, answer, what):
        said = f"{answer.status_code} {answer.headers.get('Location', '')} {what}. {words(answer)}"
        self.wrong.setdefault(f"{method} {row.route}: {said}", []).append(kind)

    def of_nothing(self, row, method, kind):
        """What is answered about things that don't exist; the same to all but strangers."""
        key = (row.route, method, kind == "visitor")
        if key not in self.nothing:
            things = self.things(row)
            none = {name: 999_999 if isinstance(things.get(name), int) else "nowhere" for name in named(row)}
            answer, _left = self.ask(row, method, kind, none)
            self.nothing[key] = shape(answer, none.values())
        return self.nothing[key]


def shape(answer, asked):
    """What can be told from an answer, whichever number or name was asked for; around it stands who is signed in."""
    said = answer.content.decode(errors="replace")
    inner = re.search(r"<main.*</main>", said, re.DOTALL)
    said = re.sub(r"[\w-]{64}", "", inner[0] if inner else said)  # without the tokens of forms
    to = answer.headers.get("Location", "")
    for value in map(str, asked):
        to = re.sub(rf"\b{re.escape(value)}\b", "*", to)
    return answer.status_code, to, said


def named(row):
    return re.findall(r"<(?:\w+:)?(\w+)>", row.route)


def picture():
    drawn = BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    return drawn.getvalue()


def left():
    """How much there is of what each operation leaves behind."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT)
        return cursor.fetchone()


def asks_to_sign_in(answer):
    return answer.status_code == 302 and answer.headers["Location"].startswith("/account/login")


def words(answer):
    said = re.search(r"<main.*?</main>", answer.content.decode(errors="replace"), re.DOTALL)
    return re.sub(r"(<[^>]*>|\s)+", " ", said[0]).strip()[:90] if said else ""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("visibility", SETTINGS)
def test_each_kind_of_person_gets_at_each_address_what_the_table_says(visibility):
    visits = Visits(visibility)

    for row in rows():
        if row.who != "allauth" and (visibility == "public" or row.chapter not in OF_NO_GROUP):
            visits.look(row)

    assert not visits.wrong, "\n".join(f"{', '.join(kinds)}: {what}" for what, kinds in visits.wrong.items())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("visibility", SETTINGS)
def test_each_kind_of_person_gets_by_letter_what_the_table_says(visibility):
    there = world.around("wombats", **SETTINGS[visibility])
    wrong = []

    for row in rows("MAIL"):
        may, known = meant(row.who, visibility), meant("known", visibility)
        to = row.sent["to"].format(**there.things) + "@localhost"
        for number, kind in enumerate(kind for kind in world.KINDS if kind not in LIKE_MEMBERS):
            sender = f"{kind}@example.org"
            with transaction.atomic():
                outcome = arrive(make.letter(to=to, sender=sender, message_id=f"<{number}@x>"), to=to, sender=sender)
                back = OutgoingLetter.objects.filter(recipient=sender).exists()
                transaction.set_rollback(True)
            is_done = outcome.outcome == "done"
            if is_done != (kind in may) or (back and kind not in may | known):
                wrong.append(f"{row.route} by {kind}: {outcome.outcome}, {outcome.note}, {back=}")

    assert not wrong, "\n".join(wrong)


def test_every_hand_for_letters_has_a_row():
    hands = {route.hand.__name__ for route in MAIL_ROUTES}

    assert {row.route for row in rows("MAIL")} == hands, "tests/who_may.txt says of each hand who may, in a line MAIL"


def verbs(commands, before=""):
    for one in commands:
        name = f"{before} {one.name}".strip()
        if isinstance(one, click.Group):
            yield from verbs(one.commands.values(), name)
        else:
            yield name, {option for parameter in one.params for option in parameter.opts}


def test_every_command_has_a_row_that_says_for_whom_it_acts():
    table = {row.route: row.knows for row in rows("CLI")}
    there = dict(verbs(ALL))

    assert table.keys() == there.keys(), "tests/who_may.txt says of each command who may, in a line CLI"
    for verb, options in there.items():
        acting = options & {"--owner", "--by", "--as", "--founder"}
        assert acting == {table[verb]} - {"-"}, f"{verb} acts for {acting}"
