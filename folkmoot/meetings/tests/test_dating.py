from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import merge
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import HistoryEntry
from folkmoot.groups.operations.undoing import undo
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.models import DateAnswer, DateChoice, DatePoll, Meeting
from folkmoot.meetings.operations import (
    answer_dates,
    ask_dates,
    change_dates,
    close_dates,
    close_due_dates,
    decide,
    erase_answers,
    reopen_dates,
    rotate,
)
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make

pytestmark = pytest.mark.django_db


def wall(days, hour=19):
    return (now() + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0, tzinfo=None)


def told(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob, time_zone="Europe/Berlin")


@pytest.fixture
def poll(tarn):
    return make.dates(tarn)


def said(poll):
    return sorted(DateAnswer.objects.filter(choice__poll=poll).values_list("person__name", "choice", "answer"))


def keys(poll):
    return [one.pk for one in answers_to_dates.in_order(poll)]


def test_times_are_asked_for_by_the_clock_of_a_zone(tarn):
    poll = ask_dates(
        tarn, title=" When\n? ", times=[wall(9), wall(8), wall(9)], zone="Asia/Tokyo", by=OPERATOR, via="test"
    )

    assert poll.title == "When ?"
    assert [one.starts_at.hour for one in answers_to_dates.in_order(poll)] == [10, 10]
    assert told("dates.asked") == 1
    assert HistoryEntry.objects.filter(kind="dates.asked", facts__dates=poll.pk).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"times": []},
        {"times": [wall(-1)]},
        {"times": [wall(800)]},
        {"times": [wall(one + 1) for one in range(31)]},
        {"zone": "Europe/Atlantis"},
        {"minutes": 0},
        {"minutes": 10**6},
    ],
)
def test_what_cannot_be_asked_is_refused(tarn, wrong):
    with pytest.raises(Refused):
        ask_dates(tarn, **{"title": "When?", "times": [wall(7)], "by": OPERATOR, "via": "test"} | wrong)

    assert not DatePoll.objects.exists()
    assert not told("dates.asked")


