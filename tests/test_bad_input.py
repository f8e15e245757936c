"""What bad input gets, by the web's door: a clear answer, and nothing left of it; each test looks at what came out."""

import re
import struct
import zlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Attachment, Post, Topic, Upload
from folkmoot.conversations.operations import keep_draft, make_channel, schedule
from folkmoot.groups.models import (
    Application,
    Candidacy,
    Election,
    FoundingRequest,
    Group,
    InvitationLink,
    JoinQuestion,
    MemberField,
    ModerationCase,
    PlacementRule,
    Sanction,
)
from folkmoot.groups.operations import ask_package, begin_move, deny, invite, remove_member, sanction
from folkmoot.groups.operations.duties import make_duty
from folkmoot.meetings import operations as meetings
from folkmoot.meetings.operations.agenda import schedule as put_on_agenda
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.operations.minutes import begin_minutes
from folkmoot.meetings.operations.points import add_point
from folkmoot.meetings.operations.proposing import propose
from folkmoot.outbox.relay import drain
from tests import make

LONG = "x" * 300
OLD_PLACE = {"name": "Wombat place", "address": "https://wombats.example", "members": 9}
TITLES = [
    "Wie geht das?",
    "Γιατί δεν δουλεύει;",
    "Почему не работает?",
    "لماذا لا يعمل؟",
    "なぜ動かないのですか",
    "यह काम क्यों नहीं करता?",
]


def text(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    return tmp_path / "files"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann))


def bomb():
    """A picture of 60,000 by 60,000 points that is a few hundred bytes long."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10_000)), (b"IEND", b"")]
    raw = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return SimpleUploadedFile("bomb.png", b"\x89PNG\r\n\x1a\n" + b"".join(raw), "image/png")


LIES = {
    "x.png": b"<html><script>alert(1)</script>",
    "x.html": b"<html><script>alert(1)</script>",
    "x.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "x.pdf": b"%PDF-1.7 <script>alert(1)</script>",
}


@pytest.mark.parametrize("name", LIES)
def test_a_file_that_lies_about_its_kind_is_handed_out_and_never_run(client, topic, ann, name):
    client.force_login(ann)
    client.post(
        f"/topics/{topic.pk}/replies", {"body": "See.", "files": [SimpleUploadedFile(name, LIES[name], "image/png")]}
    )

    page = text(client.get(topic.get_absolute_url()))
    address = re.search(r'href="(/files/[^"]+)"', page)[1]
    answer = client.get(address)

    assert "<img" not in page.split("<main")[1]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "html" not in answer.headers["Content-Type"]


def test_a_picture_that_explodes_is_refused_wherever_it_is_sent(client, topic, ann, folder):
    client.force_login(ann)

    reply = client.post(f"/topics/{topic.pk}/replies", {"body": "My long text.", "files": [bomb()]})
    ahead = client.post("/uploads", {"file": bomb()})
    face = client.post("/settings/picture", {"picture": bomb()})

    assert [reply.status_code, ahead.status_code, face.status_code] == [422, 422, 422]
    assert "My long text.</textarea>" in text(reply)
    assert topic.posts.count() == 1
    assert not Attachment.objects.exists()
    assert not Upload.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("/groups/new", {"name": LONG, "slug": "loom", "type": "social"}),
        ("/g/tarn/topics/new", {"title": LONG, "body": "Hi"}),
        ("/settings", {"name": LONG}),
        ("/account/signup/", {"name": LONG, "email": "eve@example.org"}),
    ],
)
def test_a_name_of_300_characters_comes_back_with_words(client, topic, ann, address, sent):
    if address != "/account/signup/":
        client.force_login(ann)

    answer = client.post(address, sent)

    assert answer.status_code in {200, 422}
    assert re.search(r"at most (100|200) characters", text(answer))
    assert LONG in text(answer)
    assert {Group.objects.count(), Topic.objects.count()} == {1}
    assert not Person.objects.filter(name__startswith="xxx").exists()


@pytest.mark.parametrize("title", TITLES)
def test_a_title_in_any_script_is_read_found_and_has_an_address(client, topic, ann, title):
    client.force_login(ann)

    made = client.post("/g/tarn/topics/new", {"title": title, "body": "Hm."})

    assert made.status_code == 302
    found = Topic.objects.latest("pk")
    assert found.title == title
    drain(SUBSCRIBERS)
    for address in (found.get_absolute_url(), "/g/tarn/topics", "/inbox"):
        assert title in text(client.get(address)), address
    assert found.posts.get().get_absolute_url() in text(client.get("/search", {"q": title.split()[-1].strip("?;؟")}))


def test_two_clicks_start_one_conversation(client, topic, ann):
    client.force_login(ann)

    first, again = (client.post("/g/tarn/topics/new", {"title": "Cake", "body": "Who?", "once": "k"}) for _ in "ab")

    assert first.headers["Location"] == again.headers["Location"]
    assert Topic.objects.filter(title="Cake").count() == 1


def test_a_stale_form_loses_nothing(topic, ann):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)
    sent = {"body": "A long reply <b>.", "once": "k1", "csrfmiddlewaretoken": "x" * 64}

    answer = strict.post(f"/topics/{topic.pk}/replies", sent, headers={"origin": "http://testserver"})

    page = text(answer)
    assert answer.status_code == 403
    assert "A long reply &lt;b&gt;.</textarea>" in page
    again = dict(re.findall(r'name="(once|csrfmiddlewaretoken)" value="(\w+)"', page.split("<main")[1]))
    assert again["once"] == "k1"
    strict.post(f"/topics/{topic.pk}/replies", {"body": "A long reply <b>."} | again)
    assert [post.body for post in topic.posts.in_order()][1:] == ["A long reply <b>."]


def test_a_form_from_elsewhere_puts_no_words_on_our_pages(topic, ann):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)

    for origin in ({"origin": "https://elsewhere.example"}, {"origin": "null"}, {}):
        answer = strict.post(f"/topics/{topic.pk}/replies", {"body": "Send us your password"}, headers=origin)
        assert answer.status_code == 403
        assert "Send us your password" not in text(answer)

    assert topic.posts.count() == 1


def test_a_reply_as_long_as_a_post_may_be_survives_a_lost_session(client, topic, ann):
    words = "A long reply. " * 14_000
    client.post(f"/topics/{topic.pk}/replies", {"body": words})
    client.force_login(ann)

    assert words in text(client.get(f"/topics/{topic.pk}/reply", follow=True))


# Every address


def addresses(patterns=None, before=""):
    """All that answers, as the patterns' own words: "topics/<int:topic_id>/pin"."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            yield before + str(one.pattern), one.callback
        else:
            yield from addresses(one.url_patterns, before + str(one.pattern))


