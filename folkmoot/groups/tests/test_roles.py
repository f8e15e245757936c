"""Roles of a group: made, filled, given, taken; and never without an owner."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import erase
from folkmoot.config.personal import PARTS
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Membership, Role, RoleGrant
from folkmoot.groups.operations import (
    allow,
    deny,
    disallow,
    found,
    grant_role,
    leave,
    make_member,
    make_owner,
    make_role,
    remove_member,
    remove_role,
    rename_role,
    revoke_role,
    turn_terms,
)
from folkmoot.groups.permissions import all_names
from folkmoot.groups.queries import holders
from folkmoot.groups.rules import owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann)


@pytest.fixture
def olga(group):
    return owners_of(group).get().person


def role_of(group, key):
    return group.roles.get(key=key)


def membership_of(person, group):
    return Membership.objects.get(person=person, group=group)


def helper(group, *permissions):
    """A role of the group's own that holds these."""
    role = make_role(group, name="Helper", by=OPERATOR, via="test")
    for one in permissions:
        allow(role, permission=one, by=OPERATOR, via="test")
    return role


def noted(kind):
    return HistoryEntry.objects.filter(kind=kind).count(), Event.objects.filter(kind=kind).count()


def test_a_role_of_its_own_is_made_renamed_filled_given_and_removed(ann, group, olga):
    role = make_role(group, name=" Host ", by=olga, via="web")
    rename_role(role, name="Venue host", by=olga, via="web")
    allow(role, permission="members.addresses", by=olga, via="web")
    grant_role(membership_of(ann, group), role=role, by=olga, via="web")
    assert holds(ann, "members.addresses", group)

    revoke_role(membership_of(ann, group), role=role, by=olga, via="web")
    assert not holds(ann, "members.addresses", group)
    remove_role(role, by=olga, via="web")

    assert not group.roles.filter(key="").exists()
    for kind in ("role.made", "role.renamed", "role.granted", "role.revoked", "role.removed"):
        assert noted(kind) == (1, 1), kind
    assert (noted("role.allowed")[0], noted("role.changed")[1]) == (1, 1)


