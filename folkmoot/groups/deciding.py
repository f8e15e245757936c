"""What a person may do in a group. One decision for every door."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Value

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.accounts.rules import can_administer
from folkmoot.groups.models import (
    INSPECTED,
    Denial,
    Group,
    Role,
    RolePermission,
    allowed,
    carried_by,
    reaching,
)
from folkmoot.store.prepared import Prepared

_DENIED = "denied"  # beside the audiences of roles
_VERSION = Prepared(lambda key: Group.objects.filter(pk=key).values_list("access_version"))


def permissions_in(group: Group, person: Person | None) -> frozenset[str]:
    """All that the person may do in the group, as of the access_version that this row of it has."""
    return _carried(group.pk, group.created_at, group.access_version, *_who(person)) | _inspected(group, person)


def carried_in(group: Group, person: Person) -> frozenset[str]:
    """What roles of the person allow in the group, whatever is denied to them."""
    return _names(group.pk, carried_by(person))


def holds(person: Actor | None, permission: str, group: Group) -> bool:
    """Whether a role of the person, here or in a group above, grants the permission in this group now."""
    if isinstance(person, Operator):
        return True
    carried = _carried(group.pk, group.created_at, _version_now(group), *_who(person))
    return permission in carried or permission in _inspected(group, person)


def held_among(groups: Iterable[tuple[int, int]], permission: str, person: Person) -> frozenset[int]:
    """Which of these groups, each a key and an access_version, are such that a role grants the permission in them."""
    return _held_among(tuple(groups), permission, *_who(person))


def _inspected(group: Group, person: Person | None) -> frozenset[str]:
    """What an administrator may read who said why. Asked each time, so that it is over when it is over."""
    if person is None or not can_administer(person):
        return frozenset()
    return INSPECTED if Group.objects.inspected_by(person).filter(pk=group.pk).exists() else frozenset()


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
    if not person_id:
        return _names(group_id, Q(role__audience=Role.Audience.ANYONE))
    found = _NAMES_AND_DENIALS.rows(group_id, person_id)
    names = [one for one in found if one[1] != _DENIED]
    denied = frozenset(name for name, how in found if how == _DENIED)
    for_anyone = frozenset(name for name, audience in names if audience == Role.Audience.ANYONE)
    if "" in denied:
        return for_anyone
    return frozenset(name for name, _audience in names) - denied | for_anyone  # what a stranger may is never taken


def _names_and_denials(group_id: int, person_id: int) -> QuerySet[Any, tuple[str, str]]:
    """What roles of the person allow here, each with the audience it is for, and what is denied to them."""
    person = Person(pk=person_id)
    allows = RolePermission.objects.filter(reaching(group_id)).filter(carried_by(person))
    denials = Denial.objects.valid().filter(person=person, group__reached__below=group_id)
    return allows.values_list("name", "role__audience").union(
        denials.values_list("permission", Value(_DENIED)), all=True
    )


_NAMES_AND_DENIALS = Prepared(_names_and_denials)


def _names(group_id: int, of_roles: Q) -> frozenset[str]:
    rows = RolePermission.objects.filter(reaching(group_id)).filter(of_roles)
    return frozenset(rows.values_list("name", flat=True))


@lru_cache(maxsize=5_000)
def _held_among(
    groups: tuple[tuple[int, int], ...], permission: str, person_id: int, _born: datetime | None
) -> frozenset[int]:
    person = Person(pk=person_id) if person_id else None
    keys = [key for key, _version in groups]
    held = Group.objects.filter(allowed(person, permission, OuterRef("pk")), pk__in=keys)
    return frozenset(held.values_list("pk", flat=True))


@lru_cache(maxsize=10_000)
def _members_carry(group_id: int, _made: datetime, _version: int) -> frozenset[str]:
    """Nothing is certain to all members where something is denied to one of them."""
    everybody = Q(role__audience__in=[Role.Audience.ANYONE, Role.Audience.SIGNED_IN])
    here = Q(role__audience=Role.Audience.MEMBERS, role__group=group_id)
    rows = list(
        RolePermission.objects.filter(reaching(group_id), everybody | here).values_list("name", "role__audience")
    )
    denials = Denial.objects.valid().filter(group__reached__below=group_id)
    denied = frozenset(denials.values_list("permission", flat=True))
    carried = frozenset() if "" in denied else frozenset(name for name, _audience in rows) - denied
    return carried | {name for name, audience in rows if audience == Role.Audience.ANYONE}
