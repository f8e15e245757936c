from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import Role, Sanction
from folkmoot.groups.operations import allow, leave, remove_member, sanction
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import (
    Outdated,
    answer,
    cancel,
    change_meeting,
    give_seat,
    move_up,
    withdraw_answer,
    withdraw_answers,
)
from folkmoot.meetings.reactions import seats_may_be_free
from folkmoot.meetings.rules import sees_the_way_in
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make

pytestmark = pytest.mark.django_db


def coming(meeting):
    return sorted(meeting.rsvps.all().coming().values_list("person__name", flat=True))


def waiting(meeting):
    return list(meeting.rsvps.all().in_line().values_list("person__name", flat=True))


def people(group, *names):
    made = [make.person(name) for name in names]
    for one in made:
        make.join(group, one)
    return made


def changed(meeting, **what):
    """What is told when a meeting was changed."""
    change_meeting(meeting, by=OPERATOR, via="test", **what)
    return Event.objects.get(kind="meeting.changed", subject_id=meeting.pk)


def test_an_answer_is_one_row_with_its_origin():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))

    answer(meeting, person=ann, answer="maybe", via="mail")
    rsvp = answer(meeting, person=ann, answer="yes", via="web", note="By bike")

    assert meeting.rsvps.get() == rsvp
    assert (rsvp.answer, rsvp.via, rsvp.note, rsvp.by) == ("yes", "web", "By bike", None)
    assert Event.objects.filter(kind="rsvp.changed", subject_id=rsvp.pk).count() == 2


def test_who_may_not_answer_leaves_no_trace():
    meeting = make.meeting(make.group())

    with pytest.raises(NotAllowed):
        answer(meeting, person=make.person("Eve"), answer="yes", via="web")

    assert not meeting.rsvps.exists()
    assert not Event.objects.filter(kind="rsvp.changed").exists()


def test_the_later_word_counts_in_whatever_order_they_arrive():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    answer(meeting, person=ann, answer="no", via="mail", said_at=now() - timedelta(minutes=1))

    with pytest.raises(Outdated):
        answer(meeting, person=ann, answer="yes", via="calendar", said_at=now() - timedelta(hours=1))

    assert meeting.rsvps.get().answer == "no"


def test_the_same_answer_twice_is_one():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    moment = now() - timedelta(minutes=5)

    for _time in range(2):
        answer(meeting, person=ann, answer="yes", via="calendar", said_at=moment)

    assert meeting.rsvps.count() == 1
    assert Event.objects.filter(kind="rsvp.changed").count() == 1


def test_an_answer_from_the_future_does_not_block_the_next_one():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))

    answer(meeting, person=ann, answer="yes", via="calendar", said_at=now() + timedelta(days=400))
    answer(meeting, person=ann, answer="no", via="web")

    assert meeting.rsvps.get().answer == "no"


def test_organisers_answer_for_others_and_it_says_so():
    ann, olga = make.person("Ann"), make.person("Olga")
    meeting = make.meeting(make.group(ann, owner=olga))

    rsvp = answer(meeting, person=ann, by=olga, answer="yes", via="web", note="By telephone")

    assert rsvp.by == olga


def test_members_do_not_answer_for_each_other():
    ann, bob = make.person("Ann"), make.person("Bob")
    meeting = make.meeting(make.group(ann, bob))

    with pytest.raises(NotAllowed):
        answer(meeting, person=ann, by=bob, answer="yes", via="web")

    assert not meeting.rsvps.exists()


def test_who_comes_after_the_last_seat_waits_in_line():
    group = make.group()
    ann, bob, cem, dua = people(group, "Ann", "Bob", "Cem", "Dua")
    meeting = make.meeting(group, seats=3, guests=2)

    answer(meeting, person=ann, answer="yes", via="web", guests=1)
    answer(meeting, person=bob, answer="yes", via="web", guests=1)
    answer(meeting, person=cem, answer="yes", via="web")
    answer(meeting, person=dua, answer="yes", via="web")

    assert (coming(meeting), waiting(meeting)) == (["Ann"], ["Bob", "Cem", "Dua"])


def test_who_has_a_seat_keeps_it_where_there_is_none_for_a_guest():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=2, guests=1)
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web")

    with pytest.raises(Refused, match="no seat for your guest"):
        answer(meeting, person=ann, answer="yes", via="web", guests=1)
    move_up(meeting)

    assert (coming(meeting), waiting(meeting)) == (["Ann", "Bob"], ["Cem"])
    assert meeting.rsvps.get(person=ann).guests == 0


def test_a_guest_does_not_pass_those_who_wait():
    group = make.group()
    ann, bob = people(group, "Ann", "Bob")
    meeting = make.meeting(group, seats=2, guests=1)
    answer(meeting, person=ann, answer="yes", via="web")
    answer(meeting, person=bob, answer="yes", via="web", guests=1)

    with pytest.raises(Refused, match="no seat for your guest"):
        answer(meeting, person=ann, answer="yes", via="web", guests=1)

    assert (coming(meeting), waiting(meeting)) == (["Ann"], ["Bob"])


