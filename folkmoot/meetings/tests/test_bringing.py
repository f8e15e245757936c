"""Meetings that come from elsewhere, once and again."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit import ical
from folkmoot.kit.errors import NotAllowed
from folkmoot.kit.ical import Entry
from folkmoot.meetings.models import AgendaItem, Meeting, Minutes, Series, Venue
from folkmoot.meetings.operations import announce_due, answer, bring_meetings_along, cancel, fill_all, uncancel
from folkmoot.meetings.operations.minutes import begin_minutes
from folkmoot.meetings.plans import Place, Plan, of_calendar, of_list
from folkmoot.outbox.models import Event
from tests import make

SOON = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d} 19:00")
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def tarn():
    return make.group(time_zone="Europe/Berlin")


def plan(**more):
    return Plan(**({"uid": "one@x", "title": "Cheese", "starts": SOON, "zone": "Europe/Berlin"} | more))


def counts(done):
    return done.new, done.changed, done.same, done.series, done.venues


def test_a_meeting_is_brought_with_its_place_and_nobody_is_told(tarn):
    Event.objects.all().delete()
    there = Place("Library", "Main Street 1", "Bonn", "DE", 50.7, 7.1)

    done = bring_meetings_along(tarn, [plan(place=there, counted=12), plan(uid="two@x", place=there)], **BY)

    assert counts(done) == (2, 0, 0, 0, 1)
    meeting = Meeting.objects.get(uid="one@x")
    assert (meeting.title, meeting.counted, meeting.starts.replace(tzinfo=None)) == ("Cheese", 12, SOON)
    assert Venue.objects.get().city == "Bonn"
    assert set(Event.objects.values_list("kind", flat=True)) == {"venue.added", "meeting.brought"}
    assert announce_due() == 0
    assert tarn.history.filter(kind="meeting.brought").get().facts == {"count": 2}


def test_brought_again_it_is_changed_and_not_doubled(tarn):
    bring_meetings_along(tarn, [plan(), plan(uid="two@x")], **BY)

    done = bring_meetings_along(tarn, [plan(title="Bread"), plan(uid="two@x")], **BY)

    assert counts(done) == (0, 1, 1, 0, 0)
    assert sorted(Meeting.objects.values_list("title", "sequence")) == [("Bread", 1), ("Cheese", 0)]


def test_what_is_long_past_or_called_off_comes_as_it_is(tarn):
    old = datetime.fromisoformat("2011-03-01 19:00")

    bring_meetings_along(tarn, [plan(starts=old), plan(uid="two@x", starts=old, is_cancelled=True)], **BY)
    again = bring_meetings_along(tarn, [plan(starts=old), plan(uid="two@x", starts=old, is_cancelled=True)], **BY)

    assert [bool(one.cancelled_at) for one in Meeting.objects.order_by("uid")] == [False, True]
    assert counts(again) == (0, 0, 2, 0, 0)


def test_what_takes_place_here_after_all_stays_so_whatever_else_is_said_there(tarn):
    off = plan(is_cancelled=True)
    bring_meetings_along(tarn, [off], **BY)
    uncancel(Meeting.objects.get(), **BY)

    again = bring_meetings_along(tarn, [off], **BY)

    assert (counts(again), Meeting.objects.get().cancelled_at) == ((0, 0, 1, 0, 0), None)
    bring_meetings_along(tarn, [plan(is_cancelled=True, title="Otherwise")], **BY)
    assert Meeting.objects.values_list("title", "cancelled_at").get() == ("Otherwise", None)


def test_one_of_a_series_that_takes_place_here_after_all_stays_so_too(tarn):
    week, rule = timedelta(days=7), "FREQ=WEEKLY;COUNT=3"
    off = plan(slot=SOON + week, starts=SOON + week, is_cancelled=True)
    before, after = plan(rule=rule, others=(off,)), plan(rule=rule, others=(off,), left_out=(SOON + 2 * week,))
    bring_meetings_along(tarn, [plan(rule=rule)], **BY)
    first, second, third = Meeting.objects.order_by("slot")
    answer(third, person=tarn.memberships.get().person, answer="yes", via="test")
    for source in (before, after):
        bring_meetings_along(tarn, [source], **BY)
    for one in Meeting.objects.exclude(cancelled_at=None):
        uncancel(one, **BY)

    bring_meetings_along(tarn, [after], **BY)

    assert not Meeting.objects.exclude(cancelled_at=None).exists()
    assert Series.objects.get().sequence == 1
    assert {first, second, third} == set(Meeting.objects.all())


def test_who_comes_hears_that_it_is_called_off_elsewhere_and_that_it_takes_place_after_all(tarn):
    off, moved = plan(is_cancelled=True), plan(is_cancelled=True, starts=SOON + timedelta(days=1))
    told = []
    for one in (plan(), off, moved, plan(), plan()):
        Event.objects.all().delete()
        bring_meetings_along(tarn, [one], **BY)
        told.append(sorted(Event.objects.exclude(kind="meeting.brought").values_list("kind", flat=True)))

    changed = "meeting.changed"
    assert told == [[], ["meeting.cancelled", changed], [changed], [changed, "meeting.uncancelled"], []]


def test_one_of_a_series_that_is_there_no_longer_is_told_and_may_come_back(tarn):
    weekly, ann = plan(rule="FREQ=WEEKLY;COUNT=3"), make.person("Ann")
    make.join(tarn, ann)
    bring_meetings_along(tarn, [weekly], **BY)
    answer(Meeting.objects.order_by("slot")[2], person=ann, answer="yes", by=ann, via="test")

    bring_meetings_along(tarn, [plan(rule="FREQ=WEEKLY;COUNT=2")], **BY)
    assert Event.objects.filter(kind="meeting.cancelled").count() == 1
    bring_meetings_along(tarn, [weekly], **BY)

    assert Event.objects.filter(kind="meeting.uncancelled").count() == 1
    assert Meeting.objects.filter(cancelled_at=None).count() == 3


def test_what_was_called_off_here_stays_so_whatever_they_say_elsewhere(tarn):
    bring_meetings_along(tarn, [plan()], **BY)
    cancel(Meeting.objects.get(), why="Snow", **BY)

    for one in (plan(title="Bread"), plan(is_cancelled=True), plan()):
        bring_meetings_along(tarn, [one], **BY)

    meeting = Meeting.objects.get()
    assert (bool(meeting.cancelled_at), meeting.why_cancelled) == (True, "Snow")
    assert Event.objects.filter(kind="meeting.cancelled").count() == 1


def test_what_cannot_be_kept_is_named_and_the_rest_comes(tarn):
    done = bring_meetings_along(tarn, [plan(title=" "), plan(uid="two@x", minutes=10**6), plan(uid="three@x")], **BY)

    assert (done.new, len(done.refused)) == (1, 2)
    assert Meeting.objects.get().uid == "three@x"


def test_nobody_brings_meetings_into_a_group_that_they_do_not_organise(tarn):
    with pytest.raises(NotAllowed):
        bring_meetings_along(tarn, [plan()], by=make.person("Eve"), via="test")

    assert not Meeting.objects.exists()
    assert not Event.objects.filter(kind="meeting.brought").exists()


def test_a_series_comes_with_its_dates_and_what_is_otherwise(tarn):
    second, third = SOON + timedelta(weeks=1), SOON + timedelta(weeks=2)
    moved = plan(slot=second, starts=second + timedelta(days=1), title="Moved")
    off = plan(slot=third, starts=third, is_cancelled=True)
    weekly = plan(rule="FREQ=WEEKLY;COUNT=5", left_out=(SOON + timedelta(weeks=3),), others=(moved, off))

    done = bring_meetings_along(tarn, [weekly], **BY)
    again = bring_meetings_along(tarn, [weekly], **BY)

    assert counts(done) == (4, 0, 0, 1, 0)
    assert counts(again) == (0, 0, 4, 0, 0)
    rows = Meeting.objects.order_by("slot")
    assert [(one.title, bool(one.cancelled_at), one.starts == one.slot) for one in rows] == [
        ("Cheese", False, True), ("Moved", False, False), ("Cheese", True, True), ("Cheese", False, True),
    ]  # fmt: skip
    assert fill_all() == 0
    assert announce_due() == 0


def test_a_series_that_changes_elsewhere_changes_here_and_answers_are_kept(tarn):
    ann = make.person("Ann")
    make.join(tarn, ann)
    bring_meetings_along(tarn, [plan(rule="FREQ=WEEKLY;COUNT=4")], **BY)
    first, second, *_rest = Meeting.objects.order_by("slot")
    for one in (first, second):
        answer(one, person=ann, answer="yes", by=ann, via="test")

    bring_meetings_along(tarn, [plan(rule="FREQ=WEEKLY;INTERVAL=2;COUNT=2")], **BY)

    rows = [(one.slot.replace(tzinfo=None) - SOON, bool(one.cancelled_at)) for one in Meeting.objects.order_by("slot")]
    assert [(gap.days, is_off) for gap, is_off in rows] == [(0, False), (7, True), (14, False)]
    assert Series.objects.get().rule == "FREQ=WEEKLY;COUNT=2;INTERVAL=2" or Series.objects.get().sequence == 1
    assert ann.rsvps.count() == 2


def test_what_took_place_stays_with_its_minutes_when_the_times_change_elsewhere(tarn):
    weekly = {"rule": "FREQ=WEEKLY;COUNT=4", "starts": SOON - timedelta(weeks=3)}
    bring_meetings_along(tarn, [plan(**weekly)], **BY)
    met, plain, prepared, bare = Meeting.objects.order_by("slot")
    minutes = begin_minutes(met, **BY)
    AgendaItem.objects.create(meeting=prepared, position=1, title="Talk")
    later = plan(**weekly | {"starts": weekly["starts"] + timedelta(hours=1)})

    done = bring_meetings_along(tarn, [later], **BY)
    again = bring_meetings_along(tarn, [later], **BY)

    kept = Meeting.objects.filter(pk__in=[one.pk for one in (met, plain, prepared, bare)]).order_by("slot")
    assert [(one.pk, bool(one.cancelled_at)) for one in kept] == [
        (met.pk, False), (plain.pk, True), (prepared.pk, True),
    ]  # fmt: skip
    assert Minutes.objects.get() == minutes
    assert (counts(done)[:3], counts(again)[:3]) == ((4, 3, 0), (0, 0, 4))


def test_a_series_of_long_ago_has_all_its_meetings(tarn):
    done = bring_meetings_along(tarn, [plan(starts=SOON - timedelta(weeks=300), rule="FREQ=WEEKLY")], **BY)

    assert done.new > 350
    assert fill_all() == 0


def test_a_calendar_becomes_plans():
    entry = {"uid": "a", "zone": "Europe/Paris", "starts": SOON, "ends": SOON + timedelta(hours=1), "title": "A"}
    found = [
        Entry(**entry, location="Library, Main Street 1, Bonn", geo=(50.7, 7.1)),
        Entry(**entry | {"uid": "b", "zone": "UTC"}),
        Entry(**entry | {"uid": "c", "ends": None}, rule="FREQ=WEEKLY", status="CONFIRMED"),
        Entry(**entry | {"uid": "c"}, recurrence_id=SOON + timedelta(weeks=1), status="CANCELLED"),
        Entry(**entry | {"uid": "d"}, recurrence_id=SOON),
    ]

    here, utc, series, alone = of_calendar(ical.Calendar(tuple(found)), zone="Europe/Berlin")

    assert (here.zone, here.minutes, here.place) == (
        "Europe/Paris", 60, Place("Library", "Main Street 1, Bonn", latitude=50.7, longitude=7.1),
    )  # fmt: skip
    assert (utc.zone, utc.starts.hour) == ("Europe/Berlin", utc.starts.hour)
    assert utc.starts != SOON
    assert [(one.slot, one.is_cancelled) for one in series.others] == [(SOON + timedelta(weeks=1), True)]
    assert alone.uid.startswith("d#")


def test_what_ends_with_the_calendar_is_refused_and_the_rest_comes(tarn):
    lines = "UID:a", "DTSTART;TZID=America/New_York:99970101T190000", "DURATION:P1094D"
    text = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR", ""])

    done = bring_meetings_along(tarn, [*of_calendar(ical.read(text.encode()), zone="UTC"), plan()], **BY)

    assert (done.new, len(done.refused)) == (1, 1)


LIST = b"""title,start,zone,minutes,status,venue,address,city,latitude,longitude,going
Cheese,2024-03-05T19:00:00+01:00,,90,,Library,Main Street 1,Bonn,50.7,7.1,12
Bread,2024-07-05T19:00:00+05:00,,,cancelled,,,,,,
Wine,2024-07-05T19:00:00,Asia/Tokyo,,,,,,,,
Beer,tomorrow,,,,,,,,,
"""


def test_a_list_becomes_plans_and_what_is_none_is_named():
    plans, troubles = of_list(LIST, zone="Europe/Berlin")

    assert [(one.title, one.zone, one.minutes, one.counted, one.is_cancelled) for one in plans] == [
        ("Cheese", "Europe/Berlin", 90, 12, False),
        ("Bread", "Etc/GMT-5", 120, None, True),
        ("Wine", "Asia/Tokyo", 120, None, False),
    ]
    assert plans[0].place == Place("Library", "Main Street 1", "Bonn", "", 50.7, 7.1)
    assert [one[:2] for one in troubles] == ["4:"]
