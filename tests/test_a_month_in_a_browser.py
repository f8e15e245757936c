"""A monthly hybrid meeting, from the first talk proposed to minutes approved: in Chromium, by mail, by the clock."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.doors.mail.tests.at_the_door import gone_out, send
from folkmoot.doors.mail.tests.meeting_mail import answer_letter, carry, letters, reply_to, send_back, to
from folkmoot.meetings.models import Meeting, Minutes
from folkmoot.meetings.operations import remind_due
from folkmoot.meetings.operations.minutes import begin_due
from tests import make
from tests.test_pages_in_a_browser import sign_in

pytestmark = pytest.mark.browser
NAMES = ("Ann", "Bob", "Cem", "Dora")
MONTH = "FREQ=MONTHLY;BYMONTHDAY={}"


@pytest.fixture
def olga(live_server, tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    return make.person("Olga")


@pytest.fixture
def people(olga):
    people = {name: make.person(name) for name in NAMES}
    Person.objects.filter(pk=people["Dora"].pk).update(language="de", time_zone="Asia/Tokyo")
    people["Dora"].refresh_from_db()
    return people


@pytest.fixture
def meeting(olga, people):
    """The first of a series; two more in the months that follow."""
    group = make.group(*people.values(), owner=olga, name="Tarn Users", time_zone="Europe/Berlin")
    first = (now() + timedelta(days=9)).replace(hour=19, minute=0, second=0, microsecond=0, tzinfo=None)
    first = first.replace(day=min(first.day, 28))
    make.series(
        group, title="Tarn evening", starts=first, rule=MONTH.format(first.day), zone="Europe/Berlin", seats=2,
        room="Town hall", link="https://meet.example.org/tarn", policy="first", by=olga,
    )  # fmt: skip
    return Meeting.objects.in_order()[0]


@pytest.fixture
def signed_in(context, page, live_server):
    def as_(person):
        context.clear_cookies()
        sign_in(context, live_server, person)
        return page

    return as_


def test_talks_are_proposed_and_one_moves_to_the_next_month(signed_in, meeting, olga, people):
    page = signed_in(people["Ann"])
    for title in ("Looms", "Reeds"):
        page.goto("/g/tarn/talks/new")
        page.get_by_label("What it is called").fill(title)
        page.get_by_role("button", name="Propose it").click()
        page.wait_for_url("**/talks/*")
    page = signed_in(olga)
    page.goto(f"/meetings/{meeting.pk}/agenda")
    for title in ("Looms", "Reeds"):
        page.locator("li", has_text=title).get_by_role("button", name="Put it on the agenda").click()
        expect(page.locator("ol.agenda")).to_contain_text(title)

    page.locator("ol.agenda li", has_text="Reeds").get_by_role("button", name="Take it off").click()
    page.get_by_role("link", name="Reeds").click()
    following = Meeting.objects.in_order()[1]
    page.get_by_label("Meeting", exact=True).select_option(str(following.pk))
    page.get_by_role("button", name="Put it on the agenda").click()
    expect(page.locator("ol.agenda")).to_contain_text("Reeds")

    titles = [list(one.agenda.values_list("title", flat=True)) for one in (meeting, following)]
    assert titles == [["Looms"], ["Reeds"]]


def test_seats_go_round_by_calendar_and_mail_and_reminders_speak_each_readers_language(signed_in, meeting, people):
    asked = letters()
    for name in NAMES[:3]:
        page = signed_in(people[name])
        page.goto(meeting.get_absolute_url())
        page.get_by_role("button", name="I’m coming").click()
    expect(page.get_by_role("main")).to_contain_text("You are number 1 on the waiting list")
    (invitation,) = to(people["Ann"], asked)
    send_back(answer_letter(reply_to(invitation, "DECLINED", said_at=now() + timedelta(minutes=1)), invitation))
    carry()
    assert coming(meeting) == ["Bob", "Cem"]

    (mine,) = to(people["Dora"], asked)
    send(address(mine), sender="dora@example.org", body="Ja, online")
    send(address(to(people["Bob"], asked)[0]), sender="bob@example.org", body="No, sorry", message_id="<2@x>")
    page.goto(f"/meetings/{meeting.pk}/agenda")
    assert coming(meeting) == ["Cem"]
    letters()
    for before in ("7 days", "1 day", "2 hours"):
        days = {"7 days": timedelta(days=7), "1 day": timedelta(days=1), "2 hours": timedelta(hours=2)}[before]
        remind_due(meeting.starts_at - days)
        sent = letters()
        assert "https://meet.example.org/tarn" in text(to(people["Cem"], sent)[0]), before
        assert not any(
            "meet.example.org" in text(one) for name in ("Ann", "Bob", "Dora") for one in to(people[name], sent)
        )
        if before == "7 days":
            (silent,) = to(people["Dora"], sent)
            assert silent["Subject"].startswith("Kommst du?")
            assert "03:00" in text(silent)


def test_what_came_out_of_a_meeting_is_approved_by_mail_and_comes_up_again(signed_in, meeting, olga, people):
    letters()
    page = signed_in(olga)
    begins(meeting, timedelta(minutes=-100))
    page.goto(f"/meetings/{meeting.pk}/door")
    for name in ("Zoe", "Yves"):
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Mail address").fill(f"{name.lower()}@example.net")
        page.get_by_role("button", name="Note them").click()
        expect(page.locator(".door")).to_contain_text(name)
    for _ in range(30):  # before the queue of the door would try again by itself
        page.wait_for_timeout(200 * (meeting.attendances.count() < 2))
    page.reload()
    expect(page.locator(".is-here")).to_have_count(2)
    begins(meeting, timedelta(minutes=-123))
    assert begin_due() == 1

    page.goto(f"/meetings/{meeting.pk}/minutes")
    expect(page.get_by_role("main")).to_contain_text("2 people")
    page.get_by_label("Minutes", exact=True).fill("We met **twice**.")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("What it is", exact=True).select_option("question")
    page.get_by_label("In words").fill("Who has the key?")
    page.get_by_label("Whose it is").fill("@bob")
    page.get_by_role("button", name="Note it").click()
    page.get_by_label("Who approves them").fill("@ann\n@bob")
    page.get_by_role("button", name="Ask them").click()
    expect(page.get_by_role("main")).to_contain_text("They are asked.")
    by_reply(meeting, people)

    page.goto(meeting.get_absolute_url())
    expect(page.locator("#minutes")).to_contain_text("We met twice.")
    page.goto(f"/meetings/{Meeting.objects.in_order()[1].pk}/agenda")
    page.locator("li", has_text="Who has the key?").get_by_role("button", name="Put it on the agenda").click()
    expect(page.locator("ol.agenda")).to_contain_text("Who has the key?")


def by_reply(meeting, people):
    """Ann wants something otherwise, then both approve; all who read by mail get the minutes."""
    asked = letters()
    (ann,), (bob,) = (to(people[name], asked) for name in ("Ann", "Bob"))
    assert "We met **twice**." in text(ann)
    send(address(ann), sender="ann@example.org", body="Cem was there, too.", message_id="<1@x>")
    assert any("Cem was there, too." in text(one) for who, one in letters() if who == "olga@example.org")
    send(address(ann), sender="ann@example.org", body="Yes", message_id="<2@x>")
    assert Minutes.objects.get().published_at is None
    send(address(bob), sender="bob@example.org", body="Approved\n\nBob", message_id="<3@x>")
    assert Minutes.objects.get().published_at
    gone = [message_from_bytes(copy.letter, policy=policy.default) for copy in gone_out()]
    assert {one["To"] for one in gone if one["List-Id"] and "Who has the key?" in text(one)}


def begins(meeting, after):
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=now() + after, ends_at=now() + after + timedelta(minutes=120)
    )


def coming(meeting):
    CalendarCopy.objects.update(due_at=now())
    return sorted(meeting.rsvps.coming().filter(place="room").values_list("person__name", flat=True))


def address(message):
    return (message["Reply-To"] or message["From"]).addresses[0].addr_spec


def text(message):
    return re.sub(r"\r\n", "\n", message.get_body(("plain",)).get_content())