def test_who_asks_for_a_place_that_is_full_stays_where_they_are():
    group = make.group()
    ann, bob = people(group, "Ann", "Bob")
    meeting = make.meeting(group, seats=1, room="Hall", link="https://meet.example.org/x")
    answer(meeting, person=ann, answer="yes", via="web", place="room")
    answer(meeting, person=bob, answer="yes", via="web", place="online")

    with pytest.raises(Refused, match="no seat there"):
        answer(meeting, person=bob, answer="yes", via="web", place="room")

    assert (coming(meeting), meeting.rsvps.get(person=bob).place) == (["Ann", "Bob"], "online")


def test_who_says_yes_again_brings_as_many_as_are_allowed_now():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann), guests=2)
    answer(meeting, person=ann, answer="yes", via="web", guests=2)
    change_meeting(meeting, guests=0, by=OPERATOR, via="test")

    rsvp = answer(meeting, person=ann, answer="yes", via="calendar")

    assert (rsvp.comes, rsvp.guests) == (True, 0)


def test_seats_that_come_free_go_to_the_first_who_fits():
    group = make.group()
    ann, bob, cem, dua = people(group, "Ann", "Bob", "Cem", "Dua")
    meeting = make.meeting(group, seats=2, guests=1)
    answer(meeting, person=ann, answer="yes", via="web", guests=1)
    answer(meeting, person=bob, answer="yes", via="web", guests=1)
    answer(meeting, person=cem, answer="yes", via="web")
    answer(meeting, person=dua, answer="yes", via="web")

    answer(meeting, person=ann, answer="yes", via="web", guests=0)
    move_up(meeting)

    assert (coming(meeting), waiting(meeting)) == (["Ann", "Cem"], ["Bob", "Dua"])
    assert Event.objects.filter(kind="rsvp.moved_up").count() == 1


def test_inside_the_cutoff_nobody_is_moved_without_a_yes():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, starts_in=timedelta(hours=4), cutoff=24)
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web")

    answer(meeting, person=ann, answer="no", via="mail")
    move_up(meeting)

    assert (coming(meeting), waiting(meeting)) == ([], ["Bob", "Cem"])
    offered = Rsvp.objects.exclude(offered_at=None).get()
    assert offered.person == bob
    answer(meeting, person=bob, answer="yes", via="mail")
    assert (coming(meeting), waiting(meeting)) == (["Bob"], ["Cem"])


def test_an_offer_that_nobody_takes_goes_to_the_next():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, starts_in=timedelta(hours=20))
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web")
    answer(meeting, person=ann, answer="no", via="web")
    moment = meeting.starts_at - timedelta(hours=4)  # near enough that the night does not count

    move_up(meeting, at=moment)
    move_up(meeting, at=moment + timedelta(minutes=30))
    assert Rsvp.objects.exclude(offered_at=None).count() == 1
    move_up(meeting, at=moment + timedelta(hours=3, minutes=1))

    assert sorted(Rsvp.objects.exclude(offered_at=None).values_list("person__name", flat=True)) == ["Bob", "Cem"]


def test_by_the_policy_of_the_first_answer_all_are_asked_and_one_gets_it():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, policy=Meeting.Policy.OFFER, starts_in=timedelta(hours=4))
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web")

    answer(meeting, person=ann, answer="no", via="web")
    move_up(meeting)
    assert Rsvp.objects.exclude(offered_at=None).count() == 2
    answer(meeting, person=cem, answer="yes", via="mail")
    answer(meeting, person=bob, answer="yes", via="mail")

    assert (coming(meeting), waiting(meeting)) == (["Cem"], ["Bob"])


def test_by_hand_only_organisers_give_seats():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, policy=Meeting.Policy.HAND)
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web")
    answer(meeting, person=ann, answer="no", via="web")

    move_up(meeting)
    assert coming(meeting) == []
    with pytest.raises(NotAllowed):
        give_seat(meeting.rsvps.get(person=cem), by=bob, via="web")
    give_seat(meeting.rsvps.get(person=cem), by=OPERATOR, via="web")

    assert (coming(meeting), waiting(meeting)) == (["Cem"], ["Bob"])


def test_a_hybrid_meeting_counts_the_room_and_the_line_apart():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, online_seats=1, room="Hall", link="https://meet.example.org/x")

    answer(meeting, person=ann, answer="yes", via="web", place="room")
    answer(meeting, person=bob, answer="yes", via="web", place="room")
    answer(meeting, person=cem, answer="yes", via="web", place="online")
    assert (coming(meeting), waiting(meeting)) == (["Ann", "Cem"], ["Bob"])

    change_meeting(meeting, online_seats=2, by=OPERATOR, via="test")
    answer(meeting, person=bob, answer="yes", via="web", place="online")

    assert (coming(meeting), waiting(meeting)) == (["Ann", "Bob", "Cem"], [])


