"""Who may do what in a group. One decision for every door."""

from datetime import datetime
from functools import lru_cache

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.groups.models import Group, Membership, Role, RolePermission, carried_by
from folkmoot.kit.errors import Refused
from folkmoot.store.prepared import Prepared

_VERSION = Prepared(lambda key: Group.objects.filter(pk=key).values_list("access_version"))

PERMISSIONS = ("group.manage", "members.manage", "members.read")


def permissions_in(group: Group, person: Person | None) -> frozenset[str]:
    """All that the person may do in the group, as of the access_version that this row of it has."""
    return _carried(group.pk, group.created_at, group.access_version, *_who(person))


def holds(person: Actor | None, permission: str, group: Group) -> bool:
    """Whether a role of the person, here or in a group above, grants the permission in this group now."""
    if isinstance(person, Operator):
        return True
    return permission in _carried(group.pk, group.created_at, _version_now(group), *_who(person))


def all_members_hold(permission: str, group: Group) -> bool:
    """Whether whoever is a member holds the permission by that alone."""
    return permission in _members_carry(group.pk, group.created_at, _version_now(group))


def _version_now(group: Group) -> int:
    found = _VERSION.first(group.pk)
    if found is None:
        raise Group.DoesNotExist
    return found[0]


def _who(person: Person | None) -> tuple[int, datetime | None]:
    return (person.pk, person.created_at) if person is not None and person.is_active else (0, None)


# What is found is kept until the access_version changes, which is never the same twice. The times are in the keys
# because a restored database, or a test's, gives the same ids to others.


@lru_cache(maxsize=50_000)
def _carried(group_id: int, _made: datetime, _version: int, person_id: int, _born: datetime | None) -> frozenset[str]:
    person = Person(pk=person_id) if person_id else None
    rows = RolePermission.objects.filter(role__group__reaching__below=group_id).filter(carried_by(person))
    return frozenset(rows.values_list("name", flat=True))


@lru_cache(maxsize=10_000)
def _members_carry(group_id: int, _made: datetime, _version: int) -> frozenset[str]:
    everybody = Q(role__audience__in=[Role.Audience.ANYONE, Role.Audience.SIGNED_IN])
    here = Q(role__audience=Role.Audience.MEMBERS, role__group=group_id)
    rows = RolePermission.objects.filter(everybody | here, role__group__reaching__below=group_id)
    return frozenset(rows.values_list("name", flat=True))


def can_found(person: Person) -> bool:
    return person.is_active


def can_manage(person: Actor | None, group: Group) -> bool:
    return holds(person, "group.manage", group)


def can_manage_members(person: Actor | None, group: Group) -> bool:
    return holds(person, "members.manage", group)


def can_join(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.OPEN
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def can_apply(person: Person, group: Group) -> bool:
    return (
        person.is_active
        and group.joining == Group.Joining.APPROVAL
        and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    )


def is_member(person: Person, group: Group) -> bool:
    return Membership.objects.current().filter(person=person, group=group).exists()


def is_last_owner(person: Person, group: Group) -> bool:
    """A group is never without somebody who can manage it."""
    owners = Membership.objects.current().filter(
        group=group, grants__role__group=group, grants__role__permissions__name="group.manage"
    )
    return set(owners.values_list("person_id", flat=True)) == {person.pk}


def may_leave_all(person: Person) -> None:
    """Refuse where other people's groups would be without anybody who can manage them."""
    owned = Membership.objects.current().filter(person=person, grants__role__permissions__name="group.manage")
    groups = Group.objects.filter(pk__in=owned.values("group")).order_by("name")
    alone = [group for group in groups if is_last_owner(person, group) and _has_others(group, person)]
    if alone:
        names = ", ".join(group.name for group in alone)
        raise Refused(_("You are the only owner of %(groups)s. Make somebody else owner first.") % {"groups": names})


def _has_others(group: Group, person: Person) -> bool:
    return Membership.objects.current().filter(group=group).exclude(person=person).exists()
