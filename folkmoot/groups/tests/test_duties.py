from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import HistoryEntry, Responsibility, Role
from folkmoot.groups.operations import apply, change, deny, leave, make_owner
from folkmoot.groups.operations.duties import (
    accept_duty,
    ask_successor,
    change_duty,
    decline_duty,
    end_duty,
    give_duty,
    go_on,
    hand_over,
    lay_down,
    make_duty,
    remind_of_ends,
    resume_duty,
    set_turns,
    write_notes,
)
from folkmoot.groups.rules import owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def group():
    return make.group(make.person("Ann"), make.person("Bea"), owner=make.person("Olga"))


def member(group, name):
    return group.memberships.select_related("person", "group").get(person__name=name)


def moderators(group):
    return group.roles.get(key=Role.BuiltIn.MODERATOR)


def duty_of(group, **more):
    return make_duty(group, name="Treasurer", by=member(group, "Olga").person, via="test", **more)


def holds_now(group, name):
    group.refresh_from_db()
    return holds(member(group, name).person, "topics.moderate", group)


def test_a_duty_is_made_changed_ended_and_taken_up_again(group):
    olga = member(group, "Olga").person
    duty = duty_of(group, slug="treasurer")

    change_duty(duty, name="Cashier", by=olga, via="test")
    end_duty(duty, by=olga, via="test")
    resume_duty(duty, by=olga, via="test")

    duty.refresh_from_db()
    assert (duty.name, duty.slug, duty.ended_at) == ("Cashier", "treasurer", None)
    kinds = ["duty.made", "duty.changed", "duty.ended", "duty.resumed"]
    assert (
        list(HistoryEntry.objects.filter(kind__startswith="duty").order_by("pk").values_list("kind", flat=True))
        == kinds
    )
    assert list(Event.objects.filter(kind__startswith="duty").order_by("pk").values_list("kind", flat=True)) == kinds


def test_a_member_can_make_change_end_give_and_turn_nothing(group):
    ann, duty = member(group, "Ann"), duty_of(group)
    before = Event.objects.count()

    for act in (
        lambda: make_duty(group, name="King", by=ann.person, via="test"),
        lambda: change_duty(duty, name="King", by=ann.person, via="test"),
        lambda: end_duty(duty, by=ann.person, via="test"),
        lambda: resume_duty(duty, by=ann.person, via="test"),
        lambda: give_duty(duty, to=ann, by=ann.person, via="test"),
        lambda: set_turns(duty, members=[ann], by=ann.person, via="test"),
        lambda: hand_over(duty, to=ann, by=ann.person, via="test"),
        lambda: ask_successor(duty, successor=ann, by=ann.person, via="test"),
        lambda: lay_down(duty, by=ann.person, via="test"),
        lambda: write_notes(duty, notes="Mine", by=ann.person, via="test"),
    ):
        with pytest.raises(NotAllowed):
            act()

    duty.refresh_from_db()
    assert (Responsibility.objects.count(), duty.name, duty.holder, duty.notes) == (1, "Treasurer", None, "")
    assert Event.objects.count() == before


@pytest.mark.parametrize("slug", ["join", "bounces-1", "t7", "not an address", "-"])
def test_a_name_that_means_something_else_is_no_shared_address(group, slug):
    with pytest.raises(Refused):
        duty_of(group, slug=slug)

    assert not Responsibility.objects.exists()


def test_the_role_comes_and_goes_with_the_duty(group):
    duty = duty_of(group, role=moderators(group))

    give_duty(duty, to=member(group, "Ann"), by=member(group, "Olga").person, via="test")
    assert (holds_now(group, "Ann"), holds_now(group, "Bea")) == (True, False)

    hand_over(duty, to=member(group, "Bea"), by=member(group, "Ann").person, via="test")
    assert (holds_now(group, "Ann"), holds_now(group, "Bea")) == (False, True)
    assert [one.membership.person.name for one in duty.tenures.order_by("pk")] == ["Ann", "Bea"]

    lay_down(duty, by=member(group, "Bea").person, via="test")
    assert not holds_now(group, "Bea")


