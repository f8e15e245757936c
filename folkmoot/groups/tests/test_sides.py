"""Companies in a group: who is on which side, whom the group is for, and the badge on what they say."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from folkmoot.accounts.models import OPERATOR, Affiliation
from folkmoot.accounts.operations import affiliate, end_affiliation, make_organization, merge_organizations, settle_all
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Membership, Role, RolePermission
from folkmoot.groups.operations import (
    apply,
    found,
    join,
    leave,
    limit,
    move_group,
    name_side,
    open_itself,
    place_all,
    place_person,
    place_turned,
    remove_side,
)
from folkmoot.groups.operations.founding import touch_access
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


@pytest.fixture
def world():
    """A group that knows Acme as its own and Beta as a customer; Ann is of Acme, Bob of Beta, Eve of nobody."""
    acme = make_organization(name="Acme", domains=["acme.example"], by=OPERATOR, via="test")
    beta = make_organization(name="Beta", domains=["beta.example"], by=OPERATOR, via="test")
    ann = make.person("Ann", address="ann@acme.example")
    bob = make.person("Bob", address="bob@eu.beta.example")
    eve = make.person("Eve")
    settle_all()
    group = make.group(ann, bob, eve)
    name_side(group, acme, side="inside", by=OPERATOR, via="test")
    name_side(group, beta, side="customer", by=OPERATOR, via="test")
    return group, acme, beta, (ann, bob, eve)


def sides(group):
    rows = group.memberships.current().values_list("person__name", "side", "organization__name")
    return {name: (side, company) for name, side, company in rows}


def test_members_stand_where_their_company_does(world):
    group, _acme, _beta, (ann, _bob, _eve) = world

    assert sides(group) == {"Ann": ("inside", "Acme"), "Bob": ("customer", "Beta"), "Eve": ("outside", None),
                            "Olga": ("outside", None)}  # fmt: skip
    assert HistoryEntry.objects.filter(group=group, kind="company.placed").count() == 2
    assert set(sides(make.group(ann, slug="plain")).values()) == {("", None)}


def test_who_comes_later_stands_there_too_and_who_is_several_counts_as_the_nearest(world):
    group, acme, beta, (_ann, _bob, _eve) = world
    dan = make.person("Dan")
    affiliate(dan, beta, by=OPERATOR, via="test")
    affiliate(dan, acme, by=OPERATOR, via="test")

    make.join(group, dan)

    assert sides(group)["Dan"] == ("inside", "Acme")


def test_sides_follow_affiliations_and_their_dates(world):
    group, _acme, beta, (_ann, _bob, eve) = world
    tie = affiliate(eve, beta, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert sides(group)["Eve"] == ("customer", "Beta")
    version = Group.objects.get(pk=group.pk).access_version

    Affiliation.objects.filter(pk=tie.pk).update(
        starts_on=localdate() - timedelta(days=9), ends_on=localdate() - timedelta(days=1)
    )
    place_turned()

    assert sides(group)["Eve"] == ("outside", None)
    assert Group.objects.get(pk=group.pk).access_version != version
    again = Group.objects.get(pk=group.pk).access_version
    place_all()
    place_person(eve)
    assert Group.objects.get(pk=group.pk).access_version == again


def test_subgroups_inherit_what_companies_are_unless_they_say_otherwise(world):
    group, _acme, beta, (_ann, bob, _eve) = world
    low = found(founder=bob, name="Low", slug="low", parent=group, by=OPERATOR, via="test")
    assert sides(low) == {"Bob": ("customer", "Beta")}

    name_side(low, beta, side="partner", by=OPERATOR, via="test")
    assert (sides(low)["Bob"], sides(group)["Bob"]) == (("partner", "Beta"), ("customer", "Beta"))
    remove_side(low, beta, by=OPERATOR, via="test")
    assert sides(low)["Bob"] == ("customer", "Beta")
    move_group(low, parent=None, by=OPERATOR, via="test")
    assert sides(low)["Bob"] == ("", None)


def test_what_a_side_may_ends_with_the_side(world):
    group, _acme, beta, (_ann, bob, _eve) = world
    role = group.roles.get(key=Role.BuiltIn.CUSTOMER)
    RolePermission.objects.create(role=role, name="history.read")
    touch_access(group)
    assert holds(bob, "history.read", Group.objects.get(pk=group.pk))

    remove_side(group, beta, by=OPERATOR, via="test")

    assert sides(group)["Bob"] == ("outside", None)
    assert not holds(bob, "history.read", Group.objects.get(pk=group.pk))


def test_only_who_manages_the_group_says_what_companies_are(world):
    group, acme, beta, (_ann, bob, _eve) = world
    before = sides(group), Event.objects.count(), HistoryEntry.objects.count()
    for act in (
        lambda: name_side(group, beta, side="inside", by=bob, via="test"),
        lambda: remove_side(group, acme, by=bob, via="test"),
        lambda: limit(group, for_whom="insiders", by=bob, via="test"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (sides(group), Event.objects.count(), HistoryEntry.objects.count()) == before


def test_a_group_for_insiders_takes_nobody_else_by_any_way(world):
    _group, acme, _beta, (ann, bob, _eve) = world
    inner = make.group(ann, bob, slug="inner")
    asking = make.group(ann, owner=ann, slug="asking", joining="approval")
    for one in (inner, asking):
        with pytest.raises(Refused, match="has to be known"):
            limit(one, for_whom="insiders", by=OPERATOR, via="test")
        name_side(one, acme, side="inside", by=OPERATOR, via="test")
        limit(one, for_whom="insiders", by=OPERATOR, via="test")
    inner, asking = Group.objects.get(pk=inner.pk), Group.objects.get(pk=asking.pk)

    gone = inner.memberships.get(person=bob)
    assert (gone.departed_by, bool(gone.left_at)) == (Membership.Departure.RULE, True)
    assert set(sides(inner)) == {"Ann", "Olga"}  # its last owner stays
    assert not holds(bob, "topics.post", inner)
    for act in (
        lambda: join(inner, person=bob, via="test"),
        lambda: make.join(inner, bob),
        lambda: apply(asking, person=bob, via="test"),
    ):
        with pytest.raises(Refused, match="inside only"):
            act()
    assert not asking.applications.exists()
    assert HistoryEntry.objects.filter(group=inner, kind="member.removed", about=bob).exists()
    assert HistoryEntry.objects.filter(group=inner, kind="group.limited").exists()
    with pytest.raises(Refused, match="has to be known"):
        remove_side(inner, acme, by=OPERATOR, via="test")


def test_a_group_for_outsiders_takes_no_insider(world):
    group, acme, _beta, (ann, _bob, eve) = world
    limit(group, for_whom="outsiders", by=OPERATOR, via="test")

    assert set(sides(group)) == {"Bob", "Eve", "Olga"}
    with pytest.raises(Refused, match="outside only"):
        make.join(Group.objects.get(pk=group.pk), ann)
    affiliate(eve, acme, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert set(sides(group)) == {"Bob", "Olga"}


def test_a_subgroup_for_one_side_is_closed_to_roles_from_above(world):
    group, _acme, _beta, (ann, bob, _eve) = world
    low = found(founder=ann, name="Low", slug="low", parent=group, visibility="hidden", by=OPERATOR, via="test")
    assert holds(bob, "topics.read", low)

    limit(low, for_whom="insiders", by=ann, via="test")

    low = Group.objects.get(pk=low.pk)
    assert not low.inherits_roles
    assert not holds(bob, "topics.read", low)
    assert low not in Group.objects.visible_to(bob)
    with pytest.raises(Refused):
        open_itself(low, by=OPERATOR, via="test")


def test_a_manager_does_not_lock_themselves_out(world):
    group, _acme, _beta, (ann, _bob, _eve) = world
    low = found(founder=ann, name="Low", slug="low", parent=group, by=OPERATOR, via="test")
    olga = group.memberships.get(person__name="Olga").person

    with pytest.raises(Refused, match="lock yourself out"):
        limit(low, for_whom="insiders", by=olga, via="test")

    assert Group.objects.get(pk=low.pk).for_whom == ""


def test_companies_that_become_one_are_one_in_groups_too(world):
    group, acme, beta, (_ann, _bob, _eve) = world

    merge_organizations(beta, into=acme, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    assert sides(group)["Bob"] == ("inside", "Acme")
    assert group.organization_sides.count() == 1


def test_a_post_keeps_how_its_author_stood(world):
    group, _acme, beta, (ann, bob, _eve) = world
    topic = make.topic(group, author=bob)
    said = make.post(topic, author=ann)
    plain = make.topic(make.group(ann, slug="plain"), author=ann).posts.get()

    remove_side(group, beta, by=OPERATOR, via="test")

    first = topic.posts.order_by("pk")[0]
    assert (first.side, first.organization_name, first.badge) == ("customer", "Beta", "Beta, customer")
    assert (said.badge, plain.badge) == ("Acme, inside", "")
    assert make.post(topic, author=bob).badge == "outside"


def test_who_left_and_one_word_are_as_they_are_now(world):
    group, acme, _beta, (_ann, bob, eve) = world
    leave(group.memberships.get(person=bob), via="test")
    tie = affiliate(eve, acme, by=OPERATOR, via="test")
    end_affiliation(tie, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert set(sides(group)) == {"Ann", "Eve", "Olga"}
    assert sides(group)["Eve"] == ("outside", None)
