"""When who is reminded of a meeting."""

from datetime import timedelta

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import HistoryEntry
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Reminder
from folkmoot.meetings.operations import Wanted, remind_as_usual, remind_due, set_reminders
from folkmoot.outbox.models import Event
from tests import make

HOUR = timedelta(hours=1)


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def olga(db):
    return make.person("Olga")


@pytest.fixture
def meeting(olga, ann):
    made = make.meeting(make.group(ann, owner=olga), starts_in=timedelta(days=9), link="https://meet.example.org/tarn")
    remind_as_usual(made)
    return made


def test_a_meeting_that_has_reminders_keeps_them(meeting):
    remind_as_usual(meeting)

    assert Reminder.objects.count() == 4
    assert Event.objects.filter(kind="meeting.reminders_set").count() == 1


def test_a_new_meeting_reminds_as_most_want_it(meeting):
    assert set(Reminder.objects.values_list("hours", "to")) == {
        (168, "coming"), (24, "coming"), (2, "coming"), (168, "silent")
    }  # fmt: skip


def test_organisers_say_when_who_is_reminded(meeting, olga):
    remind_due(meeting.starts_at - 167 * HOUR)
    sent = Reminder.objects.get(hours=168, to="coming").sent_at

    set_reminders(meeting, [Wanted(168, "coming"), Wanted(3, "waiting", "Bring\nice")], by=olga, via="web")
    set_reminders(meeting, [Wanted(168, "coming"), Wanted(3, "waiting", "Bring ice")], by=olga, via="web")

    assert list(Reminder.objects.order_by("-hours").values_list("hours", "to", "words", "sent_at")) == [
        (168, "coming", "", sent),
        (3, "waiting", "Bring ice", None),
    ]
    assert Event.objects.filter(kind="meeting.reminders_set", via="web").count() == 1
    assert HistoryEntry.objects.filter(kind="meeting.reminders_set").count() == 1


@pytest.mark.parametrize("wanted", [Wanted(0, "coming"), Wanted(9999, "coming"), Wanted(3, "wombats")])
def test_reminders_that_cannot_be_are_refused(meeting, wanted):
    before = list(Reminder.objects.order_by("pk").values_list("pk", flat=True))

    with pytest.raises(Refused):
        set_reminders(meeting, [wanted], by=OPERATOR, via="test")

    assert list(Reminder.objects.order_by("pk").values_list("pk", flat=True)) == before


def test_who_does_not_organise_sets_no_reminders(meeting, ann):
    with pytest.raises(NotAllowed):
        set_reminders(meeting, [], by=ann, via="web")

    assert Reminder.objects.count() == 4


def test_a_week_before_is_no_news_three_days_before(olga, ann):
    group = make.group(ann, owner=olga, slug="moor")
    remind_as_usual(make.meeting(group, starts_in=timedelta(days=3)))

    assert remind_due() == 0
    assert Reminder.objects.filter(sent_at=None).count() == 1


def test_of_several_that_are_due_at_once_the_nearest_is_sent(meeting):
    moment = meeting.starts_at - 20 * HOUR

    assert (remind_due(moment), remind_due(moment)) == (2, 0)

    sent = Event.objects.filter(kind="reminder.due").values_list("subject_id", flat=True)
    assert set(Reminder.objects.filter(pk__in=sent).values_list("hours", "to")) == {(24, "coming"), (168, "silent")}
    assert list(Reminder.objects.filter(sent_at=None).values_list("hours", flat=True)) == [2]
