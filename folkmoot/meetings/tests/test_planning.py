from datetime import datetime, timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import HistoryEntry
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.operations import (
    add_venue,
    announce,
    announce_due,
    answer,
    bring_venue_back,
    cancel,
    change_meeting,
    change_venue,
    discard,
    keep_time,
    plan_meeting,
    publish,
    retire_venue,
    uncancel,
)
from folkmoot.outbox.models import Event
from tests import make

JULY = datetime.fromisoformat("2030-07-16T19:00")
pytestmark = pytest.mark.django_db


def told(kind):
    return Event.objects.filter(kind=kind).count()


def test_a_meeting_is_planned_by_the_clock_on_its_wall():
    group = make.group(time_zone="Europe/Berlin")

    meeting = plan_meeting(group, title="  July\nmeeting ", starts=JULY, by=OPERATOR, via="test")

    assert (meeting.title, meeting.zone) == ("July meeting", "Europe/Berlin")
    assert meeting.starts_at.isoformat() == "2030-07-16T17:00:00+00:00"
    assert meeting.ends_at - meeting.starts_at == timedelta(hours=2)
    assert (told("meeting.planned"), told("meeting.published")) == (1, 1)
    assert HistoryEntry.objects.filter(kind="meeting.planned", facts__meeting=meeting.pk).exists()


def test_members_do_not_plan():
    ann = make.person("Ann")
    group = make.group(ann)

    with pytest.raises(NotAllowed):
        plan_meeting(group, title="X", starts=JULY, by=ann, via="web")

    assert not Meeting.objects.exists()
    assert not told("meeting.planned")


@pytest.mark.parametrize(
    "wrong",
    [{"title": "  "}, {"zone": "Europe/Atlantis"}, {"minutes": 10**6}, {"seats": 10**7}, {"about": "x" * 20_001}],
)
def test_what_cannot_be_planned_is_refused(wrong):
    group = make.group()

    with pytest.raises(Refused):
        plan_meeting(group, **{"title": "X", "starts": JULY, "by": OPERATOR, "via": "test"} | wrong)

    assert not Meeting.objects.exists()


def test_a_place_of_another_group_is_none():
    group = make.group()
    theirs = add_venue(make.group(owner=make.person("Else"), slug="other"), name="Attic", by=OPERATOR, via="test")

    with pytest.raises(Refused):
        plan_meeting(group, title="X", starts=JULY, venue=theirs, by=OPERATOR, via="test")


def test_a_change_keeps_the_answers_and_raises_the_sequence():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    answer(meeting, person=ann, answer="yes", via="web")

    later = meeting.starts.replace(tzinfo=None) + timedelta(hours=1)
    changed = change_meeting(meeting, starts=later, by=OPERATOR, via="test")

    assert changed.starts_at == meeting.starts_at + timedelta(hours=1)
    assert (changed.sequence, changed.rsvps.count()) == (meeting.sequence + 1, 1)
    assert Event.objects.get(kind="meeting.changed").data["fields"] == ["ends_at", "starts", "starts_at"]


def test_what_is_the_same_is_no_change():
    meeting = make.meeting(make.group())

    same = change_meeting(meeting, title=meeting.title, by=OPERATOR, via="test")

    assert same.sequence == meeting.sequence
    assert not told("meeting.changed")


def test_members_change_nothing():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))

    for act in (cancel, uncancel, publish, discard, lambda one, **who: change_meeting(one, title="X", **who)):
        with pytest.raises(NotAllowed):
            act(meeting, by=ann, via="web")

    meeting.refresh_from_db()
    assert (meeting.title, meeting.cancelled_at, meeting.sequence) == ("Autumn meeting", None, 0)


def test_what_is_over_stays_at_its_time():
    meeting = make.meeting(make.group(), starts_in=-timedelta(days=3))

    change_meeting(meeting, about="It was fun.", by=OPERATOR, via="test")
    with pytest.raises(Refused):
        change_meeting(meeting, seats=3, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        cancel(meeting, by=OPERATOR, via="test")


def test_a_draft_is_seen_by_organisers_until_it_is_published():
    ann, olga = make.person("Ann"), make.person("Olga")
    meeting = make.meeting(make.group(ann, owner=olga), is_draft=True)
    assert list(Meeting.objects.visible_to(olga)) == [meeting]
    assert not Meeting.objects.visible_to(ann).exists()

    publish(meeting, by=olga, via="web")

    assert list(Meeting.objects.visible_to(ann)) == [meeting]
    assert list(Meeting.objects.visible_to(None)) == [meeting]
    assert told("meeting.published") == 1


def test_a_hidden_group_shows_its_meetings_to_members_only():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann, visibility="hidden"))

    assert list(Meeting.objects.visible_to(ann)) == [meeting]
    assert not Meeting.objects.visible_to(make.person("Eve")).exists()
    assert not Meeting.objects.visible_to(None).exists()


