from datetime import datetime
from typing import Any

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups.chronicle import in_words
from folkmoot.groups.models import Group, Membership, Responsibility
from folkmoot.groups.operations import duties

VIA = "command"
MOST_SHOWN = 1000
day = click.DateTime(["%Y-%m-%d"])


@click.group()
def responsibility() -> None:
    """Say who looks after what in a group."""


@responsibility.command("list")
@click.argument("group_slug", metavar="GROUP")
@as_json
@command
def list_duties(group_slug: str, wants_json: bool) -> None:
    """List the responsibilities of GROUP, who has each, and until when."""
    found = group_named(group_slug).responsibilities.current().with_people().order_by("name", "pk")
    facts = [_facts(one) for one in found]
    lines = "\n".join(f"{one['name']:<30} {one['holder'] or 'nobody':<30} {one['until'] or ''}" for one in facts)
    answer(facts, lines or "No responsibilities yet.", wants_json=wants_json)


@responsibility.command("give")
@click.argument("group_slug", metavar="GROUP")
@click.argument("name")
@click.argument("address")
@click.option("--deputy", help="The address of whoever steps in.")
@click.option("--until", type=day, help="The last day of the term, like 2027-06-30.")
@as_json
@command
def give(
    group_slug: str, name: str, address: str, deputy: str | None, until: datetime | None, wants_json: bool
) -> None:
    """Give the responsibility NAME to the member with ADDRESS; it is made where there is none of that name."""
    group = group_named(group_slug)
    to, second = _member(group, address), _member(group, deputy) if deputy else None
    found = _named(group, name) or duties.make_duty(group, name=name, by=OPERATOR, via=VIA)
    duties.give_duty(found, to=to, deputy=second, ends_on=until.date() if until else None, by=OPERATOR, via=VIA)
    _say(found, wants_json)


@responsibility.command("hand-over")
@click.argument("group_slug", metavar="GROUP")
@click.argument("name")
@click.argument("address")
@click.option("--until", type=day, help="The last day of the term, like 2027-06-30.")
@as_json
@command
def hand_over(group_slug: str, name: str, address: str, until: datetime | None, wants_json: bool) -> None:
    """Hand the responsibility NAME over to the member with ADDRESS, with all that waits."""
    group = group_named(group_slug)
    found = _named(group, name)
    if found is None:
        fail(f"{group.name} has no responsibility “{name}”", NOT_FOUND)
    to = _member(group, address)
    duties.hand_over(found, to=to, ends_on=until.date() if until else None, by=OPERATOR, via=VIA)
    _say(found, wants_json)


@click.command()
@click.argument("group_slug", metavar="SLUG")
@as_json
@command
def history(group_slug: str, wants_json: bool) -> None:
    """Show what was done to a group by those who run it, newest first."""
    entries = group_named(group_slug).history.select_related("by", "about").order_by("-at", "-pk")[:MOST_SHOWN]
    facts = [
        {
            "at": line.entry.at.isoformat(timespec="seconds"),
            "kind": line.entry.kind,
            "by": line.entry.by.handle if line.entry.by else None,
            "about": line.entry.about.handle if line.entry.about else None,
            "via": line.entry.via,
            "words": line.words,
            "facts": line.entry.facts,
            "undone": line.entry.undone_by_id is not None,
        }
        for line in in_words(entries)
    ]
    lines = "\n".join(f"{one['at']}  {one['by'] or one['via']} {one['words']}" for one in facts)
    answer(facts, lines or "Nothing was done yet.", wants_json=wants_json)


def _named(group: Group, name: str) -> Responsibility | None:
    return group.responsibilities.current().filter(name__iexact=name).with_people().order_by("pk").first()


def _member(group: Group, address: str) -> Membership:
    members = Membership.objects.current().filter(group=group, person__emailaddress__email=address.lower())
    found = members.select_related("person", "group").first()
    if found is None:
        fail(f"{address} is not a member of {group.name}", NOT_FOUND)
    return found


def _say(duty: Responsibility, wants_json: bool) -> None:
    facts = _facts(Responsibility.objects.with_people().get(pk=duty.pk))
    answer(facts, f"{facts['holder']} looks after {facts['name']}", wants_json=wants_json)


def _facts(duty: Responsibility) -> dict[str, Any]:
    return {
        "name": duty.name,
        "address": duty.slug,
        "role": duty.role.name if duty.role else None,
        "holder": duty.holder.person.name if duty.holder else None,
        "deputy": duty.deputy.person.name if duty.deputy else None,
        "until": duty.ends_on.isoformat() if duty.ends_on else None,
        "rotates": duty.rotates,
    }
