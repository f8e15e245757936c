"""What an old place plans comes along each day, as long as the group comes over."""

from datetime import timedelta

import pytest
from django.utils.timezone import now
from django.utils.translation import override

from folkmoot.accounts.models import OPERATOR
from folkmoot.doors.mail.tests.at_the_door import gone_out
from folkmoot.groups.models import Move
from folkmoot.groups.operations import begin_move, close_group, end_move
from folkmoot.kit import ical
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.kit.fetch import Unfetchable, Why
from folkmoot.kit.ical import Entry
from folkmoot.meetings.models import Meeting, Mirror, Venue
from folkmoot.meetings.operations import (
    answer,
    bringing_places,
    change_meeting,
    mirror_due,
    mirroring,
    plan_series,
    set_mirror,
)
from folkmoot.meetings.operations.minutes import begin_minutes
from folkmoot.outbox.models import Event
from tests import make

BY = {"by": OPERATOR, "via": "test"}
CALENDAR = "https://meetup.example/tarn/events/ical"


@pytest.fixture
def group():
    return make.group(make.person("Ann"))


@pytest.fixture
def move(group):
    return begin_move(group, name="Meetup", address="https://meetup.example/tarn", members=9, **BY)


def entry(number, *, days, **more):
    starts = (now() + timedelta(days=days)).replace(tzinfo=None, second=0, microsecond=0)
    url = f"https://meetup.example/tarn/events/{number}/"
    return Entry(uid=f"event_{number}@meetup.example", title=f"Evening {number}", starts=starts, url=url, **more)


def calendar(*entries):
    written = ical.write(list(entries), name="Tarn").encode()
    return lambda address: written


def a_day_later():
    Mirror.objects.update(asked_at=now() - timedelta(days=1, minutes=1))


def test_new_meetings_come_with_a_link_to_their_page_and_nobody_is_told(group, move):
    gone_out()
    set_mirror(move, address="webcal://meetup.example/tarn/events/ical", **BY)

    assert mirror_due(calendar(entry(1, days=5), entry(2, days=-5), entry(3, days=500))) == 1

    assert Mirror.objects.get().address == CALENDAR
    found = Meeting.objects.get()
    assert (found.title, found.elsewhere) == ("Evening 1", "https://meetup.example/tarn/events/1/")
    assert Mirror.objects.get().read_at
    assert Event.objects.filter(kind="mirror.set", subject_id=move.pk).count() == 1
    assert gone_out() == []
    ann = group.memberships.get(person__name="Ann").person
    assert answer(found, person=ann, answer="yes", via="web").comes


def test_it_is_asked_once_a_day(move):
    asked = []

    def get(address):
        asked.append(address)
        return calendar(entry(1, days=5))(address)

    set_mirror(move, address=CALENDAR, **BY)
    mirror_due(get)
    mirror_due(get)
    a_day_later()
    mirror_due(get)

    assert asked == [CALENDAR] * 2
    assert Meeting.objects.count() == 1


def test_what_has_changed_there_is_changed_here(move):
    set_mirror(move, address=CALENDAR, **BY)
    mirror_due(calendar(entry(1, days=5)))
    a_day_later()

    mirror_due(calendar(entry(1, days=6, status="CANCELLED")))

    found = Meeting.objects.get()
    assert found.cancelled_at
    assert found.starts_at > now() + timedelta(days=5, hours=12)


def test_what_was_changed_here_stays_and_what_else_is_said_there_follows(group, move):
    set_mirror(move, address=CALENDAR, **BY)
    mirror_due(calendar(entry(1, days=5)))
    change_meeting(Meeting.objects.get(), title="Ours", room="Hall", **BY)
    Event.objects.all().delete()
    a_day_later()

    mirror_due(calendar(entry(1, days=5)))

    assert Meeting.objects.values_list("title", "room").get() == ("Ours", "Hall")
    assert not Event.objects.filter(kind="meeting.changed").exists()
    a_day_later()
    mirror_due(calendar(entry(1, days=6)))
    found = Meeting.objects.get()
    assert (found.title, found.room) == ("Ours", "Hall")
    assert found.starts_at > now() + timedelta(days=5, hours=12)
    assert not group.history.filter(kind="meeting.kept").exists()


def test_a_reading_that_was_broken_off_is_tried_again_the_same_day(move):
    def killed(address):
        raise KeyboardInterrupt

    set_mirror(move, address=CALENDAR, **BY)
    with pytest.raises(KeyboardInterrupt):
        mirror_due(killed)
    assert mirror_due(calendar(entry(1, days=5))) == 0
    Mirror.objects.update(asked_at=now() - timedelta(hours=2))

    assert mirror_due(calendar(entry(1, days=5))) == 1
    Mirror.objects.update(
        asked_at=now() - timedelta(hours=2), read_at=now() - timedelta(hours=2) + timedelta(minutes=1)
    )
    assert mirror_due(calendar(entry(1, days=5))) == 0


