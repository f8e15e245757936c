"""Each page in Chromium: axe finds nothing, nothing scrolls sideways, nothing leaves the site; keys suffice."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import make_start_link
from folkmoot.conversations.models import ScheduledPost, Topic
from folkmoot.conversations.operations import (
    accept_answer,
    edit,
    keep_draft,
    lock,
    make_channel,
    merge,
    move,
    pin,
    react,
    retitle,
    schedule,
    split,
    start_topic,
    unlock,
)
from folkmoot.doors.mail import tokens, transport
from folkmoot.doors.mail.models import Confirmation, HeldLetter, IncomingLetter, RawLetter
from folkmoot.groups.operations import (
    apply,
    ask,
    begin_move,
    come_by,
    date_move_back,
    describe_member,
    found,
    invite,
    make_field,
    make_link,
    make_rule,
)
from folkmoot.meetings.operations import add_venue, answer
from tests import make
from tests.governed import how_it_is_governed
from tests.met import how_it_meets

pytestmark = pytest.mark.browser

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
STRANGER = ["/", "/groups", "/groups?q=zzz", "/account/login/", "/account/signup/", "/account/login/code/"]
STRANGER += ["/account/password/reset/"]
STRANGER += ["/start?token=wrong", "/g/nowhere", "/g/tarn", "/g/tarn/topics", "/g/tarn/members", "/people/olga"]
SIGNED_IN = [
    "/",
    "/groups/new",
    "/settings",
    "/settings/past",
    "/account/logout/",
    "/search?q=hello",
    "/settings/feeds",
    "/settings/calendars",
]
SIGNED_IN += ["/meetings", "/meetings?of=all&town=Bochum"]
SIGNED_IN += ["/inbox", "/inbox?list=later", "/inbox?group=tarn", "/inbox?list=for-me"]
SIGNED_IN += [f"/settings/{page}" for page in "profile addresses security sessions data data/erase".split()]
SIGNED_IN += ["/account/2fa/totp/activate/", "/account/2fa/webauthn/add/", "/account/password/set/"]
STRANGER += ["/help", "/help/members", "/help/operators", "/help/settings"]
STRANGER += [
    "/meetings",
    "/meetings?town=Springfield&within=500",
    "/meetings?town=zzzz",
    "/g/tarn/meetings?at=51.5,7.2",
]
STRANGER += ["/search", "/search?q=hello", "/search?q=zzz", "/g/tarn/topics?q=hello"]
SIGNED_IN += ["/g/tarn", "/g/tarn/topics", "/g/tarn/topics?q=hello", "/g/tarn/topics/new", "/g/tarn/members"]
SIGNED_IN += ["/g/tarn/topics?show=unanswered", "/g/tarn/topics?show=mine", "/g/tarn/channels/ops", "/scheduled"]
SIGNED_IN += ["/g/tarn/manage", "/g/tarn/manage/members", "/g/tarn/manage/held", "/manage/outgoing", "/people/olga"]
SIGNED_IN += ["/g/tarn/manage/channels", "/g/tarn/manage/subgroups", "/g/tarn/manage/subgroups/split"]
SIGNED_IN += ["/g/tarn/manage/roles", "/g/tarn/manage/permissions", "/g/tarn/manage/members/past"]
SIGNED_IN += ["/g/tarn/manage/companies", "/organizations"]
SIGNED_IN += [f"/installation{page}" for page in ("", "/notices", "/groups", "/groups/tarn", "/groups?q=zzz")]
SIGNED_IN += [f"/installation/{page}" for page in ("founding", "administrators", "history")]
STRANGER += ["/imprint"]
SIGNED_IN += ["/g/tarn/manage/companies", "/organizations", "/organizations/acme", "/g/tarn/manage/reports"]
SIGNED_IN += [f"/g/tarn/manage/{page}" for page in "todo history duties permissions permissions/why".split()]
SIGNED_IN += ["/g/tarn/manage/permissions/why?person=olga&permission=topics.read", "/g/tarn/election", "/g/nowhere"]
STRANGER += ["/g/tarn/transparency"]
FAILURES = ["403.html", "404.html", "429.html", "500.html", "web/413.html"]
SIGNED_IN += [f"/g/tarn/manage/joining/{part}" for part in "links questions fields rules".split()]
SIGNED_IN += ["/g/tarn/manage/members/import", "/g/tarn/leave", "/g/tarn/members/ann"]
SIGNED_IN += ["/g/tarn/manage/joining/over", "/g/asking/manage/joining/over"]
SIGNED_IN += ["/g/tarn/meetings/bring", "/g/tarn/meetings/attendees", "/g/tarn/meetings/figures"]


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
    everything_that_can_happen_to(topic, olga=olga, ann=ann)
    asking = make.group(owner=olga, slug="asking", joining="approval", question="Why?")
    apply(asking, person=ann, answer="Because.", via="test")
    link = how_people_come_in(group, olga=olga, ann=ann)
    invitation = invite(group, address="eve@example.org", name="Eve", by=olga, via="test")
    letter = RawLetter.objects.create(raw=make.letter(sender="Eve <eve@example.org>"))
    incoming = IncomingLetter.objects.create(letter=letter, sender="eve@example.org", recipient="tarn@localhost")
    HeldLetter.objects.create(incoming=incoming, group=group, address="eve@example.org", title="Hi", reason="forged")
    sheet = transport.Sheet(make.letter(subject=f"Kept {LONG}"))
    transport.MaildirTransport().send([transport.Copy("x@localhost", "ann@example.org", sheet)])
    kept = next(path.name for path in (settings.OUTGOING / "new").iterdir())
    talked_about = make.post(topic, author=ann, body="Old words, @olga.")
    edit(talked_about, by=ann, body=f"New words {LONG}{LONG}", via="test")
    react(talked_about, "thanks", by=olga, via="test")
    keep_draft(olga, "new-tarn", title=f"Half {LONG}", body=f"a thought {LONG}")
    post = f"/posts/{talked_about.pk}"
    more = [
        Topic.objects.get(pk=topic.pk).get_absolute_url(),
        f"{post}/actions",
        f"{post}/history",
        f"/invitations/{invitation.token}",
        f"/join/{link.token}",
        f"/mail/leave/{tokens.leave_token(group.memberships.get(person=ann).pk)}",
        f"/mail/mute/{tokens.mute_token(group.memberships.get(person=ann).pk, topic.pk)}",
    ]
    meets = where_it_meets(group, ann=ann)
    over = where_it_comes_from(group, olga=olga)
    more += [*meets[:3], *over[:3]]
    met = how_it_meets(group, olga=olga, ann=ann, words=LONG)
    governed = how_it_is_governed(group, talked_about, olga=olga, ann=ann, words=LONG)
    channel, waiting = group.channels.get(slug="ops"), ScheduledPost.objects.get()
    mine = [f"/topics/{topic.pk}/actions", f"/g/tarn/manage/channels/{channel.pk}", f"/scheduled/{waiting.pk}"]
    seen_as = [f"/g/tarn/manage/view-as/{group.roles.get(key=key).pk}/topics" for key in ("anyone", "moderator")]
    return {
        "stranger": [*STRANGER, *more, *met["stranger"], "/g/asking", f"/start?token={make_start_link() or 'used'}"],
        "olga": [
            *SIGNED_IN,
            *more,
            *mine,
            *seen_as,
            *meets[3:],
            *over[3:],
            "/drafts",
            f"/inbox/{topic.pk}",
            f"{post}/edit",
            f"{post}/reply?quote=1",
            "/g/asking/manage/members",
            f"/manage/outgoing/{kept}",
            f"{post}/report",
            *met["olga"],
            *governed["olga"],
        ],
        "ann": ["/g/tarn", "/g/tarn/election", "/g/tarn/members", f"{post}/actions", *met["ann"], *governed["ann"]],
        "people": {"olga": olga, "ann": ann},
    }


def where_it_meets(group, *, ann):
    """Addresses: three that all may see, then those of organisers."""
    told = {"address": LONG * 2, "city": "Bochum", "directions": LONG * 9, "parking": LONG, "is_step_free": True}
    venue = add_venue(group, name=LONG, latitude=51.5, longitude=7.2, by=OPERATOR, via="test", **told)
    meeting = make.meeting(group, title=f"Backups {LONG}", venue=venue, seats=1, about=f"# {LONG}{LONG}", guests=2)
    for person in (ann, group.memberships.exclude(person=ann)[0].person):
        answer(meeting, person=person, answer="yes", note=LONG, via="test")
    address = meeting.get_absolute_url()
    month = f"/g/tarn/meetings?month={meeting.starts:%Y-%m}"
    own = ["/g/tarn/meetings/new", f"{address}/change", f"{address}/people", "/g/tarn/manage/venues"]
    return [address, month, f"/g/tarn/venues/{venue.pk}", "/g/tarn/meetings", *own]


def where_it_comes_from(group, *, olga):
    """Addresses: three for whoever has them, then the poster. Some have come, in some weeks."""
    said = {"name": LONG[:80], "address": f"https://{'old-place.' * 12}example/{LONG}", "members": 610}
    move = begin_move(group, **said, by=olga, via="test")
    for name in ("Bea", "Cem"):
        come_by(move.link, person=make.person(name), values={"editor": "vi"}, via="test")
    date_move_back(move, opened=[120, 80, 41], by=OPERATOR, via="test")
    asked = {"group": group, "address": "zoe@example.net", "name": "Zoe", "token": "wombatsover"}
    Confirmation.objects.create(kind=Confirmation.Kind.OVER, link=move.link, **asked)
    token = tokens.counts_token(group.memberships.get(person=olga).pk)
    return [f"/over/{move.link.token}", "/mail/over/wombatsover", f"/mail/counts/{token}", f"/moves/{move.pk}/poster"]


def how_people_come_in(group, *, olga, ann):
    """A link with all that can come with it, a question, fields of which some are filled in, and a rule."""
    team = found(founder=olga, name=f"Team {LONG}"[:100], slug="team", parent=group, by=olga, via="test")
    ask(group, words=f"Why {LONG}?", by=olga, via="test")
    make_field(group, label=f"Town {LONG}"[:80], by=olga, via="test")
    make_field(group, label="Editor", kind="choice", choices=["vi", "Emacs"], is_required=True, by=olga, via="test")
    field = group.member_fields.get(label="Editor")
    describe_member(group.memberships.get(person=ann), {"editor": "vi"}, by=olga, via="test")
    make_rule(team, about="field", field=field, value="vi", takes_out=True, by=olga, via="test")
    role = group.roles.get(key="moderator")
    return make_link(
        group, role=role, subgroups=[team], most_uses=9, ends_at=now() + timedelta(days=9), by=olga, via="test"
    )


def everything_that_can_happen_to(topic, *, olga, ann):
    """An answer, a pin, lines of each kind, a nameless post; and one that waits, in a channel of its own."""
    ops = make_channel(topic.channel.group, slug="ops", by=olga, via="test", allows_anonymous=True, purpose=LONG)
    accept_answer(topic.posts.in_order().last(), by=ann, via="test")
    pin(topic, by=olga, via="test")
    retitle(topic, title=f"Hello again {LONG}", by=olga, via="test")
    move(topic, to=ops, by=olga, via="test")
    part = make.post(topic, author=ann, body="By the way.")
    split(topic, posts=[part.pk], title=f"By the way {LONG}", by=olga, via="test")
    merge(
        start_topic(ops, author=ann, title=LONG, body="Hm.", via="web", is_anonymous=True), into=topic, by=olga, via="t"
    )
    lock(topic, by=olga, via="test", reason=LONG)
    unlock(topic, by=olga, via="test")
    schedule(ops, topic=topic, author=olga, body=LONG, due_at=now() + timedelta(days=1), via="test")


def sign_in(context, live_server, person):
    client = make.signed_in(Client(), person)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
@pytest.mark.parametrize("who", ["stranger", "olga", "ann"])
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


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_on_what_is_said_when_something_fails(page, rf, live_server, width):
    """Their words alone; that each is shown when it should be is tested elsewhere."""
    page.set_viewport_size({"width": width, "height": 800})
    found = []
    for name in FAILURES:
        request = rf.get("/")
        request.user = AnonymousUser()
        words = render_to_string(name, request=request)
        page.route("**/fails", lambda route, _request, words=words: route.fulfill(body=words, content_type="text/html"))
        page.goto("/fails")
        found += [f"{name}: {one['id']} {one['nodes'][0]['html']}" for one in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name}: scrolls sideways")

    assert "\n".join(found) == ""


@pytest.mark.timeout(600)
def test_at_the_width_of_a_small_phone_and_from_right_to_left_nothing_scrolls_sideways(
    context, page, site, live_server
):
    sign_in(context, live_server, site["people"]["olga"])
    page.set_viewport_size({"width": 320, "height": 700})
    found = []
    for address in site["olga"]:
        page.goto(address)
        for way in ("ltr", "rtl"):
            page.evaluate("way => document.documentElement.dir = way", way)
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                found.append(f"{address}: scrolls sideways, {way}")

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


def test_what_was_done_is_undone_by_keyboard_and_without_script(chromium, site, live_server):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    sign_in(context, live_server, site["people"]["olga"])
    page = context.new_page()
    page.goto(next(address for address in site["olga"] if address.startswith("/topics/")))
    page.get_by_role("button", name="Unpin it").press("Enter")
    assert Topic.objects.exclude(pinned_at=None).count() == 0

    expect(page.get_by_role("status")).to_contain_text("no longer pinned")
    page.get_by_role("button", name="Undo").press("Enter")

    expect(page.get_by_role("status")).to_contain_text("stands at the head of the board")
    assert Topic.objects.exclude(pinned_at=None).count() == 1
    context.close()


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
    if (!one.matches("a, button, input, select, textarea, summary")) return "";
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
