"""Reminders as letters: to whom, once, and not too late."""

from datetime import timedelta

import pytest

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.mail.tests.at_the_door import gone_out
from folkmoot.doors.mail.tests.meeting_mail import letters, plan, to
from folkmoot.groups.operations import deny
from folkmoot.meetings.models import Reminder
from folkmoot.meetings.operations import Wanted, answer, cancel, change_meeting, remind_due, set_reminders
from folkmoot.outbox.models import Event
from tests import make

HOUR = timedelta(hours=1)


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def meeting(olga, ann, bob):
    group = make.group(ann, bob, owner=olga)
    made = plan(group, olga, link="https://meet.example.org/tarn", seats=1, online_seats=1)
    letters()
    answer(made, person=ann, answer="yes", via="web")
    letters()
    return made


def subjects(sent):
    return sorted((recipient.partition("@")[0], message["Subject"]) for recipient, message in sent)


def test_who_comes_and_who_is_silent_are_reminded_once(meeting):
    due = meeting.starts_at - 167 * HOUR
    counts = [remind_due(due), remind_due(due)]

    sent = letters()

    assert counts == [2, 0]
    assert subjects(sent) == [
        ("ann", "You come soon: Autumn meeting"),
        ("bob", "Do you come? Autumn meeting"),
        ("olga", "Do you come? Autumn meeting"),
    ]
    assert letters() == []
    assert Event.objects.filter(kind="reminder.due").count() == 2


def test_the_way_in_is_for_those_who_come(meeting, ann, bob):
    remind_due(meeting.starts_at - 167 * HOUR)
    sent = letters()

    assert "meet.example.org" in to(ann, sent)[0].get_body(("plain",)).get_content()
    assert "meet.example.org" not in to(bob, sent)[0].as_string()


def test_a_reply_to_a_reminder_is_an_answer(meeting, bob):
    remind_due(meeting.starts_at - 167 * HOUR)

    assert to(bob, letters())[0]["From"].addresses[0].addr_spec.startswith("tarn+rsvp-")


def test_each_reader_sees_their_own_clock_and_language(meeting, ann):
    Person.objects.filter(pk=ann.pk).update(time_zone="Asia/Tokyo", language="de")
    remind_due(meeting.starts_at - 167 * HOUR)

    text = to(ann, letters())[0].get_body(("plain",)).get_content()

    assert "Asia/Tokyo" in text
    assert "Europe/Berlin" in text


def test_what_is_called_off_or_nearly_begun_reminds_nobody(meeting, olga):
    late = remind_due(meeting.starts_at - timedelta(minutes=20))
    noted = Reminder.objects.filter(sent_at=None).count()
    Reminder.objects.update(sent_at=None)
    cancel(meeting, by=olga, via="web")
    letters()

    assert (late, noted) == (0, 0)
    assert remind_due(meeting.starts_at - 2 * HOUR) == 0
    assert letters() == []


def test_a_meeting_that_is_put_off_reminds_again(meeting, olga):
    remind_due(meeting.starts_at - 167 * HOUR)
    letters()

    change_meeting(meeting, by=olga, via="web", starts=meeting.starts.replace(tzinfo=None) + timedelta(days=20))
    letters()

    assert not Reminder.objects.exclude(sent_at=None).exists()


def test_who_waits_is_reminded_as_one_who_waits(meeting, bob):
    answer(meeting, person=bob, answer="yes", via="web")
    set_reminders(meeting, [Wanted(5, "waiting")], by=OPERATOR, via="test")
    letters()

    remind_due(meeting.starts_at - 4 * HOUR)

    assert subjects(letters()) == [("bob", "You are in line: Autumn meeting")]


def test_nothing_goes_out_before_its_time(meeting):
    assert remind_due(meeting.starts_at - 169 * HOUR) == 0
    assert gone_out() == []


def test_who_may_no_longer_come_is_not_reminded_of_it(meeting, ann):
    deny(ann, group=meeting.group, permission="meetings.answer", reason="Rude", by=OPERATOR, via="test")
    remind_due(meeting.starts_at - 167 * HOUR)

    assert [one["Subject"] for one in to(ann, letters())] == ["Autumn meeting"]  # it leaves their calendar