def test_a_draft_is_thrown_away_and_nothing_else_is():
    group = make.group()
    shown, draft = make.meeting(group), make.meeting(group, is_draft=True)

    with pytest.raises(Refused):
        discard(shown, by=OPERATOR, via="test")
    discard(draft, by=OPERATOR, via="test")

    assert list(Meeting.objects.all()) == [shown]
    assert told("meeting.discarded") == 1


def test_called_off_and_on_again_keeps_the_answers():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    answer(meeting, person=ann, answer="yes", via="web")

    off = cancel(meeting, why="No heating", by=OPERATOR, via="test")
    on = uncancel(meeting, by=OPERATOR, via="test")

    assert (off.why_cancelled, off.sequence, on.sequence, on.cancelled_at) == ("No heating", 1, 2, None)
    assert on.rsvps.get().answer == "yes"
    assert (told("meeting.cancelled"), told("meeting.uncancelled")) == (1, 1)


def test_a_near_meeting_begins_a_conversation_once():
    olga = make.person("Olga")
    group = make.group(owner=olga)
    meeting = plan_meeting(
        group, title="Soon", starts=to_local(now() + timedelta(days=3), "UTC"), zone="UTC", about="Bring cake.",
        by=olga, via="web",
    )  # fmt: skip

    first, second = announce(meeting), announce(meeting)

    assert first.topic == second.topic
    assert first.topic.title == "Soon"
    assert "Bring cake." in first.topic.posts.get().body
    assert told("meeting.announced") == 1


def test_a_far_meeting_waits_for_its_day():
    group = make.group()
    far, near = make.meeting(group, starts_in=timedelta(days=60)), make.meeting(group)

    assert announce_due() == 1

    far.refresh_from_db()
    near.refresh_from_db()
    assert (far.announced_at, near.announced_at is not None) == (None, True)


def test_a_place_is_added_changed_and_taken_out():
    group = make.group()
    venue = add_venue(group, name="Attic", seats=30, latitude=52.5, longitude=13.4, by=OPERATOR, via="test")
    meeting = make.meeting(group, venue=venue)

    change_venue(venue, address="High street 1", by=OPERATOR, via="test")
    meeting.refresh_from_db()
    assert (meeting.sequence, told("meeting.changed")) == (1, 1)
    with pytest.raises(Refused):
        retire_venue(venue, by=OPERATOR, via="test")
    cancel(meeting, by=OPERATOR, via="test")
    retire_venue(venue, by=OPERATOR, via="test")
    assert not Venue.objects.in_use().exists()
    bring_venue_back(venue, by=OPERATOR, via="test")

    assert list(Venue.objects.in_use()) == [venue]
    kinds = ["venue.added", "venue.changed", "venue.retired", "venue.brought_back"]
    assert [told(kind) for kind in kinds] == [1, 1, 1, 1]


def test_members_do_not_write_in_the_address_book():
    ann = make.person("Ann")
    group = make.group(ann)
    venue = add_venue(group, name="Attic", by=OPERATOR, via="test")

    for act in (
        lambda: add_venue(group, name="Cellar", by=ann, via="web"),
        lambda: change_venue(venue, name="Cellar", by=ann, via="web"),
        lambda: retire_venue(venue, by=ann, via="web"),
        lambda: bring_venue_back(venue, by=ann, via="web"),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert list(Venue.objects.values_list("name", "retired_at")) == [("Attic", None)]


@pytest.mark.parametrize("wrong", [{"name": " "}, {"name": "A", "latitude": 3.0}])
def test_half_a_place_is_refused(wrong):
    group = make.group()

    with pytest.raises(Refused):
        add_venue(group, by=OPERATOR, via="test", **wrong)

    assert not Venue.objects.exists()


def test_when_the_law_changes_the_wall_stays_and_the_moment_moves():
    group = make.group()
    meeting, other = make.meeting(group), make.meeting(group)
    an_hour = timedelta(hours=1)  # as an older table of zones had it
    wrong = {"starts_at": meeting.starts_at + an_hour, "ends_at": meeting.ends_at + an_hour}
    Meeting.objects.filter(pk=meeting.pk).update(**wrong)

    assert (keep_time(), keep_time()) == (1, 0)

    kept = Meeting.objects.get(pk=meeting.pk)
    assert (kept.starts, kept.starts_at, kept.sequence) == (meeting.starts, meeting.starts_at, 1)
    assert Meeting.objects.get(pk=other.pk).sequence == 0
    assert Event.objects.get(kind="meeting.changed").subject_id == meeting.pk


def test_a_zone_that_is_no_more_does_not_stop_the_clocks_of_others():
    group = make.group()
    lost, meeting = make.meeting(group), make.meeting(group)
    an_hour = timedelta(hours=1)
    Meeting.objects.filter(pk=lost.pk).update(zone="Europe/Atlantis")
    Meeting.objects.filter(pk=meeting.pk).update(
        starts_at=meeting.starts_at + an_hour, ends_at=meeting.ends_at + an_hour
    )

    assert keep_time() == 1

    assert Meeting.objects.get(pk=meeting.pk).starts_at == meeting.starts_at