def test_who_was_for_a_room_that_is_gone_joins_online():
    group = make.group()
    ann, bob, cem = people(group, "Ann", "Bob", "Cem")
    meeting = make.meeting(group, seats=1, online_seats=2, room="Hall", link="https://meet.example.org/x")
    for one in (ann, bob, cem):
        answer(meeting, person=one, answer="yes", via="web", place="room")

    seats_may_be_free(changed(meeting, room=""))

    assert set(meeting.rsvps.values_list("place", flat=True)) == {"online"}
    assert (coming(meeting), waiting(meeting)) == (["Ann", "Bob"], ["Cem"])


def test_who_was_offered_a_seat_in_a_room_that_is_gone_is_asked_anew():
    group = make.group()
    ann, bob = people(group, "Ann", "Bob")
    meeting = make.meeting(group, seats=1, starts_in=timedelta(hours=4), room="Hall", link="https://meet.example.org/x")
    for one in (ann, bob):
        answer(meeting, person=one, answer="yes", via="web", place="room")
    answer(meeting, person=ann, answer="no", via="web")
    move_up(meeting)

    seats_may_be_free(changed(meeting, room=""))

    assert Event.objects.filter(kind="seat.offered").count() == 2
    assert meeting.rsvps.get(person=bob).offered_at


@pytest.mark.parametrize("room", ["Hall", "Yard"])
def test_of_a_hybrid_meeting_everybody_stays_where_they_are(room):
    group = make.group()
    ann, bob = people(group, "Ann", "Bob")
    meeting = make.meeting(group, room="Hall", link="https://meet.example.org/x")
    answer(meeting, person=ann, answer="yes", via="web", place="room")
    answer(meeting, person=bob, answer="yes", via="web", place="online")

    seats_may_be_free(changed(meeting, room=room, seats=5))

    assert list(meeting.rsvps.order_by("pk").values_list("place", flat=True)) == ["room", "online"]


@pytest.mark.parametrize(
    "change", [{"answer": "perhaps"}, {"answer": "yes", "guests": 3}, {"answer": "yes", "guests": -1}]
)
def test_what_a_meeting_does_not_offer_is_refused(change):
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann), guests=2)

    with pytest.raises(Refused):
        answer(meeting, person=ann, via="web", **change)

    assert not meeting.rsvps.exists()


def test_nobody_answers_to_what_does_not_take_place():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    cancel(meeting, by=OPERATOR, via="test")

    with pytest.raises(Refused, match="does not take place"):
        answer(meeting, person=ann, answer="yes", via="web")

    assert not meeting.rsvps.exists()


def test_after_the_deadline_only_organisers_answer():
    ann, olga = make.person("Ann"), make.person("Olga")
    meeting = make.meeting(make.group(ann, owner=olga), starts_in=timedelta(hours=3), closes=12)

    with pytest.raises(Refused, match="too late"):
        answer(meeting, person=ann, answer="yes", via="web")
    answer(meeting, person=ann, by=olga, answer="yes", via="web")

    assert coming(meeting) == ["Ann"]


def test_an_organiser_takes_a_slip_back():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    rsvp = answer(meeting, person=ann, by=OPERATOR, answer="yes", via="web")

    with pytest.raises(NotAllowed):
        withdraw_answer(rsvp, by=ann, via="web")
    withdraw_answer(rsvp, by=OPERATOR, via="web")

    assert not meeting.rsvps.exists()


def removed(group, person):
    remove_member(group.memberships.get(person=person), by=OPERATOR, via="web")


def left(group, person):
    leave(group.memberships.get(person=person), via="web")


def banned(group, person):
    sanction(group, person, kind=Sanction.Kind.BAN, reason="Rude", by=OPERATOR, via="web")


@pytest.mark.parametrize("gone", [removed, left, banned])
def test_whoever_is_gone_sees_no_way_in_and_gives_their_seat_to_the_next(gone):
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    meeting = make.meeting(group, seats=1, starts_in=timedelta(days=30))
    answer(meeting, person=ann, answer="yes", via="web")
    answer(meeting, person=bob, answer="yes", via="web")
    drain(SUBSCRIBERS)

    gone(group, ann)
    seen_at_once = sees_the_way_in(ann, meeting)
    while drain(SUBSCRIBERS):
        pass

    assert not seen_at_once
    assert (coming(meeting), waiting(meeting)) == (["Bob"], [])
    assert Event.objects.get(kind="rsvp.withdrawn").data["person"] == ann.pk


def test_answers_stay_where_they_may_be_given_and_of_what_is_over():
    ann = make.person("Ann")
    inner, group = make.group(ann, slug="inner"), make.group(ann)
    allow(group.roles.get(audience=Role.Audience.SIGNED_IN), permission="meetings.answer", by=OPERATOR, via="test")
    ahead, past, elsewhere = make.meeting(group), make.meeting(inner), make.meeting(inner)
    for meeting in (ahead, past, elsewhere):
        answer(meeting, person=ann, answer="yes", via="web")
    Meeting.objects.filter(pk=past.pk).update(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))

    withdraw_answers(ann, group=group, via="test")
    kept = Rsvp.objects.count()
    left(inner, ann)
    withdraw_answers(ann, group=inner, via="test")

    assert kept == 3
    assert set(Rsvp.objects.values_list("meeting", flat=True)) == {ahead.pk, past.pk}
