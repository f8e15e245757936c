"""Where the demo's groups meet: a place, a series that goes on, and what was before and comes beside it."""

from datetime import datetime, time, timedelta
from typing import Any

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.conversations.models import Topic
from folkmoot.groups.models import Group, Moved
from folkmoot.groups.operations import begin_move, date_move_back, note_moved
from folkmoot.kit import recurrence
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.operations import (
    add_venue,
    answer,
    date_back,
    plan_meeting,
    plan_series,
    take_as_announced,
)

VIA = "demo"
KNOWN = timedelta(days=28)  # of meetings so near people have been told
DOORS = ("web", "mail", "web", "mail", "mail")


def gather(group: Group, facts: dict[str, Any], people: dict[str, Person], at: datetime) -> None:
    """Let a group meet as its `meetings.toml` says."""
    venue = add_venue(group, **facts["venue"], by=OPERATOR, via=VIA) if "venue" in facts else None
    if "series" in facts:
        _series(group, dict(facts["series"]), venue, people, at)
    for said in facts.get("meetings", []):
        _meeting(group, dict(said), venue, people, at)
    if "move" in facts:
        _move(group, dict(facts["move"]), people)


def _move(group: Group, said: dict[str, Any], people: dict[str, Person]) -> None:
    """It comes over from elsewhere for some weeks already."""
    opened, came = said.pop("opened"), [people[key].pk for key in said.pop("came")]
    move = begin_move(group, **said, by=OPERATOR, via=VIA)
    note_moved(move, came, way=Moved.Way.PAGE)
    date_move_back(move, opened=opened, by=OPERATOR, via=VIA)


def _series(group: Group, said: dict[str, Any], venue: Venue | None, people: dict[str, Person], at: datetime) -> None:
    """The next time of a rule is its first, so that nothing of it is past."""
    rule, hour = recurrence.parse(said["rule"]), time.fromisoformat(said.pop("time"))
    start = datetime.combine(to_local(at, group.time_zone).date() + timedelta(days=3), hour)
    first = next(one for one in recurrence.occurrences(rule, start) if one != start)
    answers, topic = said.pop("answers"), said.pop("topic", "")
    series = plan_series(group, starts=first, venue=venue, by=OPERATOR, via=VIA, **said)
    rows = list(series.meetings.select_related("group").order_by("slot")[:3])
    for ahead, row in enumerate(rows):
        _answer(row, answers[: len(answers) // (ahead + 1)], people)
        if ahead == 0 or row.starts_at < at + KNOWN:
            take_as_announced(row, topic=_topic(group, topic) if ahead == 0 else None, by=OPERATOR, via=VIA)


def _meeting(group: Group, said: dict[str, Any], venue: Venue | None, people: dict[str, Person], at: datetime) -> None:
    """One alone: in so many days, or so many days ago, which it is dated back to."""
    days, hour = said.pop("days"), time.fromisoformat(said.pop("time"))
    answers, topic = said.pop("answers"), said.pop("topic", "")
    place = venue if said.pop("is_at_venue", True) else None
    day = to_local(at, group.time_zone).date()
    starts = datetime.combine(day + timedelta(days=abs(days)), hour)
    made = plan_meeting(group, starts=starts, venue=place, by=OPERATOR, via=VIA, **said)
    _answer(made, answers, people)
    if days < 0:
        date_back(made, starts=datetime.combine(day + timedelta(days=days), hour), by=OPERATOR, via=VIA)
    take_as_announced(made, topic=_topic(group, topic), by=OPERATOR, via=VIA)


def _answer(meeting: Meeting, answers: list[str], people: dict[str, Person]) -> None:
    """Each answer is a short name and what they say: "ines yes", "marta online", "anil no"."""
    for number, words in enumerate(answers):
        key, said = words.split()
        place = {"yes": "room", "online": "online"}.get(said, "")
        what = "yes" if said == "online" else said
        answer(meeting, person=people[key], answer=what, place=place, via=DOORS[number % len(DOORS)])


def _topic(group: Group, title: str) -> Topic | None:
    if not title:
        return None
    return Topic.objects.select_related("channel__group").get(channel__group=group, title=title)
