"""How people stand to the companies that take part in a group: reads, and who may be a member for it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db.models import Count, F

from folkmoot.accounts.models import Affiliation, Person
from folkmoot.groups.models import Group, Membership, OrganizationSide, Side
from folkmoot.store.prepared import Prepared

STRENGTH = {Side.INSIDE: 0, Side.PARTNER: 1, Side.CUSTOMER: 2, Side.OUTSIDE: 3}  # who is several counts as the first
ForWhom = Group.ForWhom
_KNOWN = Prepared(
    lambda group, person: (
        Membership.objects.current()
        .filter(group=group, person=person)
        .values_list("side", "organization", "organization__name")
    )
)


class Standpoint(NamedTuple):
    """On which side somebody is, and of which company. No side where the group knows no companies."""

    side: str = ""
    organization_id: int | None = None
    organization_name: str = ""


def sides_in(group: Group) -> dict[int, str]:
    """What each company is to a group: as it says itself, or the nearest group above it."""
    rows = OrganizationSide.objects.filter(group__reached__below=group).annotate(depth=Count("group__reaching"))
    return dict(rows.order_by("depth").values_list("organization", "side"))


def standpoint(person: Person, group: Group) -> Standpoint:
    """How somebody stands in a group today, member or not."""
    sides = sides_in(group)
    return strongest_of_all(sides, persons=[person.pk]).get(person.pk, elsewhere(sides))


def standpoint_of_speaker(person: Person, group: Group) -> Standpoint:
    """The same as it is known of a member, which is asked of each post; others are looked at."""
    known = _KNOWN.first(group.pk, person.pk)
    return Standpoint(known[0], known[1], known[2] or "") if known else standpoint(person, group)


def elsewhere(sides: Mapping[int, str]) -> Standpoint:
    """Where those are who belong to none of the companies."""
    return Standpoint(Side.OUTSIDE) if sides else Standpoint()


def strongest_of_all(
    sides: Mapping[int, str], *, persons: list[int] | None = None, group: Group | None = None
) -> dict[int, Standpoint]:
    """Where those stand who belong to one of the companies today: these persons, or the members of a group."""
    ties = Affiliation.objects.current().filter(organization__in=list(sides))
    if persons is not None:
        ties = ties.filter(person__in=persons)
    if group is not None:
        ties = ties.filter(person__in=Membership.objects.current().filter(group=group).values("person"))
    found: dict[int, Standpoint] = {}
    rows = ties.order_by("starts_on", "pk").values_list("person", "organization", F("organization__name"))
    for person_id, company, name in rows:
        one, known = Standpoint(sides[company], company, name), found.get(person_id)
        if known is None or STRENGTH[Side(one.side)] < STRENGTH[Side(known.side)]:
            found[person_id] = one
    return found


def fits(side: str, for_whom: str) -> bool:
    """Whether a group that is for one side takes somebody of this side."""
    if not for_whom:
        return True
    return (side == Side.INSIDE) == (for_whom == ForWhom.INSIDERS)


def unfit_of(group: Group, persons: Sequence[int]) -> tuple[frozenset[int], bool]:
    """Who of these is of a side that the group is not for, and whether somebody nobody knows may come."""
    if not group.for_whom:
        return frozenset(), True
    sides = sides_in(group)
    others, placed = elsewhere(sides), strongest_of_all(sides, persons=list(persons))
    wrong = (one for one in persons if not fits(placed.get(one, others).side, group.for_whom))
    return frozenset(wrong), fits(others.side, group.for_whom)
