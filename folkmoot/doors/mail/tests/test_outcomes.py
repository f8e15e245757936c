"""Those who answered a question hear what came of it, by the door they read by, and once."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.conversations.models import Choice, Poll
from folkmoot.conversations.operations import close_due_polls, close_poll, vote
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.meeting_mail import carry, letters, to
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import deny
from folkmoot.meetings.models import DatePoll, Meeting
from folkmoot.meetings.operations import (
    answer_dates,
    close_dates,
    close_due_dates,
    decide,
    reopen_dates,
    rotate,
)
from folkmoot.outbox.models import Event
from tests import make

BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob, time_zone="Europe/Berlin")


def body(message):
    return message.get_body(("plain",)).get_content()


def told(kind):
    return sorted(OutgoingLetter.objects.filter(kind=kind).values_list("recipient", flat=True))


@pytest.mark.parametrize("secret", [False, True])
def test_those_who_voted_hear_how_a_poll_came_out(tarn, ann, bob, secret):
    olga = Person.objects.at("olga@example.org")
    poll = make.poll(tarn, author=olga, is_secret=secret, shows_at_once=not secret)
    vote(poll, [2], person=ann, via="web")
    vote(poll, [2], person=olga, via="web")
    letters()

    close_poll(poll, by=olga, via="web")

    (letter,) = to(ann, letters())
    assert letter["Subject"] == "How the poll came out: Which day?"
    assert body(letter).splitlines()[0] == "Tuesday"
    assert "  2  Tuesday" in body(letter)
    assert told("poll_closed") == ["ann@example.org"]
    close_poll(poll, by=olga, via="web")
    assert letters() == []


def test_a_poll_whose_time_is_over_tells_it_and_not_to_those_who_read_on_the_web_or_may_not_read(tarn, ann, bob):
    cleo, dan = make.person("Cleo"), make.person("Dan")
    make.join(tarn, cleo, mail="none"), make.join(tarn, dan)
    poll = make.poll(tarn, author=ann)
    for one in (bob, cleo, dan):
        vote(poll, [1], person=one, via="web")
    deny(dan, group=tarn, reason="Rude", **BY)
    Poll.objects.filter(pk=poll.pk).update(closes_at=now())

    assert close_due_polls() == 1
    carry()

    assert told("poll_closed") == ["bob@example.org"]
    assert Choice.objects.get(is_winner=True).place == 1


def answered(tarn, *people):
    """A question when to meet, at three times, to which these said yes."""
    poll = make.dates(tarn)
    first = poll.choices.order_by("starts_at")[0]
    for one in people:
        answer_dates(poll, {first.pk: "yes"}, person=one, via="web")
    letters()
    return poll, first


def test_those_who_answered_hear_that_no_more_answers_are_taken_and_how_it_stands(tarn, ann):
    poll, _first = answered(tarn, ann)

    close_dates(poll, **BY)

    (letter,) = to(ann, letters())
    assert letter["Subject"] == "No more answers: When?"
    assert "1 yes, 0 if need be, 0 no" in body(letter)
    assert told("dates_closed") == ["ann@example.org"]


def test_each_reads_the_times_by_their_own_clock_and_in_their_own_language(tarn, ann, bob):
    cem = make.person("Cem")
    make.join(tarn, cem)
    Person.objects.filter(pk=ann.pk).update(time_zone="Asia/Tokyo", language="de")
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo", language="en")
    poll, _first = answered(tarn, ann, bob, cem)

    close_dates(poll, **BY)

    gone = letters()
    said = [body(to(one, gone)[0]) for one in (ann, bob, cem)]
    assert ["Asia/Tokyo" in one for one in said] == [True, True, False]
    assert ["1 yes" in one or "3 yes" in one for one in said] == [False, True, True]


def test_a_question_whose_time_is_over_is_closed_and_told_once(tarn, ann):
    poll, _first = answered(tarn, ann)
    DatePoll.objects.filter(pk=poll.pk).update(closes_at=now() - timedelta(minutes=5))

    assert (close_due_dates(), close_due_dates()) == (1, 0)

    carry()
    poll.refresh_from_db()
    assert poll.closed_at == poll.closes_at
    assert Event.objects.filter(kind="dates.closed").count() == 1
    assert told("dates_closed") == ["ann@example.org"]
    assert reopen_dates(poll, **BY).is_open


def test_who_is_invited_to_what_was_decided_gets_that_letter_alone(tarn, ann, bob):
    _poll, first = answered(tarn, ann, bob)

    decide(first, **BY)

    sent = letters()
    assert [one["Subject"] for one in to(ann, sent)] == ["When?"]
    assert told("dates_decided") == told("dates_closed") == []


def test_who_is_not_invited_now_hears_what_was_decided(tarn, ann, bob):
    poll, first = answered(tarn, ann)
    far = now() + timedelta(days=60)
    type(first).objects.filter(pk=first.pk).update(starts_at=far.replace(second=0, microsecond=0))
    first.refresh_from_db()

    meeting = decide(first, **BY)

    (letter,) = to(ann, letters())
    assert letter["Subject"] == "The time is chosen: When?"
    assert meeting.get_absolute_url() in body(letter)
    assert to(bob, letters()) == []
    assert Meeting.objects.get().announced_at is None
    assert DatePoll.objects.get() == poll


def test_a_rotation_tells_the_hours_of_what_nobody_was_invited_to_yet(tarn, ann, bob):
    Membership.objects.filter(person=bob).update(mail="none")
    series = make.series(tarn, rule="FREQ=WEEKLY;COUNT=8")
    letters()
    turns = [(one, one.starts.replace(tzinfo=None, hour=7)) for one in series.meetings.order_by("slot")]

    rotate(series, turns, **BY)

    sent = to(ann, letters())
    (letter,) = (one for one in sent if one["Subject"] == "At other hours: Call")
    ahead = [one for one, _starts in turns if Meeting.objects.get(pk=one.pk).announced_at is None]
    assert body(letter).count("07:00") == len(ahead) > 0
    assert len([one for one in sent if one["Subject"] == "Changed: Call"]) == len(turns) - len(ahead)
    assert told("series_rotated") == ["ann@example.org", "olga@example.org"]
