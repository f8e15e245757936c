"""What comes from elsewhere again and again leaves alone what was changed of it here, and says so."""

from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed
from folkmoot.meetings.models import Meeting, Series, SeriesDate, Venue
from folkmoot.meetings.operations import (
    add_venue,
    bring_meetings_along,
    change_from,
    change_meeting,
    change_venue,
    end_series,
    fill_all,
    uncancel,
)
from folkmoot.meetings.plans import Place, Plan
from folkmoot.outbox.models import Event
from tests import make

SOON = datetime.fromisoformat(f"{now() + timedelta(days=9):%Y-%m-%d} 19:00")
WEEK = timedelta(weeks=1)
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def tarn():
    return make.group(time_zone="Europe/Berlin")


@pytest.fixture
def read(tarn):
    """Read a calendar elsewhere as the machine does."""
    return lambda *plans: bring_meetings_along(tarn, plans, most_new=500, by=OPERATOR, via="mirror")


def plan(**more):
    return Plan(**({"uid": "one@x", "title": "Cheese", "starts": SOON, "zone": "Europe/Berlin"} | more))


def weekly(**more):
    return plan(**{"rule": "FREQ=WEEKLY;COUNT=4"} | more)


def kept(group):
    return list(group.history.filter(kind__endswith=".kept").order_by("pk").values_list("kind", "facts__parts"))


def slots():
    return [(one.starts.replace(tzinfo=None), bool(one.cancelled_at)) for one in Meeting.objects.order_by("starts")]


def test_each_part_that_was_changed_here_stays_and_the_others_follow(tarn, read):
    read(plan(place=Place("Library"), about="Old"))
    town_hall = add_venue(tarn, name="Town hall", **BY)
    change_meeting(Meeting.objects.get(), starts=SOON + timedelta(hours=1), venue=town_hall, **BY)
    Event.objects.all().delete()

    done = read(plan(title="Bread", place=Place("Museum"), about="New", starts=SOON + timedelta(hours=3)))

    found = Meeting.objects.get()
    assert (found.title, found.about, found.venue) == ("Bread", "New", town_hall)
    assert found.starts.replace(tzinfo=None) == SOON + timedelta(hours=1)
    assert kept(tarn) == [("meeting.kept", ["venue", "when"])]
    assert done.kept == [("Cheese", ["venue", "when"])]
    assert Event.objects.filter(kind="meeting.changed").count() == 1


def test_it_is_said_once_for_each_change_there(tarn, read):
    read(plan())
    change_meeting(Meeting.objects.get(), title="Ours", **BY)
    for title in ("Cheese", "Bread", "Bread", "Milk", "Ours", "Ours", "Milk"):
        read(plan(title=title))

    assert kept(tarn) == [("meeting.kept", ["title"])] * 2
    assert Meeting.objects.get().title == "Milk"  # it was the same on both sides, and changed there since


def test_what_was_read_before_such_things_were_noted_is_known_from_the_next_reading_on(tarn, read):
    read(plan())
    Meeting.objects.update(brought={})
    read(plan())
    change_meeting(Meeting.objects.get(), title="Ours", **BY)

    read(plan(title="Bread"))

    assert Meeting.objects.get().title == "Ours"


def test_the_words_of_a_series_that_were_changed_here_stay_also_for_meetings_that_come_later(tarn, read):
    read(weekly())
    change_from(Meeting.objects.order_by("slot").first(), title="Ours", **BY)
    Event.objects.all().delete()

    read(weekly())
    assert not Event.objects.filter(kind__in=["meeting.changed", "series.brought"]).exists()
    assert kept(tarn) == []
    read(weekly(rule="FREQ=WEEKLY;COUNT=6", about="New"))

    assert set(Meeting.objects.values_list("title", "about")) == {("Ours", "New")}
    assert Series.objects.values_list("title", "about").get() == ("Ours", "New")
    assert Meeting.objects.count() == 6


