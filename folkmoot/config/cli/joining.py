"""How people come into a group, by command."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings
from django.urls import reverse
from django.utils.timezone import make_aware

from folkmoot.accounts.models import OPERATOR, Organization
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.progress import bar
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import operations
from folkmoot.groups.fates import Outcome
from folkmoot.groups.models import Group, InvitationLink, MemberField, PlacementRule, Side
from folkmoot.groups.operations.importing import Report
from folkmoot.groups.placement import About, in_words
from folkmoot.groups.queries import open_links

WORDS = {
    Outcome.ADDED: "{n:,} become members",
    Outcome.INVITED: "{n:,} are invited",
    Outcome.FILLED: "{n:,} are members; what was missing is filled in",
    Outcome.KEPT: "{n:,} are members already",
    Outcome.WAITING: "{n:,} are invited already",
    Outcome.SAME: "{n:,} rows are the same people again",
    Outcome.REFUSED: "{n:,} rows can't be taken",
}


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--group", "slug", required=True, help="The group they come into.")
@click.option("--agreed", is_flag=True, help="They have agreed: they are members at once. Else they are invited.")
@click.option("--tell", "tells", is_flag=True, help="Write to those who become members, with a link to leave again.")
@click.option("--moved", is_flag=True, help="They are of the old place from which the group comes over.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@as_json
@command
def bring(file: Path, slug: str, agreed: bool, tells: bool, moved: bool, dry_run: bool, wants_json: bool) -> None:
    """Take in, or invite, the people of FILE: CSV or a plain list, as other programs save them."""
    group, raw = group_named(slug), file.read_bytes()
    with bar(file.name, things="people") as shown:

        def watch(rows: int, total: int) -> None:
            shown.advance(rows, total=total)

        if dry_run:
            report = operations.rehearse_import(group, raw, are_agreed=agreed, watch=watch, by=OPERATOR)
        else:
            more = {"are_agreed": agreed, "tells": tells, "is_moved": moved}
            report = operations.import_members(group, raw, **more, watch=watch, by=OPERATOR, via=VIA)
    answer({"group": group.slug, **report.facts()}, _words(report, agreed=agreed), wants_json=wants_json)


def _words(report: Report, *, agreed: bool) -> str:
    lines = ["Dry run: nothing was changed."] if report.is_rehearsal else []
    lines += [WORDS[outcome].format(n=n) for outcome, n in report.counts.items()]
    for fate in report.fates:
        if fate.outcome == Outcome.REFUSED or fate.entry.remark:
            about = fate.entry.address or fate.entry.name
            lines.append(f"line {fate.entry.line}: {about}: {fate.why or fate.entry.remark}".replace(": :", ":"))
    if report.ignored:
        lines.append("columns that say nothing to us: " + ", ".join(report.ignored))
    if not agreed and report.counts.get(Outcome.INVITED):
        lines.append("If they have agreed to be members, say --agreed, and they are members at once.")
    return "\n".join(lines) or "Nobody is in this list."


@click.group()
def link() -> None:
    """Make, list and close invitation links."""


@link.command("make")
@click.argument("slug", metavar="GROUP")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day.")
@click.option("--uses", type=click.IntRange(min=1), help="For how many people.")
@click.option("--domain", default="", help="Only for people with a proven address there.")
@click.option("--role", "role_name", help="A role that comes with it.")
@click.option("--subgroup", "below", multiple=True, help="A subgroup they come into as well; again for more.")
@as_json
@command
def make(
    slug: str,
    until: datetime | None,
    uses: int | None,
    domain: str,
    role_name: str | None,
    below: tuple[str, ...],
    wants_json: bool,
) -> None:
    """Make a link that lets people into GROUP."""
    group = group_named(slug)
    role = group.roles.filter(name__iexact=role_name).first() if role_name else None
    if role_name and role is None:
        fail(f"{group.name} has no role “{role_name}”", NOT_FOUND)
    at = make_aware(until.replace(hour=23, minute=59, second=59), ZoneInfo(group.time_zone)) if until else None
    subgroups = [group_named(one) for one in below]
    made = operations.make_link(
        group, ends_at=at, most_uses=uses, domain=domain, role=role, subgroups=subgroups, by=OPERATOR, via=VIA
    )
    answer(_facts_of_link(made), _address_of_link(made), wants_json=wants_json)


@link.command("list")
@click.argument("slug", metavar="GROUP")
@as_json
@command
def list_links(slug: str, wants_json: bool) -> None:
    """List the links by which somebody can come into GROUP."""
    links = list(open_links(group_named(slug)).select_related("role").order_by("pk"))
    lines = "\n".join(f"{one.pk:>6} {one.uses:>5} came  {_address_of_link(one)}" for one in links)
    answer([_facts_of_link(one) for one in links], lines or "No links.", wants_json=wants_json)


@link.command("close")
@click.argument("slug", metavar="GROUP")
@click.argument("number", type=int)
@as_json
@command
def close(slug: str, number: int, wants_json: bool) -> None:
    """Let nobody into GROUP by the link of this NUMBER any more."""
    found = group_named(slug).invitation_links.select_related("group").filter(pk=number).first()
    if found is None:
        fail(f"{slug} has no link {number}", NOT_FOUND)
    operations.close_link(found, by=OPERATOR, via=VIA)
    answer({"closed": number}, f"Nobody comes in by link {number} any more", wants_json=wants_json)


def _address_of_link(link: InvitationLink) -> str:
    return settings.SITE + reverse("join_by_link", args=[link.token])


def _facts_of_link(link: InvitationLink) -> dict[str, Any]:
    return {
        "number": link.pk, "address": _address_of_link(link), "uses": link.uses, "most_uses": link.most_uses,
        "until": link.ends_at, "domain": link.domain, "role": link.role.name if link.role else None,
        "subgroups": list(link.subgroups.order_by("slug").values_list("slug", flat=True)),
    }  # fmt: skip


@click.group()
def rule() -> None:
    """Make, list and remove rules that place people in a group."""


@rule.command("make")
@click.argument("slug", metavar="GROUP")
@click.option("--domain", help="Who has a proven address there.")
@click.option("--of", "of_slug", help="Who is in this other group; also for --side.")
@click.option("--side", type=click.Choice(Side.values), help="Who stands so to the companies of the group above.")
@click.option("--company", help="Who belongs to this company.")
@click.option("--field", "key", help="Who says --value in this field of a group above.")
@click.option("--value", default="", help="What stands in the field.")
@click.option("--takes-out", is_flag=True, help="Take out again who came by the rule and no longer fits.")
@as_json
@command
def make_rule(slug: str, takes_out: bool, wants_json: bool, **said: Any) -> None:
    """Make a rule that places people in GROUP, now and from now on."""
    group = group_named(slug)
    made = operations.make_rule(group, **_rule(group, **said), takes_out=takes_out, by=OPERATOR, via=VIA)
    here = made.placed.current().count()
    answer({**_facts_of_rule(made), "here": here}, f"{in_words(made)}: {here:,} are here by it", wants_json=wants_json)


@rule.command("list")
@click.argument("slug", metavar="GROUP")
@as_json
@command
def list_rules(slug: str, wants_json: bool) -> None:
    """List the rules that place people in GROUP."""
    rules = list(PlacementRule.objects.whole().filter(group=group_named(slug)).order_by("pk"))
    lines = "\n".join(f"{one.pk:>6} {in_words(one)}" for one in rules)
    answer([_facts_of_rule(one) for one in rules], lines or "No rules.", wants_json=wants_json)


@rule.command("remove")
@click.argument("slug", metavar="GROUP")
@click.argument("number", type=int)
@as_json
@command
def remove(slug: str, number: int, wants_json: bool) -> None:
    """Remove the rule of this NUMBER; who came by it stays."""
    found = group_named(slug).placement_rules.select_related("group").filter(pk=number).first()
    if found is None:
        fail(f"{slug} has no rule {number}", NOT_FOUND)
    operations.remove_rule(found, by=OPERATOR, via=VIA)
    answer({"removed": number}, f"Rule {number} places nobody any more", wants_json=wants_json)


def _rule(
    group: Group,
    *,
    domain: str | None,
    of_slug: str | None,
    side: str | None,
    company: str | None,
    key: str | None,
    value: str,
) -> dict[str, Any]:
    other = group_named(of_slug) if of_slug else None
    if domain:
        return {"about": About.DOMAIN, "value": domain}
    if side:
        return {"about": About.SIDE, "side": side, "of_group": other}
    if company:
        found = Organization.objects.filter(name__iexact=company).first()
        return {"about": About.ORGANIZATION, "organization": found}
    if key:
        above = MemberField.objects.filter(group__reached__below=group, key=key).exclude(group=group)
        return {"about": About.FIELD, "field": above.first(), "value": value}
    if other is None:
        raise click.UsageError("Say what the rule is about: --domain, --of, --side, --company or --field.")
    return {"about": About.GROUP, "of_group": other}


def _facts_of_rule(rule: PlacementRule) -> dict[str, Any]:
    return {"number": rule.pk, "about": rule.about, "words": in_words(rule), "takes_out": rule.takes_out}
