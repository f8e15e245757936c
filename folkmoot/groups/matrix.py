"""Who may do what, as a table that people read: roles across, permissions down."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from folkmoot.groups.models import (
    Denial,
    Group,
    Membership,
    MembershipQuerySet,
    Role,
    RoleGrant,
    RolePermission,
    Side,
)
from folkmoot.groups.permissions import Permission, Section, catalogue
from folkmoot.groups.queries import holders
from folkmoot.groups.rules import why_fixed

# Who has one of these has the others by it; who is granted a role is a member.
Audience = Role.Audience
WIDER = {
    Audience.ANYONE: (),
    Audience.SIGNED_IN: (Audience.ANYONE,),
    Audience.MEMBERS: (Audience.ANYONE, Audience.SIGNED_IN),
}
WIDEST = (Audience.ANYONE, Audience.SIGNED_IN, Audience.MEMBERS)


class Cell(NamedTuple):
    """Whether a role may: "yes" by itself, "inherited" because a wider one may, or "no"."""

    role: Role
    state: str
    is_fixed: bool  # not to be changed, or not by who looks


class Row(NamedTuple):
    permission: Permission
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Change:
    """What one changed cell would do to members: who gains, and who loses."""

    role: Role
    permission: Permission
    is_allowed: bool  # afterwards
    gaining: MembershipQuerySet
    losing: MembershipQuerySet
    having: int

    @property
    def is_beyond_members(self) -> bool:
        return self.role.audience in {Audience.ANYONE, Audience.SIGNED_IN}


def roles_of(group: Group) -> list[Role]:
    """Return the columns: the widest first, the group's own last. Sides only where the group knows companies."""
    order = list(Role.BuiltIn)
    has_sides = group.memberships.current().exclude(side="").exists()
    roles = [
        one
        for one in group.roles.select_related("group").order_by("pk")
        if has_sides or one.audience not in Side.values
    ]
    return sorted(roles, key=lambda one: order.index(Role.BuiltIn(one.key)) if one.key else len(order))


def sections(group: Group, roles: Sequence[Role], *, mine: frozenset[str]) -> list[tuple[str, list[Row]]]:
    """Return the rows, by the sections of the catalogue, for who holds `mine`. Two queries, however many there are."""
    held = set(RolePermission.objects.filter(role__group=group).values_list("role_id", "name"))
    by_audience = {one.audience: one.pk for one in group.roles.exclude(audience="")}
    rows = [
        Row(one, [Cell(role, _state(role, one.name, held, by_audience), is_fixed(role, one, mine)) for role in roles])
        for one in catalogue()
    ]
    return [
        (str(Section(key).label), list(some)) for key, some in groupby(rows, key=lambda row: row.permission.section)
    ]


def change(group: Group, role: Role, permission: Permission) -> Change:
    """Look at what turning one cell would do, before it is done."""
    members = Membership.objects.current().filter(group=group)
    holding = holders(permission.name, group)
    is_held = RolePermission.objects.filter(role=role, name=permission.name).exists()
    denied = Denial.objects.valid().filter(
        person=OuterRef("person"), permission__in=["", permission.name], group__reached__below=group.pk
    )
    carrying = _carrying(role, members).filter(person__is_active=True)
    if role.audience != Audience.ANYONE:  # what a stranger may is denied to nobody
        carrying = carrying.filter(~Exists(denied))
    if is_held:
        losing = carrying.exclude(pk__in=holders(permission.name, group, without=role).values("pk"))
        return Change(role, permission, False, members.none(), _shown(losing), holding.count())
    gaining = carrying.exclude(pk__in=holding.values("pk"))
    return Change(role, permission, True, _shown(gaining), members.none(), holding.count())


def is_fixed(role: Role, permission: Permission, mine: frozenset[str]) -> bool:
    """Nobody gives or takes what they may not do themselves; some cells are nobody's to change."""
    return permission.name not in mine or bool(why_fixed(role, permission))


def _state(role: Role, name: str, held: set[tuple[int, str]], by_audience: dict[str, int]) -> str:
    if (role.pk, name) in held:
        return "yes"
    wider = WIDER.get(Audience(role.audience), WIDEST)
    return "inherited" if any((by_audience.get(one), name) in held for one in wider) else "no"


def _carrying(role: Role, members: MembershipQuerySet) -> MembershipQuerySet:
    if role.audience in Side.values:
        return members.filter(side=role.audience)
    if role.audience:
        return members
    return members.filter(pk__in=RoleGrant.objects.valid().filter(role=role).values("membership"))


def _shown(members: MembershipQuerySet) -> MembershipQuerySet:
    return members.select_related("person", "organization").by_name()
