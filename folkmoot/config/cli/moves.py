"""A group comes over from an old place, and who came to meetings there, by command."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import make_aware

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.groups import VIA
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups import moves, operations
from folkmoot.groups.models import Group, Move
from folkmoot.meetings.attendee_fates import Outcome
from folkmoot.meetings.models import Meeting, Mirror
from folkmoot.meetings.operations import bring_attendees, rehearse_attendees, set_mirror
from folkmoot.meetings.operations.attendees import Report

SHOWN = 40  # rows that can't be taken
WORDS = {
    Outcome.PERSON: "{n:,} are people of the group",
    Outcome.NAME: "{n:,} stay names",
    Outcome.KEPT: "{n:,} were noted before",
    Outcome.SAME: "{n:,} rows are the same people again",
    Outcome.ABSENT: "{n:,} did not come, the list says",
    Outcome.REFUSED: "{n:,} rows can't be taken",
}


@click.group()
def move() -> None:
    """Let a group come over from an old place, and see how many have."""


@move.command("begin")
@click.argument("slug", metavar="GROUP")
@click.option("--name", required=True, help="What the old place is called, like Meetup.")
@click.option("--address", required=True, help="The address of the group there.")
@click.option("--members", type=click.IntRange(min=1), required=True, help="How many members are there.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day; three months from now unless told.")
@click.option("--calendar", default="", help="The address of its calendar, whose meetings come along each day.")
@as_json
@command
def begin(
    slug: str, name: str, address: str, members: int, until: datetime | None, calendar: str, wants_json: bool
) -> None:
    """Open the page by which people of the old place join GROUP."""
    group = group_named(slug)
    at = make_aware(until.replace(hour=23, minute=59, second=59), ZoneInfo(group.time_zone)) if until else None
    with transaction.atomic():  # a wrong address of a calendar begins nothing
        made = operations.begin_move(
            group, name=name, address=address, members=members, ends_at=at, by=OPERATOR, via=VIA
        )  # fmt: skip
        if calendar:
            set_mirror(made, address=calendar, by=OPERATOR, via=VIA)
    facts = _facts(made)
    answer(facts, facts["page"], wants_json=wants_json)


@move.command("show")
@click.argument("slug", metavar="GROUP")
@as_json
@command
def show(slug: str, wants_json: bool) -> None:
    """Say how many of the old place were reached, and how many have joined GROUP."""
    facts = _facts(_of(group_named(slug)))
    words = "{name}: {reached:,} of {there:,} reached, {joined:,} joined; page opened {opened:,} times\n{page}"
    answer(facts, words.format(**facts), wants_json=wants_json)


@move.command("end")
@click.argument("slug", metavar="GROUP")
@as_json
@command
def end(slug: str, wants_json: bool) -> None:
    """Close the page of GROUP; what was counted stays."""
    found = _of(group_named(slug))
    operations.end_move(found, by=OPERATOR, via=VIA)
    answer({"ended": found.pk}, f"Nobody comes from {found.name} by the page any more", wants_json=wants_json)


@click.command("attendees")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
@click.option("--group", "slug", required=True, help="The group that met.")
@click.option("--meeting", "number", type=int, help="The meeting of this number; else the list names it in a column.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only tell what would happen.")
@as_json
@command
def import_attendees(file: Path, slug: str, number: int | None, is_dry: bool, wants_json: bool) -> None:
    """Note who came to past meetings: FILE is CSV, or has one name a line. Nobody hears of it.

    Who is of the group is found by address, else by a name that only one member has; others stay names.
    """
    group, raw = group_named(slug), file.read_bytes()
    meeting = _meeting(group, number) if number else None
    if is_dry:
        report = rehearse_attendees(group, raw, meeting=meeting, by=OPERATOR)
    else:
        report = bring_attendees(group, raw, meeting=meeting, by=OPERATOR, via=VIA)
    answer(report.facts(), _words(report), wants_json=wants_json)


def _words(report: Report) -> str:
    lines = ["Dry run: nothing was changed."] if report.is_rehearsal else []
    lines += [WORDS[outcome].format(n=n) for outcome, n in report.counts.items()]
    refused = [fate for fate in report.fates if fate.outcome == Outcome.REFUSED]
    lines += [f"line {one.attendee.line}: {one.attendee.name}: {one.why}" for one in refused[:SHOWN]]
    more = len(refused) - SHOWN
    return "\n".join([*lines, *([f"and {more:,} more like these; --json lists them"] if more > 0 else [])]) or "Nobody."


def _meeting(group: Group, number: int) -> Meeting:
    found: Meeting | None = Meeting.objects.filter(group=group, pk=number).select_related("group").first()
    if found is None:
        fail(f"{group.name} has no meeting {number}", NOT_FOUND)
    return found


def _of(group: Group) -> Move:
    found = moves.move_of(group)
    if found is None:
        fail(f"{group.name} comes from nowhere else", NOT_FOUND)
    return found


def _facts(found: Move) -> dict[str, Any]:
    counts = moves.counts_of(found)
    page = settings.SITE + reverse("over", args=[found.link.token]) if found.link else ""
    mirror = Mirror.objects.filter(move=found).first()
    return {
        "name": found.name, "address": found.address, "page": page, "until": found.ends_at, "ended": found.ended_at,
        "there": counts.there, "reached": counts.reached, "joined": counts.joined, "known": counts.known,
        "opened": counts.opened, "calendar": mirror.address if mirror else None,
        "trouble": mirror.trouble_in_words if mirror else "",
    }  # fmt: skip
