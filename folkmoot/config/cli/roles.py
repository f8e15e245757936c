from datetime import UTC, datetime
from typing import Any

import click

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import operations
from folkmoot.groups.models import Group, Membership, Role, RoleGrant
from folkmoot.groups.permissions import all_names, catalogue
from folkmoot.groups.why import why as reasons_why

NOBODY = "nobody"  # stands for a stranger
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def role() -> None:
    """List, make, give and take the roles of a group."""


@role.command("list")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def list_roles(group_slug: str, wants_json: bool) -> None:
    """List the roles of GROUP, what they may do, and who carries them."""
    facts = [_role_facts(one) for one in group_named(group_slug).roles.order_by("pk")]
    lines = "\n".join(f"{one['role']:<20} {' '.join(one['people'])}".rstrip() for one in facts)
    answer(facts, lines, wants_json=wants_json)


@role.command("create")
@click.argument("group_slug", metavar="GROUP")
@click.argument("name")
@click.option("--allow", "allowed", multiple=True, metavar="PERMISSION", help="What it may do; as often as needed.")
@as_json
@command
def create(group_slug: str, name: str, allowed: tuple[str, ...], wants_json: bool) -> None:
    """Give GROUP a role of its own called NAME."""
    for one in allowed:
        _check_permission(one)
    made = operations.make_role(group_named(group_slug), name=name, by=OPERATOR, via=VIA)
    for one in allowed:
        operations.allow(made, permission=one, by=OPERATOR, via=VIA)
    answer(_role_facts(made), f"{made.name} is a role of {made.group.name}", wants_json=wants_json)


@role.command("grant")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@click.argument("name", metavar="ROLE")
@click.option("--from", "starts", type=DAY, help="The first day of the term, in UTC.")
@click.option("--until", "ends", type=DAY, help="The day on which it is over, in UTC.")
@as_json
@command
def grant(
    group_slug: str, address: str, name: str, starts: datetime | None, ends: datetime | None, wants_json: bool
) -> None:
    """Give the member with ADDRESS a ROLE of GROUP."""
    membership, given = _found(group_slug, address, name)
    times = {"starts_at": _in_utc(starts), "ends_at": _in_utc(ends)}
    operations.grant_role(membership, role=given, by=OPERATOR, via=VIA, **times)
    answer(_role_facts(given), f"{membership.person.name} carries {name} in {given.group.name}", wants_json=wants_json)


@role.command("revoke")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@click.argument("name", metavar="ROLE")
@as_json
@command
def revoke(group_slug: str, address: str, name: str, wants_json: bool) -> None:
    """Take a ROLE of GROUP from the member with ADDRESS."""
    membership, taken = _found(group_slug, address, name)
    operations.revoke_role(membership, role=taken, by=OPERATOR, via=VIA)
    words = f"{membership.person.name} does not carry {name} in {taken.group.name}"
    answer(_role_facts(taken), words, wants_json=wants_json)


@role.command("rename")
@click.argument("group_slug", metavar="GROUP")
@click.argument("name", metavar="ROLE")
@click.argument("other", metavar="NAME")
@as_json
@command
def rename(group_slug: str, name: str, other: str, wants_json: bool) -> None:
    """Call a ROLE of GROUP's own NAME."""
    found = operations.rename_role(_role(group_named(group_slug), name), name=other, by=OPERATOR, via=VIA)
    answer(_role_facts(found), f"{name} is called {found.name} now", wants_json=wants_json)


@role.command("remove")
@click.argument("group_slug", metavar="GROUP")
@click.argument("name", metavar="ROLE")
@as_json
@command
def remove(group_slug: str, name: str, wants_json: bool) -> None:
    """Remove a ROLE of GROUP's own that nobody carries."""
    found = _role(group_named(group_slug), name)
    facts = _role_facts(found)
    operations.remove_role(found, by=OPERATOR, via=VIA)
    answer(facts, f"{name} is no role of {found.group.name} any more", wants_json=wants_json)


@click.group()
def permission() -> None:
    """What can be allowed."""


@permission.command("list")
@as_json
@command
def list_permissions(wants_json: bool) -> None:
    """List all that a role can hold."""
    facts = [{"permission": one.name, "section": str(one.section), "words": str(one.words)} for one in catalogue()]
    answer(facts, "\n".join(f"{one['permission']:<20} {one['words']}" for one in facts), wants_json=wants_json)


@click.command("why")
@click.argument("person")
@click.argument("name", metavar="PERMISSION")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def why(person: str, name: str, group_slug: str, wants_json: bool) -> None:
    """Say why PERSON (an address, a handle, or “nobody”) may do something in GROUP, or may not."""
    _check_permission(name)
    group = group_named(group_slug)
    said = reasons_why(None if person == NOBODY else person_named(person), name, group)
    facts = {"holds": said.holds, "reasons": [{"kind": one.kind, "words": one.words} for one in said.reasons]}
    lines = [f"{'Yes' if said.holds else 'No'}.", *(one.words for one in said.reasons)]
    answer(facts, "\n".join(lines), wants_json=wants_json)


def _check_permission(name: str) -> None:
    if name not in all_names():
        fail(f"there is no permission “{name}”: see folkmoot permission list", NOT_FOUND)


def person_named(said: str) -> Person:
    found = Person.objects.known_at(said) if "@" in said else Person.objects.filter(handle=said).first()
    return found or fail(f"there is nobody “{said}”", NOT_FOUND)


def _found(group_slug: str, address: str, name: str) -> tuple[Membership, Role]:
    group = group_named(group_slug)
    members = Membership.objects.current().filter(group=group, person__emailaddress__email=address.lower())
    membership = members.select_related("person").first()
    if membership is None:
        fail(f"{address} is not a member of {group.name}", NOT_FOUND)
    return membership, _role(group, name)


def _role(group: Group, name: str) -> Role:
    found = group.roles.filter(name=name).select_related("group").first()
    return found or fail(f"{group.name} has no role “{name}”", NOT_FOUND)


def _role_facts(one: Role) -> dict[str, Any]:
    carried = RoleGrant.objects.valid().filter(role=one).order_by("membership__person__handle")
    return {
        "role": one.name,
        "own": not one.key,
        "permissions": sorted(one.permissions.values_list("name", flat=True)),
        "people": list(carried.values_list("membership__person__handle", flat=True)),
    }


def _in_utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
