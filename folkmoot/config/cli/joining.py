"""How people come into a group, by command."""

from pathlib import Path

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.shared import answer, as_json, command, group_named
from folkmoot.groups import operations
from folkmoot.groups.fates import Outcome
from folkmoot.groups.operations.importing import Report

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
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@as_json
@command
def bring(file: Path, slug: str, agreed: bool, tells: bool, dry_run: bool, wants_json: bool) -> None:
    """Take in, or invite, the people of FILE: CSV or a plain list, as other programs save them."""
    group, raw = group_named(slug), file.read_bytes()
    if dry_run:
        report = operations.rehearse_import(group, raw, are_agreed=agreed, by=OPERATOR)
    else:
        report = operations.import_members(group, raw, are_agreed=agreed, tells=tells, by=OPERATOR, via=VIA)
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
