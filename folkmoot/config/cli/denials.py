from datetime import UTC, datetime
from typing import Any

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.roles import DAY, person_named
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import operations
from folkmoot.groups.models import Denial

EVERYTHING = "everything"


@click.group()
def denial() -> None:
    """List, add and lift what somebody may not do in a group."""


@denial.command("list")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def list_denials(group_slug: str, wants_json: bool) -> None:
    """List what is denied in GROUP, and in the groups above it, which counts there too."""
    found = Denial.objects.unlifted().filter(group__reached__below=group_named(group_slug))
    facts = [_facts(one) for one in found.select_related("person", "group").order_by("pk")]
    lines = "\n".join(
        f"{one['person']:<20} {one['permission']:<20} {one['group']:<20} {one['reason']}" for one in facts
    )
    answer(facts, lines or "Nothing is denied to anybody.", wants_json=wants_json)


@denial.command("add")
@click.argument("group_slug", metavar="GROUP")
@click.argument("person")
@click.argument("permission")
@click.option("--reason", required=True, help="They are told.")
@click.option("--until", type=DAY, help="The day on which it is over, in UTC.")
@as_json
@command
def add(group_slug: str, person: str, permission: str, reason: str, until: datetime | None, wants_json: bool) -> None:
    """Deny PERSON (an address or a handle) one PERMISSION in GROUP and below, or “everything”."""
    made = operations.deny(
        person_named(person),
        group=group_named(group_slug),
        permission="" if permission == EVERYTHING else permission,
        reason=reason,
        ends_at=until.replace(tzinfo=UTC) if until else None,
        by=OPERATOR,
        via=VIA,
    )
    answer(_facts(made), f"{made.person.name} may not: {permission}", wants_json=wants_json)


@denial.command("lift")
@click.argument("group_slug", metavar="GROUP")
@click.argument("person")
@click.argument("permission")
@as_json
@command
def lift(group_slug: str, person: str, permission: str, wants_json: bool) -> None:
    """End what is denied to PERSON in GROUP before its time."""
    group, name = group_named(group_slug), "" if permission == EVERYTHING else permission
    rows = Denial.objects.unlifted().filter(group=group, person=person_named(person), permission=name)
    found = rows.select_related("group", "person").first()
    if found is None:
        fail(f"{permission} is not denied to {person} in {group.name}", NOT_FOUND)
    operations.lift(found, by=OPERATOR, via=VIA)
    answer(_facts(found), f"lifted for {found.person.name}: {permission}", wants_json=wants_json)


def _facts(one: Denial) -> dict[str, Any]:
    return {
        "person": one.person.handle,
        "permission": one.permission or EVERYTHING,
        "group": one.group.slug,
        "reason": one.reason,
        "until": one.ends_at,
    }
