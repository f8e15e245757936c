"""Roles, sides, denials and the tree of groups: what they make of each other."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Channel
from folkmoot.conversations.operations import main_channel
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Denial, Group, Membership, Role, RolePermission
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.queries import members_holding
from tests import make


@pytest.fixture
def tree():
    """A hidden root with Ann in it, a subgroup, and one below that; nobody but Olga is in those."""
    ann = make.person("Ann")
    root = make.group(ann, visibility="hidden", joining="invitation")
    middle = make.group(slug="middle", visibility="hidden", joining="invitation")
    low = make.group(slug="low", visibility="hidden", joining="invitation")
    below(middle, root)
    below(low, middle)
    return ann, root, middle, low


def below(group, parent, **settings):
    Group.objects.filter(pk=group.pk).update(parent=parent, **settings)
    lay_reach(Group.objects.get(pk=group.pk))
    touch_access(parent)


def deny(person, group, permission="", **times):
    Denial.objects.create(person=person, group=group, permission=permission, **times)
    touch_access(group)


def everywhere(person, permission, group):
    """The answer of the rule, and that of the querysets where there is one; they have to be the same."""
    answers = {holds(person, permission, Group.objects.get(pk=group.pk))}
    if permission == "topics.read":
        answers.add(main_channel(group) in Channel.objects.visible_to(person))
    if person is not None and group.memberships.current().filter(person=person).exists():
        answers.add(members_holding(permission, Group.objects.get(pk=group.pk)).filter(person=person).exists())
    (answer,) = answers
    return answer


def test_roles_reach_the_groups_below(tree):
    ann, root, middle, low = tree
    eve = make.person("Eve")

    assert [everywhere(ann, "topics.read", group) for group in (root, middle, low)] == [True, True, True]
    assert [everywhere(eve, "topics.read", group) for group in (root, middle, low)] == [False, False, False]
    assert set(Group.objects.visible_to(ann)) == {root, middle, low}


def test_roles_do_not_reach_a_group_that_closes_itself_nor_what_is_below_it(tree):
    ann, root, middle, low = tree

    below(middle, root, inherits_roles=False)

    assert [everywhere(ann, "topics.read", group) for group in (root, middle, low)] == [True, False, False]
    assert set(Group.objects.visible_to(ann)) == {root}


def test_a_denial_beats_any_role_and_reaches_closed_groups_too(tree):
    ann, root, middle, low = tree
    make.join(low, ann)
    below(middle, root, inherits_roles=False)
    assert everywhere(ann, "topics.post", low)

    deny(ann, root)

    assert [everywhere(ann, "topics.read", group) for group in (root, middle, low)] == [False, False, False]
    assert not everywhere(ann, "topics.post", low)


def test_what_one_thing_is_denied_leaves_the_others():
    ann = make.person("Ann")
    group = make.group(ann)

    deny(ann, group, "topics.post")

    assert not everywhere(ann, "topics.post", group)
    assert everywhere(ann, "topics.read", group)
    assert everywhere(ann, "members.read", group)


def test_a_denial_never_takes_what_a_stranger_may():
    ann = make.person("Ann")
    group = make.group(ann, visibility="public")

    deny(ann, group)

    assert everywhere(ann, "topics.read", group)
    assert not everywhere(ann, "members.read", group)


@pytest.mark.parametrize(
    "times",
    [
        {"starts_at": now() - timedelta(days=2), "ends_at": now() - timedelta(days=1)},
        {"starts_at": now() + timedelta(days=1)},
        {"lifted_at": now()},
    ],
    ids=["over", "not yet", "lifted"],
)
def test_a_denial_counts_in_its_time_only(times):
    ann = make.person("Ann")
    group = make.group(ann)

    deny(ann, group, **times)

    assert everywhere(ann, "topics.post", group)


def test_a_side_of_the_members_has_permissions_of_its_own():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    Membership.objects.filter(person=ann).update(side="partner")
    RolePermission.objects.create(role=group.roles.get(key=Role.BuiltIn.PARTNER), name="members.addresses")
    touch_access(group)

    assert everywhere(ann, "members.addresses", group)
    assert not everywhere(bob, "members.addresses", group)


@pytest.mark.parametrize("permission", [None, "", "topics.post"], ids=["nothing denied", "everything", "one thing"])
def test_a_decision_asks_two_questions_and_after_that_one(permission, django_assert_num_queries):
    ann = make.person("Ann")
    group = make.group(ann, visibility="public")
    if permission is not None:
        deny(ann, group, permission)

    with django_assert_num_queries(2):
        held = {name: holds(ann, name, group) for name in ("topics.read",)}
    with django_assert_num_queries(2):
        held |= {name: holds(ann, name, group) for name in ("topics.post", "members.read")}

    assert held == {
        "topics.read": True,
        "topics.post": permission is None,
        "members.read": permission != "",
    }
