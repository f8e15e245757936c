"""Reads the table of who may (tests/who_may.txt), and says what its words mean."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.world import KINDS, ROLES, SIDES

TABLE = Path(__file__).with_name("who_may.txt")

PEOPLE = frozenset(KINDS) - {"visitor"}
MEMBERS = frozenset(["denied", "quiet", "member", "whose", *ROLES, *SIDES])
REACHED = MEMBERS | {"above", "parent"}  # roles of the group above count here
RUN = frozenset(["owner", "above"])
MODERATE = RUN | {"moderator"}

# What is promised of a group that all may see, permission by permission.
PUBLIC = {
    "topics.read": frozenset(KINDS),
    "topics.post": REACHED - {"denied", "quiet"},
    "topics.tend": MODERATE | {"support", "editor"},
    "topics.moderate": MODERATE,
    "letters.moderate": MODERATE,
    "people.sanction": MODERATE,
    "history.read": MODERATE,
    "meetings.read": frozenset(KINDS),
    "meetings.answer": REACHED - {"denied"},
    "meetings.organise": RUN | {"organiser"},
    "members.read": REACHED - {"denied"},
    "members.addresses": RUN,
    "members.manage": RUN,
    "group.manage": RUN,
    "subgroups.manage": RUN,
    "roles.manage": RUN,
    "duties.manage": RUN,
    "meetings.propose": REACHED - {"denied"},
    # What is no permission.
    "everybody": frozenset(KINDS),
    "people": PEOPLE,  # who have signed in
    "nobody": frozenset(),
    "known": frozenset(KINDS),  # who may know that the group is there
    "knowing": PEOPLE,
    "open": frozenset(KINDS),  # what is for strangers' programs
    "readers": PEOPLE,
    "members": MEMBERS,
    "joining": PEOPLE - {"denied"},
    "applying": PEOPLE - MEMBERS,
    "asking": frozenset(KINDS),
    "welcome": frozenset(KINDS) - {"denied", "removed"},  # who was taken out after the invitation was written stays out
    "voters": MEMBERS - {"denied"},
    "candidates": MEMBERS - {"denied", "quiet"},  # for who will own the group, nothing is denied to them
    "followers": MEMBERS,
}
# What is otherwise in a hidden group.
HIDDEN = {
    "meetings.read": REACHED - {"denied"},
    "topics.read": REACHED - {"denied"},
    "known": REACHED,
    "knowing": REACHED,
    "open": frozenset(),
    "readers": REACHED - {"denied"},
    "joining": frozenset(),
    "asking": frozenset(),
    "applying": REACHED - MEMBERS,
    "followers": MEMBERS - {"denied"},
}


class Row(NamedTuple):
    """One line of the table."""

    chapter: str
    methods: tuple[str, ...]
    route: str
    who: str
    knows: str
    sent: dict[str, str]


@cache
def rows(*methods: str) -> list[Row]:
    """The lines for addresses; or those for letters (MAIL), or commands (CLI)."""
    return [row for row in _all() if set(row.methods) <= set(methods or ("GET", "POST"))]


@cache
def _all() -> list[Row]:
    found, chapter = [], ""
    for line in TABLE.read_text().splitlines():
        if line.startswith("["):
            chapter = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append(_row(chapter, line))
    return found


def _row(chapter: str, line: str) -> Row:
    parts = [part.strip() for part in line.split(" | ")]
    head, who, knows, sent = [*parts, *["-", ""][len(parts) - 2 :]]
    methods, _space, route = head.partition(" ")
    fields = dict(part.split("=", 1) for part in re.split(r" (?=[@\w.-]+=)", sent) if part)
    return Row(chapter, tuple(methods.split("+")), route.strip().removeprefix("/"), who, knows, fields)


def meant(words: str, visibility: str) -> frozenset[str]:
    """The kinds of people that the words of a column mean."""
    names = PUBLIC | HIDDEN if visibility == "hidden" else PUBLIC
    every = (names.get(word, frozenset([word])) for word in words.split() if word != "-")
    found: frozenset[str] = frozenset().union(*every)
    assert found <= set(KINDS), f"tests/who_may.py does not say what is meant by “{words}”"
    return found