def filled(route, values):
    def value(found):
        return str(values.get(found[2], 1 if found[1] == "int:" else "x"))

    return "/" + re.sub(r"<(\w+:)?(\w+)>", value, route)


def test_only_what_a_mail_program_sends_goes_without_a_token():
    free = {route for route, view in addresses() if getattr(view, "csrf_exempt", False)}

    calendars = {"dav/", "dav/mine/", "dav/groups/<slug:slug>/"}  # by a secret of their own, and never by a cookie
    calendars |= {f"{folder}<slug:name>.ics" for folder in calendars - {"dav/"}} | {".well-known/caldav"}
    assert free == {"mail/leave/<str:token>", "mail/counts/<str:token>"} | calendars


def test_a_forged_form_is_refused_everywhere(topic, ann):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ann)
    ids = {"topic_id": topic.pk, "slug": "tarn", "post_id": topic.posts.get().pk, "channel_id": topic.channel_id}

    for route, view in addresses():
        if not getattr(view, "csrf_exempt", False) and "(" not in route:
            assert strict.post(filled(route, ids), {"body": "forged"}).status_code == 403, route


# Numbers of one's own things, of companies that are everybody's to know, of letters, and of parts of the sitemap.
OF_NO_GROUP = {
    "affiliation_id",
    "domain_id",
    "organization_id",
    "export_id",
    "session_id",
    "pk",
    "part",
    "held_id",
    "key_id",
}


def numbers_in_addresses():
    return {name for route, _view in addresses() for name in re.findall(r"<int:(\w+)>", route)}


