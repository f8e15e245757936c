import csv
import sys
from typing import Any

import click
from django.conf import settings
from django.db.models import QuerySet

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import enrol
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import operations
from folkmoot.groups.models import Group, Membership

VIA = "command"


@click.group()
def group() -> None:
    """Found, list, rename and show groups."""


@group.command("create")
@click.argument("slug")
@click.option("--name", help="What people call it; made from the address when left out.")
@click.option("--type", "kind", type=click.Choice(Group.Type.values), default=Group.Type.SOCIAL.value)
@click.option("--owner", required=True, help="The address of whoever will run it.")
@as_json
@command
def create(slug: str, name: str | None, kind: str, owner: str, wants_json: bool) -> None:
    """Found a group at SLUG."""
    founder = Person.objects.known_at(owner) or enrol(name="", address=owner, via=VIA)
    made = operations.found(founder=founder, name=name or slug.title(), slug=slug, type=kind, by=OPERATOR, via=VIA)
    answer(
        facts_of_group(made),
        f"{made.name} stands at {_site(made)}\nIts list is {_address(made)}",
        wants_json=wants_json,
    )


@group.command("list")
@as_json
@command
def list_groups(wants_json: bool) -> None:
    """List all groups."""
    groups = list(Group.objects.order_by("slug"))
    lines = "\n".join(f"{one.slug:<32} {one.name}" for one in groups)
    answer([facts_of_group(one) for one in groups], lines or "No groups yet.", wants_json=wants_json)


@group.command("show")
@click.argument("slug")
@as_json
@command
def show(slug: str, wants_json: bool) -> None:
    """Show one group."""
    facts = facts_of_group(group_named(slug))
    answer(facts, "\n".join(f"{key:<12} {value}" for key, value in facts.items()), wants_json=wants_json)


@group.command("rename")
@click.argument("slug")
@click.argument("new_slug")
@click.option("--name", help="A new name for people to see.")
@as_json
@command
def rename(slug: str, new_slug: str, name: str | None, wants_json: bool) -> None:
    """Give a group another address; the old one keeps working."""
    renamed = operations.rename(group_named(slug), slug=new_slug, by=OPERATOR, via=VIA)
    if name:
        renamed = operations.change(renamed, name=name, by=OPERATOR, via=VIA)
    answer(facts_of_group(renamed), f"{renamed.name} stands at {_site(renamed)}", wants_json=wants_json)


@group.command("close")
@click.argument("slug")
@click.option("--reason", required=True, help="Why; its owners read it.")
@as_json
@command
def close(slug: str, reason: str, wants_json: bool) -> None:
    """Let nothing new be said in a group, and in those below it. Whoever could read them still can."""
    found = group_named(slug)
    along = _slugs(Group.objects.closing_with(found))
    closed = operations.close_group(found, reason=reason, by=OPERATOR, via=VIA)
    said = f"{closed.name} is closed" + (f", and with it: {', '.join(along)}" if along else "")
    answer(facts_of_group(closed) | {"along": along}, said, wants_json=wants_json)


@group.command("reopen")
@click.argument("slug")
@as_json
@command
def reopen(slug: str, wants_json: bool) -> None:
    """Let a closed group go on, and those that were closed with it."""
    found = group_named(slug)
    along = _slugs(Group.objects.opening_with(found))
    opened = operations.reopen_group(found, by=OPERATOR, via=VIA)
    said = f"{opened.name} is open again" + (f", and with it: {', '.join(along)}" if along else "")
    answer(facts_of_group(opened) | {"along": along}, said, wants_json=wants_json)


@click.group()
def member() -> None:
    """Add, list and remove members."""


@member.command("add")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@click.option("--name", default="")
@click.option("--mail", type=click.Choice(Membership.Mail.values), default=Membership.Mail.EACH.value)
@as_json
@command
def add(group_slug: str, address: str, name: str, mail: str, wants_json: bool) -> None:
    """Add somebody by ADDRESS."""
    if "@" not in address[1:-1] or len(address) > 254 or any(char.isspace() for char in address):
        raise click.BadParameter(f"“{address}” is not a mail address", param_hint="ADDRESS")
    group = group_named(group_slug)
    made = operations.add_member(group, address=address, name=name, mail=mail, by=OPERATOR, via=VIA)
    answer(facts_of_member(made), f"{made.person.name} is a member of {group.name}", wants_json=wants_json)


@member.command("list")
@click.argument("group_slug", metavar="GROUP")
@click.option("--csv", "wants_csv", is_flag=True, help="As a table for spreadsheets.")
@as_json
@command
def list_members(group_slug: str, wants_csv: bool, wants_json: bool) -> None:
    """List the members of GROUP."""
    members = Membership.objects.current().filter(group=group_named(group_slug)).by_name()
    facts = [
        facts_of_member(one) for one in members.select_related("person", "address").prefetch_related("grants__role")
    ]
    if wants_csv:
        table = csv.DictWriter(sys.stdout, fieldnames=["name", "address", "mail", "roles", "joined"])
        table.writeheader()
        table.writerows({**one, "roles": " ".join(map(str, one["roles"]))} for one in facts)
        return
    lines = "\n".join(f"{one['address']:<40} {one['mail']:<5} {one['name']}" for one in facts)
    answer(facts, lines or "No members yet.", wants_json=wants_json)


@member.command("remove")
@click.argument("group_slug", metavar="GROUP")
@click.argument("address")
@as_json
@command
def remove(group_slug: str, address: str, wants_json: bool) -> None:
    """Take the member with ADDRESS out of GROUP."""
    group = group_named(group_slug)
    members = Membership.objects.current().filter(group=group, person__emailaddress__email=address.lower())
    found = members.select_related("person", "group").first()
    if found is None:
        fail(f"{address} is not a member of {group.name}", NOT_FOUND)
    operations.remove_member(found, by=OPERATOR, via=VIA)
    answer({"removed": address}, f"{found.person.name} is no longer a member of {group.name}", wants_json=wants_json)


def _site(group: Group) -> str:
    return settings.SITE + group.get_absolute_url()


def _slugs(groups: QuerySet[Group]) -> list[str]:
    return list(groups.order_by("slug").values_list("slug", flat=True))


def _address(group: Group) -> str:
    return f"{group.slug}@{settings.HOST}"


def facts_of_group(group: Group) -> dict[str, object]:
    return {
        "slug": group.slug,
        "name": group.name,
        "type": group.type,
        "visibility": group.visibility,
        "joining": group.joining,
        "proof": group.proof,
        "address": _address(group),
        "page": _site(group),
        "closed": group.closed_at.isoformat(timespec="seconds") if group.closed_at else None,
        "closed_why": group.closed_why,
        "closed_with": group.closed_with.slug if group.closed_with else None,
        "members": group.memberships.filter(left_at=None).count(),
        "names": list(group.mail_names.order_by("pk").values_list("local", flat=True)),
    }


def facts_of_member(membership: Membership) -> dict[str, Any]:
    return {
        "name": membership.person.name,
        "address": membership.address.email if membership.address else "",
        "mail": membership.mail,
        "roles": [grant.role.name for grant in membership.grants.all()] or ["member"],
        "joined": membership.joined_at.date().isoformat(),
    }
