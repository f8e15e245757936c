"""What is stored about a person, as each app tells it. The table of all parts stands in config/personal.py."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from folkmoot.accounts.models import Person


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of thing that is stored about a person: its name in the export, words, why it is kept, its rows."""

    name: str
    words: Any
    why: Any
    rows: QuerySet[Any, Any]  # of dictionaries, as values() gives them

    @property
    def count(self) -> int:
        return self.rows.count()


def nothing(person: Person) -> Iterator[tuple[str, bytes | Path]]:
    """No files beside the rows."""
    yield from ()


def unhindered(person: Person) -> None:
    """Nothing speaks against leaving."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one app keeps about persons."""

    words: Any
    facts: Callable[[Person], Iterable[Fact]]
    erase: Callable[[Person, bool], None]  # the person's rows; their words, too, unless those are to be kept
    files: Callable[[Person], Iterable[tuple[str, bytes | Path]]] = nothing  # for the export: name and content
    hinder: Callable[[Person], None] = unhindered  # raises Refused where the person must not leave yet
    hold: Callable[[Person], None] = unhindered  # locks what `hinder` looks at, in the transaction of leaving

    def let_go(self, person: Person) -> None:
        """Refuse where the person must not leave yet, also while another is just leaving. Inside a transaction."""
        self.hold(person)
        self.hinder(person)
