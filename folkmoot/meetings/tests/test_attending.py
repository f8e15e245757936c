from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.attendance import at_the_door, figures
from folkmoot.meetings.models import Attendance, Meeting
from folkmoot.meetings.operations import answer, cancel
from folkmoot.meetings.operations.attending import Coming, note_coming, take_back
from folkmoot.meetings.tickets import shown, ticket
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


def told(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def meeting(ann):
    return make.meeting(make.group(ann, make.person("Bob")), starts_in=timedelta(hours=-1), minutes=300)


def state(meeting):
    rows = meeting.attendances.values_list("person__name", "name", "address", "came_at", "guests", "key")
    return sorted(map(str, rows))


def test_the_door_notes_members_and_those_without_an_account(meeting, ann):
    came = [
        Coming("k1", now(), person=ann.pk, name="Annie"),
        Coming("k2", now(), name=" Zoe\n", address="Zoe@Example.org", guests=2),
        Coming("k3", now(), name="Zed", address="nowhere"),
    ]

    assert note_coming(meeting, entries=came, **BY) == 3
    assert note_coming(meeting, entries=came, **BY) == 0

    rows = meeting.attendances.order_by("key").values_list("person__name", "name", "address", "guests")
    assert list(rows) == [("Ann", "", "", 0), (None, "Zoe", "zoe@example.org", 2), (None, "Zed", "", 0)]
    assert told("attendance.noted") == 1


def test_the_host_is_at_the_door_and_other_members_are_not(meeting, ann):
    bob = meeting.group.memberships.get(person__name="Bob").person
    Meeting.objects.filter(pk=meeting.pk).update(host=ann)

    note_coming(meeting, entries=[Coming("k1", now(), person=bob.pk)], by=ann, via="web")
    row = Attendance.objects.get()
    with pytest.raises(NotAllowed):
        note_coming(meeting, entries=[Coming("k2", now(), person=ann.pk)], by=bob, via="web")
    with pytest.raises(NotAllowed):
        take_back(row, by=bob, via="web")

    assert Attendance.objects.get() == row
    assert (told("attendance.noted"), told("attendance.taken_back")) == (1, 0)


def test_a_slip_of_the_finger_is_taken_back(meeting, ann):
    note_coming(meeting, entries=[Coming("k1", now(), person=ann.pk)], **BY)

    take_back(Attendance.objects.get(), **BY)

    assert not Attendance.objects.exists()
    assert told("attendance.taken_back") == 1


def test_what_a_door_noted_before_is_not_brought_back_by_one_that_was_off_line(meeting, ann):
    early, later = now() - timedelta(minutes=20), now() - timedelta(minutes=9)
    zoe = Coming("z", early, name="Zoe")
    note_coming(meeting, entries=[Coming("k1", early, person=ann.pk), zoe], **BY)
    for row in Attendance.objects.all():
        take_back(row, **BY)

    assert note_coming(meeting, entries=[Coming("other", later, person=ann.pk), zoe], **BY) == 0
    assert not Attendance.objects.exists()

    note_coming(meeting, entries=[Coming("k3", now(), person=ann.pk), Coming("k1", early, person=ann.pk)], **BY)
    assert [row.key for row in Attendance.objects.all()] == ["k3"]
    take_back(Attendance.objects.get(), **BY)
    note_coming(meeting, entries=[Coming("k3", later, person=ann.pk)], **BY)
    assert not Attendance.objects.exists()


def test_whoever_does_not_belong_here_is_noted_by_name(meeting):
    eve = make.person("Eve")

    note_coming(meeting, entries=[Coming("k1", now(), person=eve.pk, name="Eve"), Coming("k2", now(), 999_999)], **BY)

    assert list(meeting.attendances.values_list("person", "name")) == [(None, "Eve")]


def test_clocks_that_are_wrong_are_brought_into_the_day(meeting, ann):
    century = timedelta(days=36_500)
    came = [Coming("k1", now() + century, person=ann.pk), Coming("k2", now() - century, name="Zoe")]

    note_coming(meeting, entries=came, **BY)

    days = [abs(row.came_at - now()) < timedelta(days=2) for row in meeting.attendances.all()]
    assert days == [True, True]


def test_a_batch_has_an_end_and_a_door_its_day(meeting, ann):
    too_many = [Coming(f"k{n}", now(), name="Zoe") for n in range(2001)]
    with pytest.raises(Refused):
        note_coming(meeting, entries=too_many, **BY)
    with pytest.raises(Refused):
        note_coming(make.meeting(meeting.group), entries=[Coming("k1", now(), person=ann.pk)], **BY)
    cancelled = cancel(make.meeting(meeting.group, starts_in=timedelta(hours=2)), **BY)
    with pytest.raises(Refused):
        note_coming(cancelled, entries=[Coming("k1", now(), person=ann.pk)], **BY)

    assert not Attendance.objects.exists()


def test_one_key_for_two_people_is_noted_once_and_breaks_nothing(meeting, ann):
    note_coming(meeting, entries=[Coming("k", now(), person=ann.pk)], **BY)

    note_coming(meeting, entries=[Coming("k", now(), name="Zoe"), Coming("z", now(), name="Zoe")], **BY)

    assert sorted(meeting.attendances.values_list("key", flat=True)) == ["k", "z"]


ENTRIES = st.lists(
    st.tuples(st.sampled_from(["Ann", "Bob", "Olga", ""]), st.integers(0, 90), st.integers(0, 3)),
    max_size=12,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ENTRIES, second=ENTRIES, seed=st.integers(0, 2**32))
def test_what_two_doors_noted_is_the_same_list_in_whatever_order_it_arrives(meeting, first, second, seed):
    """Each door sends its notes in several batches, some of them twice."""
    people = {one.person.name: one.person_id for one in meeting.group.memberships.select_related("person")}
    start = now() - timedelta(hours=2)
    noted = [
        Coming(f"{door}-{n}", start + timedelta(minutes=minute), person=people.get(name), name=name or "Zoe", guests=g)
        for door, entries in (("a", first), ("b", second))
        for n, (name, minute, g) in enumerate(entries)
    ]
    ends = []
    for order in (Random(seed), Random(seed + 1)):
        sent = noted + order.sample(noted, len(noted) // 2)
        order.shuffle(sent)
        with transaction.atomic():
            while sent:
                size = order.randint(1, len(sent))
                note_coming(meeting, entries=sent[:size], **BY)
                sent = sent[size:]
            ends.append(state(meeting))
            transaction.set_rollback(True)

    assert ends[0] == ends[1]
    named = {one.name for one in noted if one.person}
    assert len(ends[0]) == len(named) + sum(one.person is None for one in noted)


def test_a_ticket_says_who_comes_to_which_meeting_and_can_not_be_made_up(meeting, ann):
    code = ticket(meeting, ann.pk)

    assert shown(meeting, f" https://x.example/meetings/1/door?ticket={code.upper()} ") == ann.pk
    assert shown(make.meeting(meeting.group), code) is None
    assert shown(meeting, code[:-1] + ("a" if code[-1] != "a" else "b")) is None
    assert shown(meeting, "") is None


def test_the_list_of_the_door_is_of_those_expected_and_those_who_came(meeting, ann):
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=now() + timedelta(hours=1))
    meeting.refresh_from_db()
    answer(meeting, person=ann, answer="yes", via="web")
    note_coming(meeting, entries=[Coming("k", now(), name="Zoe")], **BY)

    assert [(line.name, bool(line.came)) for line in at_the_door(meeting)] == [("Ann", False), ("Zoe", True)]


def test_figures_tell_who_missed_a_seat_and_who_came_again(meeting, ann):
    bob = meeting.group.memberships.get(person__name="Bob").person
    earlier = make.meeting(meeting.group, starts_in=timedelta(days=-9))
    note_coming(earlier, entries=[Coming("k", now(), person=ann.pk)], **BY)
    for person in (ann, bob):
        answer(meeting, person=person, answer="yes", via="web", by=OPERATOR)
    note_coming(meeting, entries=[Coming("k1", now(), person=ann.pk), Coming("k2", now(), name="Zoe")], **BY)
    Meeting.objects.filter(pk=meeting.pk).update(ends_at=now())

    found = figures(meeting.group)

    assert [one[1:6] for one in found] == [(2, 2, 1, 1, 1), (0, 1, 0, 1, 0)]


def test_figures_ask_the_same_for_any_number_of_meetings(meeting, django_assert_num_queries):
    for days in range(1, 6):
        make.meeting(meeting.group, starts_in=timedelta(days=-days))

    with django_assert_num_queries(5):
        assert len(figures(meeting.group)) == 5