def test_what_the_clock_makes_of_such_a_series_keeps_its_words_too(tarn, read):
    endless = weekly(rule="FREQ=WEEKLY")
    read(endless)
    change_from(Meeting.objects.order_by("slot").first(), title="Ours", **BY)
    Meeting.objects.order_by("slot").last().delete()
    Series.objects.update(filled_to=now())
    assert fill_all() == 1

    read(endless)

    assert set(Meeting.objects.values_list("title", flat=True)) == {"Ours"}


def test_other_times_of_a_series_that_were_chosen_here_stay(tarn, read):
    read(weekly())
    change_from(Meeting.objects.order_by("slot").first(), starts=SOON + timedelta(hours=1), **BY)
    as_here = slots()

    done = read(weekly())
    assert (slots(), kept(tarn), done.new) == (as_here, [], 0)
    read(weekly(rule="FREQ=WEEKLY;COUNT=9", title="Bread"))

    assert slots() == as_here
    assert kept(tarn) == [("series.kept", ["when"])]
    assert set(Meeting.objects.values_list("title", flat=True)) == {"Bread"}


def test_a_series_that_was_ended_here_does_not_go_on(tarn, read):
    read(weekly())
    end_series(Meeting.objects.order_by("slot")[2], **BY)

    for one in (weekly(), weekly(left_out=(SOON,))):
        read(one)

    assert [is_off for _starts, is_off in slots()] == [False, False, True, True]


def test_the_later_half_that_was_moved_here_is_not_made_again(tarn, read):
    read(weekly())
    change_from(Meeting.objects.order_by("slot")[2], starts=SOON + 2 * WEEK + timedelta(hours=1), **BY)
    as_here = slots()

    read(weekly())

    assert slots() == as_here
    assert len(as_here) == 4


def test_a_time_that_was_added_or_left_out_here_stays(tarn, read):
    read(weekly(left_out=(SOON + WEEK,)))
    SeriesDate.objects.update(at=SeriesDate.objects.get().at + WEEK)

    read(weekly(left_out=(SOON + WEEK,)))

    assert SeriesDate.objects.get().at.replace(tzinfo=None) == SOON + 2 * WEEK


def test_one_of_a_series_that_was_changed_here_is_called_off_and_not_lost_when_it_goes_there(tarn, read):
    read(weekly())
    changed = Meeting.objects.order_by("slot")[3]
    change_meeting(changed, starts=SOON + 3 * WEEK + timedelta(days=1), **BY)

    read(weekly(rule="FREQ=WEEKLY;COUNT=2"))
    assert slots()[2:] == [(SOON + 3 * WEEK + timedelta(days=1), True)]
    uncancel(Meeting.objects.get(pk=changed.pk), **BY)
    read(weekly(rule="FREQ=WEEKLY;COUNT=2"))

    assert slots()[2:] == [(SOON + 3 * WEEK + timedelta(days=1), False)]


def test_a_place_that_was_renamed_here_is_the_same_at_the_next_reading(tarn, read):
    there = Place("Library", "Main Street 1")
    read(plan(place=there))
    change_venue(Venue.objects.get(), name="Old library", address="Main Street 1, at the back", **BY)

    done = read(plan(place=there), plan(uid="two@x", place=there))

    assert Venue.objects.values_list("name", flat=True).get() == "Old library"
    assert done.venues == 0
    assert set(Meeting.objects.values_list("venue__name", flat=True)) == {"Old library"}
    assert not Event.objects.filter(kind="meeting.kept").exists()


def test_a_place_of_the_address_book_by_that_name_is_taken_and_known_by_it_then(tarn, read):
    ours = add_venue(tarn, name="Library", **BY)
    read(plan(place=Place("Library")))
    change_venue(ours, name="Our library", **BY)

    read(plan(place=Place("Library"), title="Bread"))

    assert Venue.objects.get() == ours
    assert Meeting.objects.get().venue == ours


def test_who_does_not_organise_brings_nothing_over_what_was_changed(tarn, read):
    read(plan())
    change_meeting(Meeting.objects.get(), title="Ours", **BY)

    with pytest.raises(NotAllowed):
        bring_meetings_along(tarn, [plan(title="Bread")], by=make.person("Eve"), via="web")
    assert kept(tarn) == []