def test_members_do_not_ask_change_close_or_decide(tarn, poll, ann):
    acts = [
        lambda: ask_dates(tarn, title="X", times=[wall(7)], by=ann, via="web"),
        lambda: change_dates(poll, by=ann, via="web", title="X"),
        lambda: close_dates(poll, by=ann, via="web"),
        lambda: reopen_dates(poll, by=ann, via="web"),
        lambda: decide(poll.choices.first(), by=ann, via="web"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()

    assert not Meeting.objects.exists()
    assert DatePoll.objects.get().closed_at is None
    assert told("dates.asked") == 1


def test_answers_are_given_changed_and_taken_back(poll, ann, bob):
    first, second, third = keys(poll)

    answer_dates(poll, {first: "yes", second: "if"}, person=ann, via="web")
    answer_dates(poll, {first: "no"}, person=bob, via="mail")
    answer_dates(poll, {first: "", second: "no", third: "yes"}, person=ann, via="web")
    answer_dates(poll, {third: "yes"}, person=ann, via="web")

    assert said(poll) == [("Ann", second, "no"), ("Ann", third, "yes"), ("Bob", first, "no")]
    assert told("dates.answered") == 3


def test_what_is_no_answer_is_refused(tarn, poll, ann):
    other = make.dates(tarn)
    for wrong in ({keys(poll)[0]: "perhaps"}, {keys(other)[0]: "yes"}):
        with pytest.raises(Refused):
            answer_dates(poll, wrong, person=ann, via="web")
    with pytest.raises(NotAllowed):
        answer_dates(poll, {keys(poll)[0]: "yes"}, person=make.person("Eve"), via="web")

    assert not DateAnswer.objects.exists()
    assert not told("dates.answered")


def test_a_closed_question_takes_no_answers_until_it_is_open_again(poll, ann):
    close_dates(poll, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        answer_dates(poll, {keys(poll)[0]: "yes"}, person=ann, via="web")

    reopen_dates(poll, by=OPERATOR, via="test")
    answer_dates(poll, {keys(poll)[0]: "yes"}, person=ann, via="web")

    assert len(said(poll)) == 1
    assert (told("dates.closed"), told("dates.reopened")) == (1, 1)


def test_closing_is_undone_from_the_history(tarn, poll):
    close_dates(poll, by=OPERATOR, via="test")

    undo(HistoryEntry.objects.get(kind="dates.closed"), by=OPERATOR, via="test")

    assert DatePoll.objects.get().is_open


def test_time_closes_it(poll, ann):
    change_dates(poll, by=OPERATOR, via="test", closes_at=now() - timedelta(minutes=1))

    with pytest.raises(Refused):
        answer_dates(poll, {keys(poll)[0]: "yes"}, person=ann, via="web")

    assert not said(poll)


def test_the_clock_closes_what_time_has_closed_and_nothing_else(tarn, poll):
    make.dates(tarn, closes_at=now() + timedelta(days=1))
    DatePoll.objects.filter(pk=poll.pk).update(closes_at=now() - timedelta(minutes=1))

    assert (close_due_dates(), close_due_dates()) == (1, 0)

    assert list(DatePoll.objects.exclude(closed_at=None)) == [poll]
    assert told("dates.closed") == 1


def test_answers_stay_to_the_times_that_stay(poll, ann):
    first, second, _third = keys(poll)
    answer_dates(poll, {first: "yes", second: "no"}, person=ann, via="web")

    change_dates(poll, by=OPERATOR, via="test", title="Then when?", times=[wall(7), wall(20)])

    assert DatePoll.objects.get().title == "Then when?"
    assert said(poll) == [("Ann", first, "yes")]
    assert DateChoice.objects.count() == 2
    assert told("dates.changed") == 1


def test_one_time_becomes_the_meeting(tarn, poll):
    choice = answers_to_dates.in_order(poll)[1]

    meeting = decide(choice, by=OPERATOR, via="test")
    again = decide(answers_to_dates.in_order(poll)[0], by=OPERATOR, via="test")

    assert again == meeting == Meeting.objects.get()
    assert (meeting.starts_at, meeting.zone, meeting.title) == (choice.starts_at, "Europe/Berlin", "When?")
    assert not DatePoll.objects.get().is_open
    assert (told("dates.decided"), told("meeting.planned")) == (1, 1)
    with pytest.raises(Refused):
        reopen_dates(poll, by=OPERATOR, via="test")


def test_a_time_that_is_past_is_not_decided_for(poll):
    choice = answers_to_dates.in_order(poll)[0]
    DateChoice.objects.filter(pk=choice.pk).update(starts_at=now() - timedelta(days=1))
    choice.refresh_from_db()

    with pytest.raises(Refused):
        decide(choice, by=OPERATOR, via="test")

    assert not Meeting.objects.exists()


def test_the_fairest_time_says_why(poll, ann, bob):
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    first, second, third = keys(poll)
    answer_dates(poll, {first: "yes", second: "yes", third: "no"}, person=ann, via="web")
    answer_dates(poll, {first: "if", second: "no", third: "yes"}, person=bob, via="web")

    ranks = answers_to_dates.fairest(poll, "UTC")

    assert [one["choice"].pk for one in ranks] == [first, second, third]
    assert "1 yes, 1 if need be, 0 no" in ranks[0]["reasons"]
    assert "outside 8 to 22 h for 1 person" in ranks[0]["reasons"]


def test_whose_answers_are_forgotten_has_none(poll, ann, bob):
    for one in (ann, bob):
        answer_dates(poll, {keys(poll)[0]: "yes"}, person=one, via="web")

    erase_answers(ann, keep_words=True)

    assert [name for name, _choice, _answer in said(poll)] == ["Bob"]


def test_of_two_who_are_one_the_later_answer_counts(poll, ann, bob):
    first, second, _third = keys(poll)
    answer_dates(poll, {first: "yes", second: "yes"}, person=bob, via="web")
    answer_dates(poll, {first: "no"}, person=ann, via="web")

    merge(bob, into=ann, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    assert said(poll) == [("Ann", first, "no"), ("Ann", second, "yes")]


def test_a_rotation_gives_the_next_meetings_hours_that_share_the_pain(tarn, ann, bob):
    Person.objects.filter(pk=ann.pk).update(time_zone="America/Los_Angeles")
    Person.objects.filter(pk=bob.pk).update(time_zone="Asia/Tokyo")
    series = make.series(tarn, zone="UTC", minutes=60)
    people = answers_to_dates.spread(tarn)
    assert set(people) == {"America/Los_Angeles", "Asia/Tokyo", "Europe/Berlin"}

    turns = answers_to_dates.rotation(series, people, 4)
    changed = rotate(series, [(meeting, turn.starts) for meeting, turn in turns], by=OPERATOR, via="test")

    now_at = [one.starts.replace(tzinfo=None) for one in Meeting.objects.in_order()[:5]]
    assert now_at[:4] == [turn.starts for _meeting, turn in turns]
    assert now_at[4].hour == 12
    assert changed > 0
    assert told("series.rotated") == 1


def test_a_rotation_is_refused_whole(tarn, ann):
    series, other = make.series(tarn, zone="UTC", minutes=60), make.meeting(tarn)
    first = Meeting.objects.filter(series=series).in_order()[0]
    on_the_day = first.starts.replace(tzinfo=None, hour=3)

    with pytest.raises(NotAllowed):
        rotate(series, [(first, on_the_day)], by=ann, via="web")
    with pytest.raises(Refused):
        rotate(series, [(first, on_the_day), (other, wall(7))], by=OPERATOR, via="test")
    with pytest.raises(Refused):
        rotate(series, [(first, on_the_day + timedelta(days=1))], by=OPERATOR, via="test")

    first.refresh_from_db()
    assert first.starts.hour == 12
    assert not told("series.rotated")