def test_nobody_changes_roles_who_may_not(ann, group, olga):
    role = helper(group)
    before = HistoryEntry.objects.count(), Event.objects.count()
    mine = membership_of(ann, group)

    for forbidden in (
        lambda: make_role(group, name="Kings", by=ann, via="web"),
        lambda: rename_role(role, name="Kings", by=ann, via="web"),
        lambda: remove_role(role, by=ann, via="web"),
        lambda: allow(role, permission="topics.read", by=ann, via="web"),
        lambda: disallow(role_of(group, "member"), permission="topics.read", by=ann, via="web"),
        lambda: grant_role(mine, role=role, by=ann, via="web"),
        lambda: revoke_role(membership_of(olga, group), role=role_of(group, "owner"), by=ann, via="web"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()

    assert (HistoryEntry.objects.count(), Event.objects.count()) == before
    assert not RoleGrant.objects.filter(membership=mine).exists()


def test_nobody_gives_or_takes_what_they_do_not_hold(ann, group):
    keeper = helper(group, "roles.manage")
    grant_role(membership_of(ann, group), role=keeper, by=OPERATOR, via="test")

    for forbidden in (
        lambda: allow(keeper, permission="group.manage", by=ann, via="web"),
        lambda: disallow(role_of(group, "moderator"), permission="topics.moderate", by=ann, via="web"),
        lambda: grant_role(membership_of(ann, group), role=role_of(group, "moderator"), by=ann, via="web"),
        lambda: make_owner(membership_of(ann, group), by=ann, via="web"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()

    assert not holds(ann, "group.manage", group)
    assert not holds(ann, "topics.moderate", group)


def test_what_a_role_can_not_be_is_said_in_words(ann, group, olga):
    mine = membership_of(ann, group)
    helper(group)
    for refused in (
        lambda: make_role(group, name="  ", by=olga, via="web"),
        lambda: make_role(group, name="helper", by=olga, via="web"),
        lambda: make_role(group, name="Moderator", by=olga, via="web"),
        lambda: rename_role(role_of(group, "owner"), name="King", by=olga, via="web"),
        lambda: remove_role(role_of(group, "member"), by=olga, via="web"),
        lambda: disallow(role_of(group, "owner"), permission="topics.read", by=olga, via="web"),
        lambda: allow(role_of(group, "anyone"), permission="group.manage", by=olga, via="web"),
        lambda: allow(role_of(group, "signed_in"), permission="members.manage", by=olga, via="web"),
        lambda: disallow(role_of(group, "anyone"), permission="topics.read", by=olga, via="web"),
        lambda: allow(role_of(group, "member"), permission="moon.fly", by=OPERATOR, via="web"),
        lambda: grant_role(mine, role=role_of(group, "member"), by=olga, via="web"),
        lambda: grant_role(mine, role=role_of(group, "owner"), ends_at=now() + timedelta(days=1), by=olga, via="web"),
        lambda: grant_role(mine, role=role_of(group, "editor"), ends_at=now(), by=olga, via="web"),
    ):
        with pytest.raises(Refused):
            refused()


def test_a_role_that_somebody_carries_is_not_removed(ann, group, olga):
    role = helper(group)
    grant_role(membership_of(ann, group), role=role, by=olga, via="web")

    with pytest.raises(Refused):
        remove_role(role, by=olga, via="web")

    assert group.roles.filter(pk=role.pk).exists()


def test_only_members_carry_roles(group, olga):
    other = make.group(make.person("Bob"), slug="other")
    bob = Membership.objects.get(group=other, person__name="Bob")

    with pytest.raises(Refused):
        grant_role(bob, role=role_of(group, "moderator"), by=olga, via="web")


def test_everybody_may_lay_down_a_role(ann, group):
    grant_role(membership_of(ann, group), role=role_of(group, "moderator"), by=OPERATOR, via="test")

    revoke_role(membership_of(ann, group), role=role_of(group, "moderator"), by=ann, via="web")

    assert not holds(ann, "topics.moderate", group)


def test_nothing_is_given_to_strangers_where_the_group_is_hidden(olga):
    hidden = make.group(slug="hidden", owner=olga, visibility="hidden")

    with pytest.raises(Refused):
        allow(role_of(hidden, "signed_in"), permission="topics.read", by=olga, via="web")


def test_owners_are_removed_by_owners_only(ann, group):
    sue = make.person("Sue")
    make.join(group, sue)
    make_owner(membership_of(ann, group), by=OPERATOR, via="test")
    grant_role(membership_of(sue, group), role=helper(group, "members.manage"), by=OPERATOR, via="test")

    with pytest.raises(NotAllowed):
        remove_member(membership_of(ann, group), by=sue, via="web")

    assert membership_of(ann, group).left_at is None


def test_a_term_begins_and_ends_by_the_clock(ann, group, olga):
    role = role_of(group, "moderator")
    at = now()
    grant = grant_role(
        membership_of(ann, group), role=role, starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2),
        by=olga, via="web",
    )  # fmt: skip
    assert (holds(ann, "topics.moderate", group), turn_terms()) == (False, 0)

    RoleGrant.objects.filter(pk=grant.pk).update(starts_at=at - timedelta(minutes=1))
    assert (turn_terms(), turn_terms(), holds(ann, "topics.moderate", group)) == (1, 0, True)

    RoleGrant.objects.filter(pk=grant.pk).update(ends_at=at - timedelta(seconds=1))
    assert (turn_terms(), turn_terms(), holds(ann, "topics.moderate", group)) == (1, 0, False)
    assert noted("role.ended") == (1, 1)


def erase_account(person):
    """As the page and the command do."""
    erase(person, keep_words=True, by=person, via="web", hinder=[part.let_go for part in PARTS])


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("way", "left", "told_no"),
    [
        ("remove each other", 1, 1),
        ("both demote", 1, 1),
        ("both leave", 1, 1),
        ("both deny", 2, 2),
        ("each lays it down", 1, 1),
        ("both hand over", 1, 0),
        ("both erase their account", 1, 1),
        ("one leaves, one erases", 1, 1),
    ],
)
def test_two_owners_at_once_never_leave_none(transactional_db, way, left, told_no):
    ann, bob = make.person("Ann"), make.person("Bob")
    cid = make.person("Cid")
    group = make.group(bob, cid, owner=ann)
    mine, theirs = membership_of(ann, group), membership_of(bob, group)
    make_owner(theirs, by=ann, via="test")
    acts = {
        "remove each other": lambda by, me, other: remove_member(other, by=by, via="web"),
        "both demote": lambda by, me, other: make_member(other, by=by, via="web"),
        "both leave": lambda by, me, other: leave(me, via="web"),
        "both deny": lambda by, me, other: deny(other.person, group=group, reason="Mine.", by=by, via="web"),
        "each lays it down": lambda by, me, other: make_member(me, by=by, via="web"),
        "both erase their account": lambda by, me, other: erase_account(by),
        "one leaves, one erases": lambda by, me, other: leave(me, via="web") if by == ann else erase_account(by),
        "both hand over": lambda by, me, other: (
            make_owner(membership_of(cid, group), by=by, via="web"),
            make_member(me, by=by, via="web"),
        ),
    }
    start, refused = Barrier(2), []

    def act(by, me, other):
        start.wait()
        try:
            acts[way](by, me, other)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=act, args=who) for who in ((ann, mine, theirs), (bob, theirs, mine))]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert owners_of(Group.objects.get(pk=group.pk)).count() == left
    assert len(refused) == told_no
    assert Role.objects.filter(group=group, key="owner").count() == 1


def test_holders_of_one_group_are_those_that_each_row_decides():
    """Roles by grant, by being a member here and above, by side; some that are denied, some from above."""
    olga, ann, bob, cem = (make.person(name) for name in ("Olga", "Ann", "Bob", "Cem"))
    above = make.group(ann, bob, cem, owner=olga, slug="above")
    below = found(founder=olga, parent=above, name="Below", slug="below", via="test")
    for one in (ann, bob, cem):
        make.join(below, one)
    grant_role(above.memberships.get(person=ann), role=above.roles.get(key="moderator"), by=olga, via="test")
    deny(bob, group=above, permission="topics.post", reason="So.", by=olga, via="test")
    below.memberships.filter(person=cem).update(side="inside")
    allow(below.roles.get(key="inside"), permission="members.addresses", by=olga, via="test")
    moderator = above.roles.get(key="moderator")

    for group in (above, below):
        for permission in sorted(all_names()):
            for without in (None, moderator):
                by_row = Membership.objects.current().filter(group=group).holding(permission, without=without)
                assert set(holders(permission, group, without=without)) == set(by_row), (group, permission)
