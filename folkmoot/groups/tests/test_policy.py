"""What the installation's administrators decide holds for all groups, by every door."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import change_installation
from folkmoot.groups.models import FoundingRequest, Group, Inspection, Membership
from folkmoot.groups.operations import (
    add_member,
    ask_to_found,
    close_group,
    decide_founding,
    end_inspection,
    end_inspections,
    found,
    inspect,
    invite,
    join,
    leave,
    move_group,
    reopen_group,
    unite,
)
from folkmoot.groups.policy import can_sign_up
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def decide(**settings):
    change_installation(by=OPERATOR, via="test", **settings)


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def root():
    return make.person("Root", administrator=True)


def founded(person, name="Loom", **more):
    return found(founder=person, name=name, via="web", **more)


@pytest.mark.parametrize("policy", ["approval", "staff"])
def test_only_administrators_found_at_once_where_they_said_so(ann, root, policy):
    decide(founding=policy)

    with pytest.raises(NotAllowed):
        founded(ann)
    assert not Group.objects.exists()
    assert founded(root).pk


def test_below_a_group_its_own_roles_say_who_founds_and_nothing_comes_out_from_there(ann):
    above = make.group(owner=ann)
    decide(founding="staff")
    below = founded(ann, parent=above)

    with pytest.raises(NotAllowed):
        move_group(below, parent=None, by=ann, via="web")

    below.refresh_from_db()
    assert below.parent == above


def test_one_founds_as_many_groups_as_administrators_said_and_closed_ones_do_not_count(ann, root):
    decide(most_groups=1)
    first = founded(ann)

    with pytest.raises(Refused, match="found 1 group"):
        founded(ann, "Second")
    assert founded(ann, "Below", parent=first).pk
    close_group(first, reason="Done.", by=root, via="web")

    assert founded(ann, "Second").pk
    assert founded(root, "A").pk != founded(root, "B").pk


def test_a_group_has_as_many_members_as_administrators_said(ann):
    group = make.group()
    decide(most_members=2)
    membership = join(group, person=ann, via="web")

    with pytest.raises(Refused, match="full"):
        join(group, person=make.person("Bob"), via="web")
    with pytest.raises(Refused, match="full"):
        make.join(group, make.person("Eve"))

    make.join(group, ann)  # who is in it already may be added again
    leave(membership, via="web")
    assert join(group, person=make.person("Zoe"), via="web").pk


def test_two_groups_become_one_only_where_all_fit(ann):
    group, other = make.group(ann, make.person("Bob")), make.group(ann, slug="other")
    olga = Person.objects.at("olga@example.org")
    decide(most_members=2)

    with pytest.raises(Refused, match="full"), transaction.atomic():
        unite(group, into=other, by=olga, via="web")
    decide(most_members=3)
    with transaction.atomic():
        unite(group, into=other, by=olga, via="web")

    assert Membership.objects.current().filter(group=other).count() == 3


def test_asking_again_for_an_address_changes_what_was_asked_and_nobody_asks_without_end(ann):
    decide(founding="approval")
    ask_to_found(person=ann, name="Loom", slug="loom", via="web")
    ask_to_found(person=ann, name="The Loom", slug="loom", words="For weavers.", via="web")
    assert [(one.name, one.words) for one in FoundingRequest.objects.all()] == [("The Loom", "For weavers.")]

    for slug in ("a1", "a2"):
        ask_to_found(person=ann, name=slug, slug=slug, via="web")
    with pytest.raises(Refused):
        ask_to_found(person=ann, name="a3", slug="a3", via="web")
    assert Event.objects.filter(kind="founding.asked").count() == 4


def test_nobody_asks_where_everybody_founds_or_nobody_is_asked(ann):
    for policy in ("anyone", "staff"):
        decide(founding=policy)
        with pytest.raises(NotAllowed):
            ask_to_found(person=ann, name="Loom", via="web")

    assert not FoundingRequest.objects.exists()


def test_an_address_that_was_taken_meanwhile_is_told_and_the_wish_stays_open(ann, root):
    decide(founding="approval")
    wish = ask_to_found(person=ann, name="Loom", slug="loom", via="web")
    founded(root, slug="loom")

    with pytest.raises(Refused, match="taken"):
        decide_founding(wish, is_accepted=True, by=root, via="web")

    wish.refresh_from_db()
    assert wish.decided_at is None


def test_who_is_no_administrator_decides_nothing(ann, root):
    group = make.group()
    decide(founding="approval")
    wish = ask_to_found(person=ann, name="Loom", via="web")
    look = inspect(group, administrator=root, reason="Why.", hours=1, by=root, via="web")
    before = Event.objects.count()

    for act in (
        lambda: change_installation(name="Mine", by=ann, via="web"),
        lambda: decide_founding(wish, is_accepted=True, by=ann, via="web"),
        lambda: close_group(group, reason="Mine.", by=ann, via="web"),
        lambda: reopen_group(group, by=ann, via="web"),
        lambda: inspect(group, administrator=ann, reason="Mine.", hours=1, by=ann, via="web"),
        lambda: inspect(group, administrator=root, reason="Mine.", hours=1, by=ann, via="web"),
        lambda: end_inspection(look, by=ann, via="web"),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert Event.objects.count() == before
    assert Inspection.objects.count() == 1


def test_an_inspection_that_is_over_is_seen_once(root):
    group = make.group()
    inspect(group, administrator=root, reason="Why.", hours=1, by=root, via="web")
    assert end_inspections() == 0
    Inspection.objects.update(ends_at=now() - timedelta(minutes=1), began_at=now() - timedelta(hours=1))

    assert end_inspections() == 1

    look = Inspection.objects.get()
    assert look.ended_at == look.ends_at
    with pytest.raises(Refused, match="over already"):
        end_inspection(look, by=root, via="web")


def test_a_group_that_became_part_of_another_is_not_opened_again(root):
    group, other = make.group(), make.group(slug="other")
    Group.objects.filter(pk=group.pk).update(merged_into=other, closed_at=group.created_at)

    with pytest.raises(Refused, match="part of another"):
        reopen_group(group, by=root, via="web")


# Accounts


def test_who_may_make_an_account(ann):
    olga = make.person("Olga")
    group = make.group(owner=olga)
    invite(group, address="zoe@example.org", by=olga, via="test")
    add_member(group, address="tom@example.org", by=olga, via="test")

    told = {}
    for policy in ("open", "invited", "closed"):
        decide(sign_up=policy)
        told[policy] = [can_sign_up(f"{who}@example.org") for who in ("zoe", "Tom", "eve")]

    assert told == {"open": [True] * 3, "invited": [True, True, False], "closed": [False] * 3}
