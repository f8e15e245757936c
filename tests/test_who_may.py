"""Every door for every kind of person, against the table of who may: tests/who_may.txt.

A row of the table: `methods address | who may | who else may know of it | what is sent`.

- who may: permissions and other words of tests/who_may.py, and kinds of people (tests/world.py); several mean any of
  them. They get an answer below 400.
- who else may know of it: they get 403, with words. All others get the answer for what does not exist.
- what is sent: fields of the form, `field=value`. `@name=thing` puts another thing into the address than the one of
  that name, `group.field=value` changes the group before. `{thing}` stands for the number or the name of a thing.

So a new address needs one line there, and a new kind of thing one in tests/world.py.
"""

import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from PIL import Image

from folkmoot.groups.models import Group, HistoryEntry
from folkmoot.outbox.models import Event
from tests import make, world
from tests.test_bad_input import addresses, filled
from tests.who_may import meant, rows

SETTINGS = {"public": {"visibility": "public"}, "hidden": {"visibility": "hidden", "joining": "invitation"}}
OF_NO_GROUP = {"people's own", "the installation"}
FEW = ["visitor", "signed-in", "administrator", "owner", "whose"]  # to whom those can make a difference


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"


def test_every_address_has_a_row():
    known = {row.route for row in rows()}
    there = {route for route, _view in addresses() if "(" not in route}

    assert not there - known, f"No line in tests/who_may.txt says who may: {sorted(there - known)}"
    assert not known - there, f"There is no such address any more: {sorted(known - there)}"


class Visits:
    """Asks for one address as each kind of person, and undoes what that did."""

    def __init__(self, visibility, slug="wombats"):
        self.visibility = visibility
        self.world = world.around(slug, **SETTINGS[visibility])
        self.clients = {kind: signed_in(person) for kind, person in self.world.people.items()}
        self.cookies = {kind: client.cookies.copy() for kind, client in self.clients.items()}
        self.wrong = []

    def ask(self, row, method, kind, things):
        """Ask, undo, and return the answer with what it left behind."""
        client = self.clients[kind]
        client.cookies = self.cookies[kind].copy()
        address, sent = filled(row.route, things), self.sent(row)
        with transaction.atomic():
            self.change_group(row)
            before = left()
            answer = client.get(address) if method == "GET" else client.post(address, sent)
            after = left()
            transaction.set_rollback(True)
        return answer, after != before

    def change_group(self, row):
        changes = {name[6:]: value for name, value in row.sent.items() if name.startswith("group.")}
        if changes:
            Group.objects.filter(pk=self.world.group.pk).update(**changes)

    def things(self, row):
        named = {name[1:]: self.world.things.get(value, value) for name, value in row.sent.items() if name.startswith("@")}
        return self.world.things | named

    def sent(self, row):
        fields = {name: value for name, value in row.sent.items() if name[0] != "@" and not name.startswith("group.")}
        files = {name: SimpleUploadedFile("a.png", picture(), "image/png") for name, value in fields.items() if value == "file"}
        return {name: value.format(**self.world.things) for name, value in fields.items()} | files

    def look(self, row):
        """See that each kind of person gets what the row says."""
        things = self.things(row)
        lacking = set(named(row)) - things.keys()
        assert not lacking, f"tests/world.py makes nothing for {lacking} of {row.route}"
        may, knows = (meant(words, self.visibility) for words in (row.who, row.knows))
        for method in row.methods:
            for kind in FEW if row.chapter in OF_NO_GROUP else world.KINDS:
                self.compare(row, method, kind, things, may=kind in may, knows=kind in knows)

    def compare(self, row, method, kind, things, *, may, knows):
        answer, has_left = self.ask(row, method, kind, things)
        what = f"{method} {row.route} as {kind}: {answer.status_code} {answer.headers.get('Location', '')}"
        if may:
            if answer.status_code >= 400 or asks_to_sign_in(answer):
                self.wrong.append(f"{what}, but may. {words(answer)}")
            return
        if has_left and method == "POST":
            self.wrong.append(f"{what}: may not, and left something behind")
        if knows and kind != "visitor":
            if answer.status_code != 403 or not words(answer):
                self.wrong.append(f"{what}, expected 403 with words. {words(answer)}")
        elif shape(answer, [things[name] for name in named(row)]) != self.of_nothing(row, method, kind):
            self.wrong.append(f"{what}, not as for what does not exist. {words(answer)}")

    def of_nothing(self, row, method, kind):
        things = self.things(row)
        none = {name: 999_999 if isinstance(things.get(name), int) else "nowhere" for name in named(row)}
        answer, _left = self.ask(row, method, kind, none)
        return shape(answer, none.values())


def named(row):
    return re.findall(r"<(?:\w+:)?(\w+)>", row.route)


def picture():
    drawn = BytesIO()
    Image.new("RGB", (9, 9)).save(drawn, "PNG")
    return drawn.getvalue()


def signed_in(person):
    return make.signed_in(Client(), person) if person else Client()


def left():
    return Event.objects.count(), HistoryEntry.objects.count()


def asks_to_sign_in(answer):
    return answer.status_code == 302 and answer.headers["Location"].startswith("/account/login")


def shape(answer, asked):
    """What can be told from an answer, whichever number or name was asked for."""
    said = re.sub(r"[\w-]{64}", "", answer.content.decode(errors="replace"))  # the tokens of forms
    to = answer.headers.get("Location", "")
    for value in map(str, asked):
        to = re.sub(rf"\b{re.escape(value)}\b", "*", to)
    return answer.status_code, to, said


def words(answer):
    said = re.search(r"<main.*?</main>", answer.content.decode(errors="replace"), re.DOTALL)
    return re.sub(r"(<[^>]*>|\s)+", " ", said[0]).strip()[:150] if said else ""


@pytest.mark.timeout(300)
@pytest.mark.parametrize("visibility", SETTINGS)
def test_each_kind_of_person_gets_at_each_address_what_the_table_says(visibility):
    visits = Visits(visibility)

    for row in rows():
        if visibility == "public" or row.chapter not in OF_NO_GROUP:
            visits.look(row)

    assert not visits.wrong, "\n".join(visits.wrong)


def test_words():
    for v in SETTINGS:
        for r in rows():
            meant(r.who,v); meant(r.knows,v)
