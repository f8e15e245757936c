"""Let many become members at once. Inside the caller's transaction, which has asked the caller's rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.utils.timezone import get_current_timezone, make_aware, now

from folkmoot.accounts.models import Actor, Address
from folkmoot.groups.models import Group, Membership, PlacementRule
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.values import fill_in
from folkmoot.groups.sides import elsewhere, sides_in, strongest_of_all
from folkmoot.outbox.operations import record_all


@dataclass(frozen=True, slots=True)
class Arriving:
    """Somebody who comes in, and what is known of how."""

    person_id: int
    address_id: int | None = None
    mail: str = Membership.Mail.EACH
    since: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)


def bring_in(
    group: Group,
    coming: Sequence[Arriving],
    *,
    arrived_by: str,
    placed_by: PlacementRule | None = None,
    tells: bool,
    by: Actor,
    via: str,
) -> list[Membership]:
    """Make people members who never were, with as many questions for hundreds as for one. `tells` writes to each."""
    if not coming:
        return []
    sides = sides_in(group)
    others, placed = elsewhere(sides), strongest_of_all(sides, persons=[one.person_id for one in coming])
    rows = []
    for one in coming:
        place = placed.get(one.person_id, others)
        rows.append(
            Membership(
                group=group, person_id=one.person_id, address_id=one.address_id, mail=one.mail, arrived_by=arrived_by,
                joined_at=_at(one.since), side=place.side, organization_id=place.organization_id,
                placed_by=placed_by,
            )
        )  # fmt: skip
    made = Membership.objects.bulk_create(rows)
    fill_in(group, {row.pk: one.values for row, one in zip(made, coming, strict=True) if one.values})
    touch_access(group)
    record_all("member.joined", made, by=by, via=via, **({"tells": True} if tells else {}))
    return made


def addresses_of(persons: Sequence[int]) -> dict[int, int]:
    """The address at which each of them is written to: the first, proven before others."""
    rows = Address.objects.filter(user__in=persons).order_by("primary", "verified", "-pk")
    return dict(rows.values_list("user", "pk"))  # the last one counts


def _at(day: date | None) -> datetime:
    return make_aware(datetime.combine(day, time(12)), get_current_timezone()) if day else now()