def what_governs(den, ann, olga):
    """One of everything by which a group is governed, by the names that addresses have for its number."""
    duty = make_duty(den, name="Wombat keeper", by=olga, via="test")
    laid = sanction(den, ann, kind=Sanction.Kind.WARN, reason="Wombats.", by=olga, via="test")
    case = ModerationCase.objects.create(group=den, person=ann)
    application = Application.objects.create(group=den, person=make.person("Zoe"), answer="Wombats")
    election = Election.objects.create(group=den, closes_at=now() + timedelta(days=9), electorate=2, quorum=1)
    candidacy = Candidacy.objects.create(election=election, membership=den.memberships.get(person=ann))
    link = InvitationLink.objects.create(group=den, token="wombatlink")
    question = JoinQuestion.objects.create(group=den, words="Wombats?")
    field = MemberField.objects.create(group=den, key="wombats", label="Wombats")
    rule = PlacementRule.objects.create(group=den, about="group", of_group=den)
    return {
        "link_id": link.pk,
        "move_id": begin_move(den, **OLD_PLACE, by=olga, via="test").pk,
        "question_id": question.pk,
        "field_id": field.pk,
        "rule_id": rule.pk,
        "dates_id": make.dates(den).pk,
        "series_id": make.series(den).pk,
        "poll_id": make.poll(den, author=ann).pk,
        "package_id": ask_package(den, by=olga, via="test").pk,
        "duty_id": duty.pk,
        "sanction_id": laid.pk,
        "case_id": case.pk,
        "application_id": application.pk,
        "election_id": election.pk,
        "candidacy_id": candidacy.pk,
        "denial_id": deny(ann, group=den, permission="topics.tend", reason="Wombats.", by=olga, via="test").pk,
        "role_id": den.roles.get(key="moderator").pk,
        "entry_id": den.history.order_by("pk")[0].pk,
        "row_id": application.pk,
        **where_it_meets(den, ann),
        **what_a_meeting_has(den, ann, olga),
        "founding_id": FoundingRequest.objects.create(person=ann, name="Wombat group", slug="wombats").pk,
    }


def where_it_meets(den, ann):
    barn = meetings.add_venue(den, name="Wombat barn", by=OPERATOR, via="test")
    meeting = make.meeting(den, title="Wombat meeting", venue=barn)
    return {
        "meeting_id": meeting.pk,
        "venue_id": barn.pk,
        "rsvp_id": meetings.answer(meeting, person=ann, answer="yes", via="test").pk,
        "wish_id": meetings.ask(meeting, words="Wombats?", by=OPERATOR, via="test").pk,
    }


def what_a_meeting_has(den, ann, olga):
    by = {"by": olga, "via": "test"}
    meeting = make.meeting(den, title="Wombat night", starts_in=timedelta(minutes=-9))
    talk = propose(den, title="Wombat talk", by=ann, via="test")
    item = put_on_agenda(talk, meeting=meeting, **by)
    note_coming(meeting, entries=[Coming("wombat", now(), person=ann.pk)], **by)
    return {
        "meeting_id": meeting.pk,
        "talk_id": talk.pk,
        "item_id": item.pk,
        "attendance_id": meeting.attendances.get().pk,
        "minutes_id": begin_minutes(meeting, **by).pk,
        "point_id": add_point(meeting, sort="action", words="Wombat hay", **by).pk,
    }


@pytest.mark.parametrize("was_in_it", [False, True], ids=["never in the group", "removed a second ago"])
def test_a_guessed_number_answers_like_one_that_does_not_exist(client, ann, was_in_it):
    """A hidden group with one of everything, and somebody outside who knows all its numbers."""
    olga, eve = make.person("Olga"), make.person("Eve")
    den = make.group(ann, owner=olga, slug="den", visibility="hidden")
    if was_in_it:
        remove_member(make.join(den, eve), by=olga, via="test")
    topic = make.topic(den, author=ann, title="Wombat plan", body="Wombat body")
    channel = make_channel(den, slug="ops", by=olga, via="test")
    invitation = invite(den, address="zoe@example.org", by=olga, via="test")
    waiting = schedule(
        channel, topic=topic, author=ann, body="Wombat later", via="test", due_at=now() + timedelta(days=1)
    )
    keep_draft(ann, f"topic-{topic.pk}", body="Wombat draft")
    real = {"topic_id": topic.pk, "post_id": topic.posts.get().pk, "channel_id": channel.pk, "slug": "den"}
    real |= {"scheduled_id": waiting.pk, "membership_id": den.memberships.get(person=ann).pk, "channel": "ops"}
    real |= {"invitation_id": invitation.pk, "title": "wombat-plan", "key": f"topic-{topic.pk}", "kind": "thanks"}
    real |= {"level": "muted", "name": "topics.tend", "group_id": den.pk, **what_governs(den, ann, olga)}
    none = {name: 999_999 if isinstance(value, int) else value for name, value in real.items()} | {"slug": "nowhere"}
    none["key"] = "topic-999999"
    client.force_login(eve)
    assert numbers_in_addresses() - real.keys() == OF_NO_GROUP

    for route, _view in addresses():
        if "<" not in route or "(" in route:
            continue
        for method in (client.get, client.post):
            known, guessed = (method(filled(route, values)) for values in (real, none))
            assert known.status_code == guessed.status_code, (route, method)
            assert "ombat" not in text(known), route
    assert Post.objects.count() == 2  # the plan, and the poll
