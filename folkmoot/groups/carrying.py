"""Who carries which role, and what is denied to whom, as the page of roles shows it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.groups.matrix import roles_of
from folkmoot.groups.models import Denial, Group, Role, RoleGrant, RolePermission, Sanction, Side
from folkmoot.groups.permissions import catalogue
from folkmoot.groups.rules import can_lift_denial, is_owner

MOST_NAMED = 20  # of those who carry a role; the table of members has them all
MOST_DENIED = 100


@dataclass(frozen=True)
class Carried:
    """One role: what it may do, who has it, and whether whoever looks may give it and take it."""

    role: Role
    words: Sequence[str | Promise]
    grants: Sequence[RoleGrant]
    count: int
    is_mine_to_give: bool
    is_mine_to_see: bool  # to look at the group as those who carry it

    @property
    def is_given(self) -> bool:
        """Whether it is a role that somebody gives; the others people have by what they are."""
        return self.role.audience == Role.Audience.GRANTED

    @property
    def has_section(self) -> bool:
        """Whether there is more to tell than one line: people, or what can be done with a role of the group's own."""
        return self.is_given and bool(self.count or not self.role.key)

    @property
    def more(self) -> int:
        return self.count - len(self.grants)


@dataclass(frozen=True)
class Denied:
    """Something that somebody may not do here, and the group in which that was said."""

    denial: Denial
    words: str
    group: Group | None  # None: above, and not to be known
    is_sanction: bool
    is_mine_to_lift: bool


def by_role(group: Group, person: Person, mine: frozenset[str]) -> list[Carried]:
    """Return all roles, in the order of the matrix. The same few queries, however many roles and people there are."""
    roles = roles_of(group)
    named = _grants(group)
    held, counts, owns = _held(group), _counts(group), is_owner(person, group)
    return [
        Carried(
            role,
            [one.words for one in catalogue() if one.name in held[role.pk]],
            named[role.pk],
            counts[role.pk if role.audience == Role.Audience.GRANTED else role.audience],
            owns if role.key == Role.BuiltIn.OWNER else held[role.pk] <= mine,
            owns or role.key != Role.BuiltIn.OWNER,
        )
        for role in roles
    ]


def denied_in(group: Group, person: Person, mine: frozenset[str]) -> list[Denied]:
    """Return what is denied in the group and in those above it, which counts here too; the latest first."""
    found = Denial.objects.unlifted().filter(group__reached__below=group)
    rows = list(found.select_related("person", "group", "by").order_by("-starts_at", "-pk")[:MOST_DENIED])
    known = set(Group.objects.visible_to(person).filter(reached__below=group).values_list("pk", flat=True))
    by_sanction = set(Sanction.objects.in_force().filter(denials__in=rows).values_list("denials", flat=True))
    words = {one.name: str(one.words) for one in catalogue()} | {"": _("Everything")}
    return [
        Denied(
            one,
            words.get(one.permission, one.permission),
            one.group if one.group_id in known else None,
            one.pk in by_sanction,
            one.group_id == group.pk and one.pk not in by_sanction and can_lift_denial(person, one, mine=mine),
        )
        for one in rows
    ]


def grants_shown() -> Any:
    """Those of members that are valid or will be."""
    return RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now()), membership__left_at=None)


def _grants(group: Group) -> dict[int, list[RoleGrant]]:
    place = Window(RowNumber(), partition_by=F("role"), order_by=["membership__person__name", "pk"])
    rows = grants_shown().filter(role__group=group).annotate(place=place).filter(place__lte=MOST_NAMED)
    found: dict[int, list[RoleGrant]] = defaultdict(list)
    for one in rows.select_related("membership__person", "granted_by").order_by("place"):
        found[one.role_id].append(one)
    return found


def _held(group: Group) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = defaultdict(frozenset)
    for role, name in RolePermission.objects.filter(role__group=group).values_list("role_id", "name"):
        found[role] |= {name}
    return found


def _counts(group: Group) -> dict[int | str, int]:
    """How many carry each role that is granted, and how many are on each side."""
    found: dict[int | str, int] = defaultdict(int)
    found |= dict(grants_shown().filter(role__group=group).values_list("role").annotate(Count("pk")).order_by())
    here = group.memberships.current()
    found |= dict(here.filter(side__in=Side.values).values_list("side").annotate(Count("pk")).order_by())
    return found