def test_what_can_not_be_read_is_noted_and_tried_the_next_day(move):
    def unreachable(address):
        raise Unfetchable("the server answers 404", Why.ANSWER, 404)

    set_mirror(move, address=CALENDAR, **BY)
    assert mirror_due(unreachable) == 0
    assert Mirror.objects.get().trouble_in_words == "Its server answers with the error 404."
    a_day_later()
    assert mirror_due(lambda address: b"<html>") == 0
    assert Mirror.objects.get().trouble_in_words == "What stands there is no calendar."
    with override("de"):
        assert Mirror.objects.get().trouble_in_words == "Was dort steht, ist kein Kalender."
    a_day_later()
    assert mirror_due(calendar(entry(1, days=5))) == 1
    assert Mirror.objects.get().trouble == ""


def test_each_reason_has_words():
    for why in Why:
        assert "%" not in Mirror(trouble=why, detail="x.example").trouble_in_words
    assert {*Why, "no_calendar"} == set(Mirror.Trouble.values)


def test_with_the_move_it_ends(group, move):
    set_mirror(move, address=CALENDAR, **BY)
    end_move(move, **BY)

    assert mirror_due(calendar(entry(1, days=5))) == 0
    with pytest.raises(Refused, match="over already"):
        set_mirror(Move.objects.get(), address=CALENDAR, **BY)
    assert not Meeting.objects.exists()


def test_a_closed_group_takes_nothing_in(group, move):
    set_mirror(move, address=CALENDAR, **BY)
    close_group(group, reason="Over.", **BY)

    assert mirror_due(calendar(entry(1, days=5))) == 0
    assert not Meeting.objects.exists()


def test_it_is_taken_away_again(move):
    set_mirror(move, address=CALENDAR, **BY)

    assert set_mirror(move, address="", **BY) is None

    assert not Mirror.objects.exists()


@pytest.mark.parametrize("address", ["http://x.example/a.ics", "file:///etc/passwd", "https://", "https://a b/", "x"])
def test_only_addresses_of_the_web_are_taken(move, address):
    with pytest.raises(Refused, match="address of its calendar"):
        set_mirror(move, address=address, **BY)
    assert not Mirror.objects.exists()


def test_only_those_who_organise_say_what_comes(group, move):
    with pytest.raises(NotAllowed):
        set_mirror(move, address=CALENDAR, by=group.memberships.get(person__name="Ann").person, via="test")


def test_a_meeting_that_a_list_has_brought_is_the_same_by_its_page(group, move):
    one = entry(1, days=5)
    set_mirror(move, address=CALENDAR, **BY)
    mirror_due(calendar(one))
    Meeting.objects.update(uid="302817364")
    a_day_later()

    mirror_due(calendar(one))

    assert Meeting.objects.get().uid == "302817364"


def test_no_calendar_elsewhere_changes_what_was_planned_here(group, move):
    """The names of our meetings stand in calendars that anybody may read."""
    ours = make.meeting(group, title="Looms")
    series = plan_series(group, title="Weekly", starts=ours.starts.replace(tzinfo=None), rule="FREQ=WEEKLY", **BY)
    before = list(Meeting.objects.order_by("pk").values())
    starts = ours.starts.replace(tzinfo=None) + timedelta(days=1)
    theirs = [Entry(uid=ours.uid, title="Bad", starts=starts, status="CANCELLED")]
    theirs += [Entry(uid=series.uid, title="Bad", starts=starts, rule="FREQ=DAILY;COUNT=2")]
    set_mirror(move, address=CALENDAR, **BY)

    mirror_due(calendar(*theirs, entry(1, days=5)))

    assert list(Meeting.objects.exclude(title="Evening 1").order_by("pk").values()) == before
    assert Meeting.objects.filter(title="Evening 1").exists()


def test_what_took_place_and_left_something_behind_is_not_moved_by_a_calendar_elsewhere(group, move):
    set_mirror(move, address=CALENDAR, **BY)
    mirror_due(calendar(entry(1, days=5)))
    ago = now() - timedelta(days=3)
    Meeting.objects.update(starts=ago, starts_at=ago, ends_at=ago + timedelta(hours=2))
    found = Meeting.objects.get()
    begin_minutes(found, **BY)
    a_day_later()

    mirror_due(calendar(entry(1, days=6)))

    assert Meeting.objects.get().starts_at == found.starts_at


def test_a_calendar_elsewhere_brings_only_so_many_meetings_however_often_it_is_read(group, move, monkeypatch):
    monkeypatch.setattr(mirroring, "MOST_AHEAD", 20)
    set_mirror(move, address=CALENDAR, **BY)
    bombs = [entry(number, days=1, rule="FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4") for number in (1, 2)]

    mirror_due(calendar(*bombs, *[entry(number, days=5) for number in range(3, 30)]))
    a_day_later()
    mirror_due(calendar(*[entry(number, days=5) for number in range(30, 60)]))

    assert Meeting.objects.count() <= 20
    assert Mirror.objects.get().trouble == ""


def test_a_calendar_elsewhere_that_names_another_place_each_day_fills_no_address_book(move, monkeypatch):
    monkeypatch.setattr(bringing_places, "MOST_PLACES", 3)
    set_mirror(move, address=CALENDAR, **BY)
    for day in range(6):
        mirror_due(calendar(entry(1, days=5, location=f"Hall {day}")))
        a_day_later()

    assert Venue.objects.count() == 3
