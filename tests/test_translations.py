"""Other languages: the catalogues hold what the sources say, and no page says anything that can't be translated."""

import html
import re
from gettext import GNUTranslations

import pytest
from bs4 import BeautifulSoup, Comment, Doctype
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from bin import _catalogues as catalogues
from folkmoot.accounts.operations import make_start_link
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.invitations import copies
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter, RawLetter
from folkmoot.groups.moves import Counts
from folkmoot.groups.operations import apply, invite
from tests import make
from tests.test_pages_in_a_browser import SIGNED_IN, STRANGER

LANGUAGES = catalogues.languages()
PLACEHOLDERS = re.compile(r"%(?:\(\w+\))?[sd%]|</?\w+[^>]*>")
OPEN, CLOSE = "⟦", "⟧"
IN_TAGS = ("aria-label", "alt", "placeholder")
NO_WORDS = re.compile(r"[^\s⟦⟧]*[@/][^\s⟦⟧]*|\b(Folkmoot|HTML|Message-ID)\b")  # addresses, and names in any language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_the_messages_of_the_sources_all_translated(language):
    """Whoever adds words runs bin/translate, and translates what it names."""
    kept, said = catalogues.read(language), catalogues.extracted()

    assert keys(said) - keys(kept) == set(), "run bin/translate"
    assert keys(kept) - keys(said) == set(), "run bin/translate"
    assert [message.id for message in catalogues.untranslated(kept)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_message(language):
    wrong = []
    for message in filter(lambda one: one.id, catalogues.read(language)):
        wanted = placeholders(message.id[1] if message.pluralizable else message.id)
        forms = message.string if message.pluralizable else [message.string]
        wrong += [form for form in forms if placeholders(form) != wanted]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    with catalogues.file_of(language, "mo").open("rb") as file:
        compiled = GNUTranslations(file)._catalog
    written = {}
    for message in filter(lambda one: one.id, catalogues.read(language)):
        words = message.id[0] if message.pluralizable else message.id
        key = f"{message.context}\x04{words}" if message.context else words
        written |= (
            {(key, form): string for form, string in enumerate(message.string)}
            if message.pluralizable
            else {key: message.string}
        )

    assert {key: string for key, string in compiled.items() if key} == written


def keys(catalogue):
    return {(message.context, message.id) for message in catalogue if message.id}


def placeholders(words):
    return sorted(PLACEHOLDERS.findall(words))


def test_a_reader_of_german_gets_german_pages():
    group = make.group()

    page = Client(headers={"accept-language": "de"}).get(f"/g/{group.slug}")

    assert page.headers["Content-Language"] == "de"
    assert '<html lang="de"' in page.text
    assert "Anmelden" in page.text


# A language that marks whatever is translated: what stands outside of its marks can't be.


class Marked(trans_real.DjangoTranslation):
    """Every message in brackets, also those of Django and of allauth."""

    def gettext(self, message):
        context, _, words = message.rpartition("\x04")
        return words if context.startswith("date format") else f"{OPEN}{words}{CLOSE}"

    def ngettext(self, one, many, number):
        return self.gettext(one if number == 1 else many)


@pytest.fixture
def marked(settings):
    """The language `eo`, which nobody reads these pages in, speaks in brackets."""
    settings.LANGUAGES = [*settings.LANGUAGES, ("eo", "Marked")]
    trans_real._translations["eo"] = Marked("eo")
    yield {"accept-language": "eo"}
    trans_real._translations.pop("eo", None)


@pytest.fixture
def olga():
    """Her group; people here write Greek, so that what is left in Latin letters is ours."""
    olga = make.person("Όλγα", address="olga@example.org", administrator=True)
    ann = make.person("Άννα", address="ann@example.org")
    group = make.group(ann, owner=olga, name="Ομάδα", purpose="Για όλους.", place="Αθήνα", initials="ΟΜ")
    make.post(make.topic(group, author=ann, title="Γεια", body="Γεια σας."), author=olga, body="Ευχαριστώ.", via="mail")
    asking = make.group(owner=olga, slug="asking", name="Άλλη", initials="ΑΛ", joining="approval", question="Γιατί;")
    apply(asking, person=ann, answer="Έτσι.", via="web")
    invite(group, address="eve@example.org", name="Εύα", by=olga, via="web")
    letter = RawLetter.objects.create(raw=make.letter(sender="eve@example.org", subject="Α", body="Β"))
    incoming = IncomingLetter.objects.create(letter=letter, sender="eve@example.org", recipient="tarn@localhost")
    HeldLetter.objects.create(incoming=incoming, group=group, address="eve@example.org", title="Α", reason="forged")
    return olga


def pages_of(olga):
    group = olga.memberships.get(group__slug="tarn").group
    token = group.invitations.get().token
    more = [group.channels.get().topics.get().get_absolute_url(), f"/invitations/{token}"]
    more += [f"/mail/leave/{tokens.leave_token(group.memberships.get(person=olga).pk)}", "/mail/leave/wrong"]
    stranger = [*STRANGER, *more, "/g/asking", f"/start?token={make_start_link() or 'used'}"]
    return [(None, page) for page in stranger] + [
        (olga, page) for page in [*SIGNED_IN, *more, "/g/asking/manage/members"]
    ]


def test_no_page_says_anything_that_cannot_be_translated(marked, olga):
    left = []
    for person, address in pages_of(olga):
        client = Client(headers=marked)
        if person:
            client.force_login(person)
        left += [f"{address}: {words}" for words in unmarked(client.get(address, follow=True).text)]

    assert "\n".join(left) == ""


def unmarked(source):
    """What a page says in Latin letters outside of all marks."""
    page = BeautifulSoup(source, "html.parser")
    said_in_a_language = "body [lang], html:has(.guide) title"  # the guides: translated as a whole, or not at all
    if page.select_one("main [name=q][value]:not([value=''])"):  # the reader's own words
        page.title.decompose()
    for gone in page.select(
        f"script, style, code, pre, [translate=no], [name=language], [name=time_zone], {said_in_a_language}"
    ):
        gone.decompose()
    texts = [str(text) for text in page.find_all(string=True) if not isinstance(text, Comment | Doctype)]
    said = ["\n".join(texts), *(tag[name] for tag in page.find_all(True) for name in IN_TAGS if tag.get(name))]
    outside = "\n".join(map(without_marked, said))
    return [line.strip() for line in NO_WORDS.sub("", outside).splitlines() if re.search(r"[A-Za-z]{2}", line)]


def without_marked(text):
    """Take out what stands in marks, also in marks within marks."""
    before = None
    while before != text:
        before, text = text, re.sub(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "", text)
    return text


LETTERS = sorted(path.name for path in catalogues.PACKAGE.glob("doors/mail/templates/mail/letters/*.txt"))


@pytest.mark.parametrize("name", LETTERS)
def test_no_letter_says_anything_that_cannot_be_translated(marked, olga, name):
    group = olga.memberships.get(group__slug="tarn").group
    group.question = "Γιατί;"
    asking = {"answer": "Έτσι.", "person": olga, "is_accepted": True}
    context = {"site": "https://example.org", "host": "example.org", "group": group, "application": asking}
    context |= {"invitation": group.invitations.get(), "asked": {"held": {"title": "Α"}}, "words": "Όχι.", "body": "Β"}
    context |= {"at": "a@example.org", "list": "l@example.org", "help": "h@example.org", "leave": "x@example.org"}
    meeting = make.meeting(group, title="Α", room="Β")
    context |= {"meeting": meeting, "facts": copies.facts(meeting, comes=True), "hours": 3}
    context |= {"proposed": context["facts"], "who": olga, "reader": olga, "rsvp": "https://example.org/rsvp"}
    context |= {"code": "1234", "signup_url": "https://example.org/", "what": f"{OPEN}…{CLOSE}", "subject": "Α"}

    counts = Counts(there=610, known=200, joined=190, opened=90, by_page=49)
    context |= {"counts": counts, "news": 3, "move": {"name": "Α"}, "page": "https://example.org/over"}

    with translation.override("eo"):
        words = render_to_string(f"mail/letters/{name}", context)

    assert OPEN in words
    assert unmarked(html.escape(words)) == []
