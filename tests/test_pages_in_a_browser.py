"""Each page in Chromium: axe finds nothing, nothing scrolls sideways, nothing leaves the site; keys suffice."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from folkmoot.accounts.operations import make_start_link
from folkmoot.conversations.models import Topic
from folkmoot.doors.mail import addresses, transport
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter, RawLetter
from folkmoot.groups.operations import apply, invite
from tests import make

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
STRANGER = ["/", "/groups", "/groups?q=zzz", "/account/login/", "/account/signup/", "/account/login/code/"]
STRANGER += ["/start?token=wrong", "/g/nowhere", "/g/tarn", "/g/tarn/topics", "/g/tarn/members", "/people/olga"]
SIGNED_IN = ["/", "/groups/new", "/settings", "/settings/past", "/account/email/", "/account/logout/"]
SIGNED_IN += ["/inbox", "/inbox?list=later", "/inbox?group=tarn", "/inbox/drafts", "/inbox?list=for-me"]
SIGNED_IN += ["/g/tarn", "/g/tarn/topics", "/g/tarn/topics?q=hello", "/g/tarn/topics/new", "/g/tarn/members"]
SIGNED_IN += ["/g/tarn/manage", "/g/tarn/manage/members", "/g/tarn/manage/held", "/manage/outgoing", "/people/olga"]


@pytest.fixture
def site(live_server, tmp_path, settings):
    """One group with long names, two scripts, and everything that can wait."""
    settings.OUTGOING = tmp_path / "outgoing"
    olga, ann = make.person("Olga", administrator=True), make.person(f"Ann {LONG}"[:100], address="ann@example.org")
    group = make.group(
        ann, owner=olga, name=f"Tarn Users {LONG}"[:100], purpose="For those who run Tarn.", place="Bochum"
    )
    topic = make.topic(
        group, author=ann, title=f"Hello {LONG}", body=f"# Title\n\n{LONG}{LONG}\n\n```\n{LONG}{LONG}\n```"
    )
    make.post(
        topic, author=olga, body="مرحبا\n\n> a quote\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |", via="mail"
    )
    asking = make.group(owner=olga, slug="asking", joining="approval", question="Why?")
    apply(asking, person=ann, answer="Because.", via="test")
    invitation = invite(group, address="eve@example.org", name="Eve", by=olga, via="test")
    letter = RawLetter.objects.create(raw=make.letter(sender="Eve <eve@example.org>"))
    incoming = IncomingLetter.objects.create(letter=letter, sender="eve@example.org", recipient="tarn@localhost")
    HeldLetter.objects.create(incoming=incoming, group=group, address="eve@example.org", title="Hi", reason="forged")
    sheet = transport.Sheet(make.letter(subject=f"Kept {LONG}"))
    transport.MaildirTransport().send([transport.Copy("x@localhost", "ann@example.org", sheet)])
    kept = next(path.name for path in (settings.OUTGOING / "new").iterdir())
    more = [
        topic.get_absolute_url(),
        f"/invitations/{invitation.token}",
        f"/mail/leave/{addresses.leave_token(group.memberships.get(person=ann).pk)}",
        f"/mail/mute/{addresses.mute_token(group.memberships.get(person=ann).pk, topic.pk)}",
    ]
    return {
        "stranger": [*STRANGER, *more, "/g/asking", f"/start?token={make_start_link() or 'used'}"],
        "olga": [*SIGNED_IN, *more, f"/inbox/{topic.pk}", "/g/asking/manage/members", f"/manage/outgoing/{kept}"],
        "people": {"olga": olga, "ann": ann},
    }


def sign_in(context, live_server, person):
    client = Client()
    client.force_login(person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("who", ["stranger", "olga"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(context, page, site, live_server, who, scheme, width):
    if who != "stranger":
        sign_in(context, live_server, site["people"][who])
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    found = []
    for address in site[who]:
        page.goto(address)
        found += [f"{address}: {one['id']} {one['nodes'][0]['html']}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: scrolls sideways")

    assert "\n".join(found) == ""


def violations(page):
    return Axe().run(page).response["violations"]


def test_from_founding_to_a_reply_by_keyboard_alone(context, page, live_server):
    sign_in(context, live_server, make.person("Ann"))

    page.goto("/groups/new")
    write(page, "Name of the group", "Tarn Users")
    press(page, "Found the group")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tarn Users")

    press(page, "Talk")
    press(page, "Start the first conversation")
    write(page, "What is it about?", "Who are we?")
    write(page, "What do you want to say?", "I am Ann.")
    press(page, "Start it")
    expect(page.get_by_role("article")).to_have_count(1)

    write(page, "Your reply", "And I answer myself.")
    press(page, "Send reply")

    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").last).to_contain_text("And I answer myself.")
    assert Topic.objects.get().post_count == 2


def test_an_empty_form_puts_the_focus_on_what_to_mend(context, page, live_server):
    sign_in(context, live_server, make.person("Ann"))
    page.goto("/groups/new")
    page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")

    press(page, "Found the group")

    expect(page.get_by_role("alert")).to_contain_text("Name of the group")
    expect(page.get_by_role("alert")).to_be_focused()


def tab_to(page, name):
    """Go on with the tabulator until the focus is on what has this name."""
    for _step in range(80):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAME_OF_FOCUS):
            return
    raise AssertionError(f"the tabulator never comes to {name}")


NAME_OF_FOCUS = """() => {
    const one = document.activeElement;
    const labels = [...(one.labels || [])].map(label => label.textContent);
    return [...labels, one.getAttribute("aria-label") || "", one.textContent.trim()].join(" ");
}"""


def write(page, name, words):
    tab_to(page, name)
    page.keyboard.type(words)


def press(page, name):
    tab_to(page, name)
    with page.expect_navigation():
        page.keyboard.press("Enter")
