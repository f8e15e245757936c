"""What waits for those who run a group. Each app lists its kinds, the settings name the lists."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Value
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.timezone import localdate

from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Group
from folkmoot.store.prepared import Prepared

A_KIND = 20  # of one kind on the page; the others stand behind them


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done with one of them at once: an operation and the words on its button."""

    key: str
    words: str | Promise
    do: Callable[[Any, Person, str], object]  # the row, who does it, by which door
    asks: str | Promise = ""  # what may be said with it
    say: Callable[[Any, Person, str, str], object] | None = None  # the same, with what was said


@dataclass(frozen=True, slots=True)
class Told:
    """How one of them is told: a line, more words below it, since when, and the page that has all about it."""

    title: str
    words: str = ""
    at: datetime | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that waits, and the permission of those it waits for."""

    key: str
    words: str | Promise
    permission: str
    rows: Callable[[int], QuerySet[Any]]  # by the group's id
    tell: Callable[[Any], Told]
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits."""

    kind: Kind
    row: Any
    told: Told


@cache
def kinds() -> Sequence[Kind]:
    """Return all kinds, in the order of the settings."""
    return [kind for path in settings.WAITING for kind in import_string(path)]


def of(permissions: Iterable[str]) -> list[Kind]:
    """Return the kinds that wait for somebody with these permissions."""
    held = frozenset(permissions)
    return [kind for kind in kinds() if kind.permission in held]


def counts(group: Group, permissions: Iterable[str]) -> dict[str, int]:
    """Count what waits, by kind, with one query."""
    asked = of(permissions)
    found = Counter(key for key, _pk in _keys(asked, group.pk)) if asked else {}
    return dict(found)


def number(group: Group, permissions: Iterable[str]) -> int:
    """Count all that waits: for the mark that stands on each page."""
    asked = tuple(kind.key for kind in of(permissions))
    return len(_prepared_keys(asked, localdate()).rows(group.pk)) if asked else 0


def waiting(group: Group, person: Person) -> list[tuple[Kind, list[Waiting]]]:
    """Return what waits for the person, by kind; the longest waiting first."""
    mine = of(permissions_in(group, person))
    there = counts(group, permissions_in(group, person))
    return [(kind, _told(kind, group)) for kind in mine if there.get(kind.key)]


def find(group: Group, person: Person, key: str, row_id: int) -> Waiting | None:
    """Return one thing, if it still waits, and for this person."""
    kind = next((one for one in of(permissions_in(group, person)) if one.key == key), None)
    row = kind.rows(group.pk).filter(pk=row_id).first() if kind else None
    return Waiting(kind, row, kind.tell(row)) if kind and row is not None else None


def _keys(asked: Iterable[Kind], group_id: int) -> QuerySet[Any, tuple[str, int]]:
    """Kind and key of each, with one query."""
    first, *others = [
        one.rows(group_id).order_by().annotate(todo_kind=Value(one.key)).values_list("todo_kind", "pk") for one in asked
    ]
    return first.union(*others, all=True) if others else first


@lru_cache(maxsize=100)
def _prepared_keys(asked: tuple[str, ...], _day: date) -> Prepared[tuple[str, int]]:
    """What waits depends on the reader's day, which stands in the SQL."""
    some = [kind for kind in kinds() if kind.key in asked]
    return Prepared(lambda group_id: _keys(some, group_id))


def _told(kind: Kind, group: Group) -> list[Waiting]:
    return [Waiting(kind, row, kind.tell(row)) for row in kind.rows(group.pk)[:A_KIND]]
