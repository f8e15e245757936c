"""Meetings as calendars and lists: in, out, and what an import would do."""

from collections import Counter
from datetime import time
from pathlib import Path
from typing import Any

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.elsewhere import read_meetings
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.doors.calendars.entries import entries
from folkmoot.doors.calendars.sheets import everything
from folkmoot.groups.models import Group
from folkmoot.kit import ical
from folkmoot.kit.fetch import Unfetchable, fetch
from folkmoot.kit.ical.lines import LARGEST
from folkmoot.meetings import plans
from folkmoot.meetings.operations import Brought, bring_meetings_along
from folkmoot.meetings.plans import Plan

VIA = "command"
UNREADABLE = 6
SHOWN = 20  # remarks
PROBLEMS = {
    "line": "lines that say nothing",
    "todo": "tasks, which are left out",
    "journal": "journal entries, which are left out",
    "free-busy": "free and busy times, which are left out",
    "component": "parts that are no meetings, left out",
    "alarm": "alarms, which are left out: each reader's calendar has its own",
    "no-uid": "meetings without a name for calendars, which get one",
    "no-start": "meetings without a time, left out",
    "time": "times that are none",
    "end": "ends that are none, or before the start",
    "zone": "time zones that nobody knows; the group's was taken",
    "rule": "rules that meetings can't follow; only the first was taken",
    "two-rules": "series with more than one rule; the first was taken",
    "left-out-rule": "rules of what is left out, which were not taken",
    "twice": "doubles, of which the last was taken",
    "too-many": "meetings after the first 20,000, left out",
}


@click.command("ics")
@click.argument("source", metavar="FILE|ADDRESS")
@click.option("--group", "slug", required=True, help="The group that meets.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only tell what would happen.")
@as_json
@command
def import_ics(source: str, slug: str, is_dry: bool, wants_json: bool) -> None:
    """Bring the meetings of a calendar into a group: from a FILE, or from an ADDRESS that begins with https://.

    Brought again, what has changed there is changed here, but for what was changed here.
    Nobody is invited, and nothing is announced.
    """
    group = group_named(slug)
    data = _data(source)
    try:
        calendar = ical.read(data, zone=group.time_zone)
    except ValueError as error:
        fail(f"this is no calendar that can be read: {error}", UNREADABLE)
    found = list(plans.of_calendar(calendar, zone=group.time_zone))
    problems = Counter(one.kind for one in calendar.problems)
    people = {person.address.casefold() for entry in calendar.entries for person in entry.attendees}
    remarks = [f"{count:,} {PROBLEMS[kind]}" for kind, count in sorted(problems.items())]
    remarks += [f"{one.kind}: {one.about}" for one in calendar.problems[:SHOWN] if one.about]
    if people:
        remarks.append(f"{len(people):,} people are invited there; they answer here themselves, nobody was added")
    _bring(group, found, remarks, is_dry=is_dry, wants_json=wants_json)


@click.command("meetings")
@click.argument("source", metavar="FILE|FOLDER", type=click.Path(exists=True, readable=True, path_type=Path))
@click.option("--group", "slug", required=True, help="The group that met.")
@click.option("--time", "hour", metavar="HH:MM", help="When those begin of which only the day is known.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only tell what would happen.")
@as_json
@command
def import_meetings(source: Path, slug: str, hour: str | None, is_dry: bool, wants_json: bool) -> None:
    """Bring a list of meetings into a group: FILE is JSON, one JSON object a line, or CSV. The guide says the fields.

    A FOLDER of rubyevents.org, or a file of one, comes with its talks; the Carpentries' list of workshops comes too.
    Brought again, what has changed there is changed here, but for what was changed here.
    Nobody is invited, and nothing is announced.
    """
    group = group_named(slug)
    try:
        found, remarks = read_meetings(source, zone=group.time_zone, hour=_hour(hour))
    except ValueError as error:
        fail(f"this is no list that can be read: {error}", UNREADABLE)
    _bring(group, found, remarks, is_dry=is_dry, wants_json=wants_json)


def _hour(said: str | None) -> time | None:
    try:
        return time.fromisoformat(said).replace(second=0, microsecond=0, tzinfo=None) if said else None
    except ValueError as error:
        raise click.BadParameter("say it like 19:00", param_hint="--time") from error


@click.command("ics")
@click.option("--group", "slug", required=True, help="The group whose meetings you want.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@command
def export_ics(slug: str, file: Path, wants_json: bool) -> None:
    """Write all published meetings of a group into FILE, with their links and numbers to join by."""
    group = group_named(slug)
    if file.exists():
        raise click.BadParameter(f"{file} is there already", param_hint="FILE")
    found = list(entries(everything(group)))
    file.write_bytes(ical.write(found, name=group.name).encode())
    series = sum(bool(one.rule) for one in found)
    answer({"file": str(file), "entries": len(found), "series": series}, f"{len(found):,} entries, {series:,} of them "
           f"series, are in {file}", wants_json=wants_json)  # fmt: skip


def _data(source: str) -> bytes:
    if "://" in source:
        try:
            return fetch(source.replace("webcal://", "https://", 1), largest=LARGEST)
        except Unfetchable as error:
            fail(error, UNREADABLE)
    path = Path(source)
    if not path.is_file():
        fail(f"there is no file {source}", NOT_FOUND)
    return path.read_bytes()


def _bring(group: Group, found: list[Plan], remarks: list[str], *, is_dry: bool, wants_json: bool) -> None:
    brought = bring_meetings_along(group, found, is_rehearsal=is_dry, by=OPERATOR, via=VIA)
    facts = _facts(brought) | {"remarks": remarks, "dry_run": is_dry}
    answer(facts, _words(brought, remarks, is_dry=is_dry), wants_json=wants_json)


def _facts(brought: Brought) -> dict[str, Any]:
    counts = {name: getattr(brought, name) for name in ("new", "changed", "same", "series", "venues", "talks")}
    counts["kept"] = [{"title": title, "parts": parts} for title, parts in brought.kept]
    return counts | {"refused": [{"title": title, "why": why} for title, why in brought.refused]}


def _words(brought: Brought, remarks: list[str], *, is_dry: bool) -> str:
    done = [
        f"{brought.new:,} meetings are new, {brought.changed:,} changed, {brought.same:,} as they were"
        + (", nothing written:" if is_dry else ":"),
        f"  {brought.series:,} new series, {brought.venues:,} new places, {brought.talks:,} new talks",
        *(f"Stays as changed here: {title}: {', '.join(parts)}" for title, parts in brought.kept[:SHOWN]),
        *(f"Not taken: {title}: {why}" for title, why in brought.refused[:SHOWN]),
        *remarks[: SHOWN * 2],
    ]
    more = max(0, len(brought.kept) - SHOWN) + max(0, len(brought.refused) - SHOWN) + max(0, len(remarks) - SHOWN * 2)
    return "\n".join([*done, *([f"and {more:,} more like these; --json lists them"] if more else [])])
