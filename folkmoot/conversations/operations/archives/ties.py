"""Which letters belong together: those that name a common Message-ID, also one that is missing. Knows no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A topic that is here. A live one holds posts that did not come from an archive; two of those never become one."""

    number: int
    started_at: datetime
    is_live: bool

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        """Which of two stays: the live one, else the older."""
        return not self.is_live, self.started_at, self.number


@dataclass(slots=True)
class Ties:
    """Message-IDs and their topics, while letters come in. Topics that are not here yet have negative numbers."""

    places: dict[str, int]  # ids, and the topics they belong to
    known: Mapping[int, Known]
    newest: int = 0  # of the topics that are not here yet; below zero
    _became: dict[int, int] = field(default_factory=dict)

    def add(self, message_id: str, parents: Iterable[str]) -> None:
        """Tie what a letter names: its own id, and those it answers, nearest first."""
        names = (message_id, *parents)
        home = 0
        for name in names:
            if name in self.places:
                there = self.topic_of(name)
                home = self._tie(home, there) if home else there
        if not home:
            self.newest -= 1
            home = self.newest
        for name in names:
            self.places.setdefault(name, home)

    def topic_of(self, name: str) -> int:
        return self.now(self.places[name])

    def now(self, topic: int) -> int:
        """What a topic is part of by now."""
        while topic in self._became:
            topic = self._became[topic]
        return topic

    def merged(self) -> dict[int, int]:
        """Topics that were here and have become part of another."""
        return {old: self.now(old) for old in self._became if old > 0}

    def _tie(self, one: int, other: int) -> int:
        first, second = self.known.get(one), self.known.get(other)
        if one == other or (first and second and first.is_live and second.is_live):
            return one
        if first and second:
            stays = one if first.rank < second.rank else other
        else:
            stays = one if first or not second else other
        self._became[other if stays == one else one] = stays
        return stays
