"""Meetings by command."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.shared import NOT_FOUND, answer, as_json, command, fail, group_named
from folkmoot.groups.models import Group
from folkmoot.kit import recurrence
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings import queries
from folkmoot.meetings.models import Meeting, Rsvp, Venue
from folkmoot.meetings.operations import plan_meeting, plan_series

VIA = "command"
day = click.DateTime(["%Y-%m-%d"])
clock = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])


@click.group()
def meeting() -> None:
    """Plan and list the meetings of a group."""


@meeting.command("list")
@click.argument("group_slug", metavar="GROUP")
@click.option("--from", "start", type=day, help="The first day, like 2026-11-01; today unless told.")
@click.option("--to", "end", type=day, help="The last day; a year after the first unless told.")
@as_json
@command
def list_meetings(group_slug: str, start: datetime | None, end: datetime | None, wants_json: bool) -> None:
    """List the meetings of GROUP that begin on these days, each by the clocks of its own zone."""
    group = group_named(group_slug)
    first = start or now().replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
    after = (end or first + timedelta(days=366)) + timedelta(days=1)
    found = Meeting.objects.filter(group=group, starts__gte=on_the_wall(first), starts__lt=on_the_wall(after))
    rows = list(found.select_related("venue", "series").in_order()[: recurrence.MOST])
    facts = [_facts(one, figures) for one, figures, _mine in queries.listed(rows, None)]
    lines = "\n".join(f"{one['start'][:16]}  {one['zone']:<20} {one['title']}  {_state(one)}".rstrip() for one in facts)
    answer(facts, lines or "No meetings.", wants_json=wants_json)


@meeting.command("create")
@click.argument("group_slug", metavar="GROUP")
@click.option("--title", required=True)
@click.option("--start", "starts", type=clock, required=True, help="By the clocks of the zone, like 2026-12-15T19:00.")
@click.option("--zone", default="", help="Like Europe/Berlin; the group's unless told.")
@click.option("--minutes", type=int, default=120, show_default=True, help="How long it takes.")
@click.option("--rule", default="", help="How it repeats, after RFC 5545, like FREQ=MONTHLY;BYDAY=3TU.")
@click.option("--place", default="", help="The name of a place of the address book.")
@click.option("--room", default="")
@click.option("--link", default="", help="By which one joins online.")
@click.option("--seats", type=click.IntRange(0), help="In the room; enough for all unless told.")
@click.option("--about", default="", help="Markdown.")
@click.option("--draft", "is_draft", is_flag=True, help="Only those who organise see it.")
@as_json
@command
def create(group_slug: str, rule: str, place: str, wants_json: bool, **said: Any) -> None:
    """Plan a meeting of GROUP, or with --rule a series of them."""
    group = group_named(group_slug)
    said |= {"venue": _venue(group, place) if place else None, "by": OPERATOR, "via": VIA}
    if rule:
        series = plan_series(group, rule=rule, **said)
        made = list(series.meetings.select_related("venue", "series").order_by("slot"))
    else:
        made = [plan_meeting(group, **said)]
    facts = [_facts(one, queries.Figures()) for one in made]
    words = f"{facts[0]['title']}, {facts[0]['start']}"
    more = f"\n{len(facts)} meetings are planned so far, the series goes on by its rule" if rule else ""
    answer(facts, words + more, wants_json=wants_json)


def _venue(group: Group, name: str) -> Venue:
    found = Venue.objects.filter(group=group, name__iexact=name).in_use().order_by("pk").first()
    if found is None:
        fail(f"{group.name} has no place “{name}”", NOT_FOUND)
    return found


def _facts(one: Meeting, figures: queries.Figures) -> dict[str, Any]:
    zone = ZoneInfo(one.zone)
    return {
        "id": one.pk,
        "title": one.title,
        "start": one.starts_at.astimezone(zone).isoformat(),
        "end": one.ends_at.astimezone(zone).isoformat(),
        "zone": one.zone,
        "uid": one.series.uid if one.series else one.uid,
        "recurrence_id": one.slot.replace(tzinfo=None).isoformat() if one.slot else None,
        "rule": one.series.rule if one.series else None,
        "place": one.venue.line if one.venue else one.room,
        "room": one.room,
        "is_online": one.is_online,
        "seats": one.seats,
        "draft": one.is_draft,
        "cancelled": one.cancelled_at is not None,
        "answers": {
            Rsvp.Answer.YES.value: figures.coming,
            Rsvp.Answer.MAYBE.value: figures.maybe,
            Rsvp.Answer.NO.value: figures.no,
            "waiting": figures.waiting,
        },
    }


def _state(facts: dict[str, Any]) -> str:
    if facts["cancelled"]:
        return "called off"
    return "draft" if facts["draft"] else ""