def test_two_duties_of_one_member_share_a_role_that_stays_until_both_are_gone(group):
    olga, ann = member(group, "Olga").person, member(group, "Ann")
    one = duty_of(group, role=moderators(group))
    other = make_duty(group, name="Host", role=moderators(group), by=olga, via="test")
    give_duty(one, to=ann, by=olga, via="test")
    give_duty(other, to=ann, by=olga, via="test")

    lay_down(one, by=olga, via="test")
    assert holds_now(group, "Ann")

    lay_down(other, by=olga, via="test")
    assert not holds_now(group, "Ann")


def test_who_may_less_than_a_role_cannot_hand_it_out_through_a_duty(group):
    olga = member(group, "Olga").person
    clerk = group.roles.create(name="Clerk")
    clerk.permissions.create(name="duties.manage")
    running = make_duty(group, name="Clerk", role=clerk, by=olga, via="test")
    owning = make_duty(group, name="Chair", role=group.roles.get(key=Role.BuiltIn.OWNER), by=olga, via="test")
    give_duty(running, to=member(group, "Ann"), by=olga, via="test")
    ann = member(group, "Ann")

    with pytest.raises(NotAllowed):
        give_duty(owning, to=ann, by=ann.person, via="test")
    with pytest.raises(NotAllowed):
        make_duty(group, name="Coup", role=owning.role, by=ann.person, via="test")

    assert [one.person.name for one in owners_of(group)] == ["Olga"]


def test_a_group_keeps_an_owner_whoever_lays_the_duty_down(group):
    olga = member(group, "Olga").person
    chair = make_duty(group, name="Chair", role=group.roles.get(key=Role.BuiltIn.OWNER), by=olga, via="test")
    give_duty(chair, to=member(group, "Ann"), by=olga, via="test")
    member(group, "Olga").grants.all().delete()

    with pytest.raises(Refused):
        lay_down(chair, by=OPERATOR, via="test")
    assert [one.person.name for one in owners_of(group)] == ["Ann"]

    hand_over(chair, to=member(group, "Bea"), by=member(group, "Ann").person, via="test")
    assert [one.person.name for one in owners_of(group)] == ["Bea"]


def test_a_successor_says_yes_and_has_it(group):
    olga, duty = member(group, "Olga").person, duty_of(group, role=moderators(group))
    give_duty(duty, to=member(group, "Ann"), by=olga, via="test")
    ask_successor(duty, successor=member(group, "Bea"), notes="The key is with Cy.", by=olga, via="test")
    assert not holds_now(group, "Bea")

    accept_duty(duty, person=member(group, "Bea").person, via="test")

    duty.refresh_from_db()
    assert (duty.holder, duty.successor, duty.notes) == (member(group, "Bea"), None, "The key is with Cy.")
    assert (holds_now(group, "Ann"), holds_now(group, "Bea")) == (False, True)


def test_a_successor_says_no_and_nobody_else_can_answer(group):
    olga, duty = member(group, "Olga").person, duty_of(group)
    ask_successor(duty, successor=member(group, "Bea"), by=olga, via="test")

    for answer in (accept_duty, decline_duty):
        with pytest.raises(Refused):
            answer(duty, person=member(group, "Ann").person, via="test")
    decline_duty(duty, person=member(group, "Bea").person, via="test")

    duty.refresh_from_db()
    assert (duty.holder, duty.successor) == (None, None)


def test_open_work_goes_along_and_none_is_lost(group):
    olga = member(group, "Olga").person
    clerk = group.roles.create(name="Clerk")
    clerk.permissions.create(name="members.manage")
    duty = duty_of(group, role=clerk)
    give_duty(duty, to=member(group, "Ann"), by=olga, via="test")
    asking = change(group, joining="approval", by=olga, via="test")
    apply(asking, person=make.person("Cy"), via="test")

    moved = hand_over(duty, to=member(group, "Bea"), by=member(group, "Ann").person, via="test")

    assert moved == {"application": 1}


