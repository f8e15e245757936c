"""A monthly meeting from the plan to the waiting list, and coming without an account: in Chromium, on a phone."""

import re

import pytest
from django.utils.timezone import now, timedelta
from playwright.sync_api import expect

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail import addresses
from folkmoot.doors.mail.tests.at_the_door import gone_out, send, text
from folkmoot.groups.models import Role
from folkmoot.groups.operations import allow
from folkmoot.meetings.models import Meeting, Series
from folkmoot.outbox.relay import drain
from tests import make
from tests.test_journeys_in_a_browser import context, has_scripts, page  # noqa: F401 - fixtures
from tests.test_pages_in_a_browser import press, sign_in, tab_to

pytestmark = pytest.mark.browser


@pytest.fixture
def olga(live_server, tmp_path, settings):
    settings.FILES, settings.OUTGOING = tmp_path / "files", tmp_path / "outgoing"
    return make.person("Olga")


def third_tuesday():
    """One that is two to six weeks away, so that the group hears of it."""
    days = (now() + timedelta(days=14 + one) for one in range(40))
    return next(day for day in days if day.weekday() == 1 and 15 <= day.day <= 21)


def test_a_monthly_meeting_from_the_plan_to_the_waiting_list(context, page, live_server, olga):  # noqa: F811
    ann, bob, cem = (make.person(name) for name in ("Ann", "Bob", "Cem"))
    make.group(ann, bob, cem, owner=olga, name="Tarn Users", time_zone="Europe/Berlin")
    sign_in(context, live_server, olga)

    page.goto("/g/tarn/meetings")
    press(page, "Plan the first meeting")
    page.get_by_label("What is it about?").fill("Tarn evening")
    page.get_by_label("Day", exact=True).fill(f"{third_tuesday():%Y-%m-%d}")
    page.get_by_label("Begins at").fill("19:00")
    page.locator("[name=room]").fill("Town hall")
    page.get_by_label("Link to join online").fill("https://meet.example.org/tarn")
    page.get_by_label("Seats in the room").fill("2")
    page.get_by_label("How it repeats").select_option("weekday")
    press(page, "Plan it")
    expect(page.get_by_role("main")).to_contain_text("third Tuesday")
    series = Series.objects.get()
    assert (series.rule, series.zone) == ("FREQ=MONTHLY;BYDAY=3TU", "Europe/Berlin")
    meeting = Meeting.objects.in_order()[0]

    answers_on_its_page(context, page, live_server, ann, meeting, says="You answered")
    send(addresses.answering(meeting, bob.pk), sender="bob@example.org", subject="Re: Tarn evening", body="Yes.")
    answers_on_its_page(context, page, live_server, cem, meeting, says="You are number 1 on the waiting list")

    send(addresses.answering(meeting, ann.pk), sender="ann@example.org", message_id="<2@x>", body="No, sorry.")
    drain(SUBSCRIBERS)
    context.clear_cookies()
    sign_in(context, live_server, olga)
    page.goto(meeting.get_absolute_url())
    press(page, "All answers")
    expect(page.get_by_role("main")).to_contain_text("In the room 2, online 0, waiting 0, maybe 0, no 1")
    said = {one.person.name: (one.answer, one.via) for one in meeting.rsvps.select_related("person")}
    assert said == {"Ann": ("no", "mail"), "Bob": ("yes", "mail"), "Cem": ("yes", "web")}


def answers_on_its_page(context, page, live_server, person, meeting, *, says):  # noqa: F811
    context.clear_cookies()
    sign_in(context, live_server, person)
    page.goto(meeting.get_absolute_url())
    expect(page.get_by_role("main")).not_to_contain_text("meet.example.org")
    press(page, "I’m coming")
    expect(page.get_by_role("main")).to_contain_text(says)


def test_who_has_no_account_comes_by_a_proven_address(context, page, olga):  # noqa: F811
    group = make.group(owner=olga, name="Tarn Users")
    role = group.roles.get(key=Role.BuiltIn.SIGNED_IN)
    allow(role, permission="meetings.answer", by=OPERATOR, via="test")
    meeting = make.meeting(group, title="Open evening")

    page.goto(meeting.get_absolute_url())
    press(page, "without an account")
    tab_to(page, "name")
    page.keyboard.type("Zoe Guest")
    tab_to(page, "address")
    page.keyboard.type("zoe@example.net")
    press(page, "I come")
    letter = next(copy for copy in gone_out() if copy.recipient == "zoe@example.net")
    page.goto(re.search(r"http\S+(/mail/come/\S+)", text(letter).decode())[1])
    assert not meeting.rsvps.exists()
    press(page, "Yes")

    rsvp = meeting.rsvps.get()
    assert (rsvp.person, rsvp.answer) == (Person.objects.at("zoe@example.net"), "yes")
