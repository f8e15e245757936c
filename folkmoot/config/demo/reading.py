"""Read the demo's groups from their folders. Knows no database.

A conversation is a Markdown file: its title as a heading, what it is marked with (`pinned`, `closed`, `answer 3`),
then its posts. Each begins with a line that says who, by which door and when:

    @ines mail 51d 21:14     51 days ago, at that hour
    @joerg web +17m          so long after the post before (m, h or d)
    @marta mail 5h to 1      five hours ago, as an answer to the first post
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_HEAD = re.compile(
    r"^@(?P<who>\w+) (?P<via>web|mail) (?P<when>\+\d+[mhd]|\d+[mhd](?: \d\d:\d\d)?)(?: to (?P<to>\d+))?$", re.M
)


@dataclass(frozen=True, slots=True)
class Said:
    """One post."""

    who: str
    via: str
    at: datetime
    answers: int  # the number of the post it answers, from 1; 0 for the first
    body: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One topic with all that is said in it."""

    title: str
    marks: dict[str, int]  # "pinned" and "closed" are 1, "answer" is the number of a post
    posts: list[Said]


@dataclass(frozen=True, slots=True)
class Circle:
    """One group: its settings, its people by their short names, owners first, and what they talk about."""

    settings: dict[str, Any]
    owners: list[str]
    people: dict[str, str]
    web_readers: frozenset[str]
    conversations: list[Conversation]
    gathering: dict[str, Any]  # where and when they meet; see gathering.py


def circles(today: datetime) -> list[Circle]:
    """Read all groups, with times counted back from today."""
    return [_circle(file, today) for file in sorted(HERE.glob("*/group.toml"))]


def _circle(file: Path, today: datetime) -> Circle:
    facts = tomllib.loads(file.read_text())
    talks = [conversation(one.read_text(), today) for one in sorted(file.parent.glob("*.md"))]
    return Circle(
        facts["group"],
        facts["owners"],
        facts["people"],
        frozenset(facts["read_on_the_web"]),
        _oldest_first(talks),
        tomllib.loads((file.parent / "meetings.toml").read_text()),
    )


def _oldest_first(talks: list[Conversation]) -> list[Conversation]:
    return sorted(talks, key=lambda talk: talk.posts[0].at)


def conversation(text: str, today: datetime) -> Conversation:
    """Read one conversation."""
    head, *rest = _HEAD.split(text)
    title, *marks = [line for line in head.splitlines() if line.strip()]
    return Conversation(title.removeprefix("# "), dict(map(_mark, marks)), list(_posts(rest, today)))


def _mark(line: str) -> tuple[str, int]:
    word, _, number = line.partition(" ")
    return word, int(number or 1)


def _posts(parts: list[str], today: datetime) -> Iterator[Said]:
    """Split by a pattern of four groups, the text holds five parts a post."""
    at = today
    for number, start in enumerate(range(0, len(parts), 5)):
        who, via, when, to, body = parts[start : start + 5]
        at = _time(when, today, at)
        yield Said(who, via, at, int(to or number), body.strip())


def _time(words: str, today: datetime, before: datetime) -> datetime:
    amount, _, hour = words.partition(" ")
    span = timedelta(**{UNITS[amount[-1]]: int(amount.strip("+")[:-1])})
    if words.startswith("+"):
        return before + span
    if not hour:
        return today - span
    return datetime.combine((today - span).date(), time.fromisoformat(hour), today.tzinfo)