def test_the_holder_writes_notes(group):
    duty = duty_of(group)
    give_duty(duty, to=member(group, "Ann"), by=member(group, "Olga").person, via="test")

    write_notes(duty, notes="The key is with Cy.", by=member(group, "Ann").person, via="test")

    duty.refresh_from_db()
    assert duty.notes == "The key is with Cy."


def test_whoever_leaves_looks_after_nothing_any_more(group):
    duty = duty_of(group, role=moderators(group))
    give_duty(duty, to=member(group, "Ann"), deputy=member(group, "Bea"), by=member(group, "Olga").person, via="test")

    leave(member(group, "Ann"), via="test")
    leave(member(group, "Bea"), via="test")

    duty.refresh_from_db()
    assert (duty.holder, duty.deputy) == (None, None)
    assert not duty.tenures.filter(ended_on=None).exists()


def test_the_end_of_a_term_is_told_once(group):
    duty, ends_on = duty_of(group), localdate() + timedelta(days=40)
    give_duty(duty, to=member(group, "Ann"), ends_on=ends_on, by=member(group, "Olga").person, via="test")

    said = [remind_of_ends(ends_on - timedelta(days=days)) for days in (31, 30, 29)]

    assert said == [0, 1, 0]
    assert Event.objects.filter(kind="duty.ending").count() == 1


def test_a_duty_goes_round(group):
    duty, ends_on = duty_of(group), localdate() + timedelta(days=7)
    olga = member(group, "Olga").person
    give_duty(duty, to=member(group, "Ann"), ends_on=ends_on, by=olga, via="test")
    set_turns(duty, members=[member(group, "Ann"), member(group, "Bea")], by=olga, via="test")

    assert go_on(ends_on) == 0
    assert go_on(ends_on + timedelta(days=1)) == 1
    assert go_on(ends_on + timedelta(days=1)) == 0

    duty.refresh_from_db()
    assert (duty.holder.person.name, duty.ends_on) == ("Bea", ends_on + timedelta(days=8))


def test_a_term_does_not_end_in_the_past_and_nobody_is_their_own_deputy(group):
    duty, olga, ann = duty_of(group), member(group, "Olga").person, member(group, "Ann")

    with pytest.raises(Refused):
        give_duty(duty, to=ann, ends_on=date(2001, 1, 1), by=olga, via="test")
    with pytest.raises(Refused):
        give_duty(duty, to=ann, deputy=ann, by=olga, via="test")
    with pytest.raises(Refused):
        give_duty(duty, to=make.join(make.group(slug="other"), make.person("Cy")), by=olga, via="test")

    duty.refresh_from_db()
    assert duty.holder is None


def test_an_owner_by_other_means_stays_one_after_the_duty(group):
    olga = member(group, "Olga").person
    make_owner(member(group, "Ann"), by=olga, via="test")
    chair = make_duty(group, name="Chair", role=group.roles.get(key=Role.BuiltIn.OWNER), by=olga, via="test")
    give_duty(chair, to=member(group, "Ann"), by=olga, via="test")

    lay_down(chair, by=olga, via="test")

    assert {one.person.name for one in owners_of(group)} == {"Olga", "Ann"}


def test_a_duty_that_makes_an_owner_is_not_for_whom_something_is_denied(group):
    olga, ann = member(group, "Olga"), member(group, "Ann")
    chair = duty_of(group, role=group.roles.get(key=Role.BuiltIn.OWNER))
    give_duty(chair, to=olga, by=olga.person, via="test")
    ask_successor(chair, successor=ann, by=olga.person, via="test")
    deny(ann.person, group=group, permission="topics.post", reason="Noise", by=olga.person, via="test")
    asked = Responsibility.objects.with_people().get(pk=chair.pk)

    for act in (
        lambda: give_duty(chair, to=ann, by=olga.person, via="test"),
        lambda: hand_over(chair, to=ann, by=olga.person, via="test"),
        lambda: accept_duty(asked, person=ann.person, via="test"),
    ):
        with pytest.raises(Refused):
            act()

    assert {one.person.name for one in owners_of(group)} == {"Olga"}
    assert Responsibility.objects.get(pk=chair.pk).holder == olga
