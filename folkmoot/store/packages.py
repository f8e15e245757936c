"""Rows as lines of JSON that mean the same elsewhere: nothing in them is an id of this database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Field, ForeignKey, ManyToManyField, Model, QuerySet

from folkmoot.kit.errors import Refused

if TYPE_CHECKING:
    from folkmoot.store.unpacking import Arrivals

A_PAGE = 500
CHANGED = "The group changed meanwhile. Please do it again."
Row = dict[str, Any]


def unchecked(row: Row, arrivals: Arrivals) -> None:
    """Nothing has to be so but what the fields say themselves."""


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a package: whose rows, in which order, and which fields stay here. It is written and read by this.

    `veils` names a field that says, when it is true, that the others' persons are told to nobody.
    `whose` names for a field the one that says whose it is: an address is known of a person.
    """

    name: str
    rows: Callable[[Sequence[int]], QuerySet[Any]]  # of the groups with these ids
    leaves_out: frozenset[str] = frozenset()
    veils: tuple[str, ...] = ()
    whose: Mapping[str, str] = field(default_factory=dict)
    keeps: tuple[str, ...] = ()  # fields that `check` of later rows asks for
    check: Callable[[Row, Arrivals], None] = unchecked  # raises Refused where a row that comes in can't be so

    @property
    def model(self) -> type[Model]:
        return self.rows([]).model

    @property
    def fields(self) -> list[Field[Any, Any]]:
        """Those that go along, in the order of the model."""
        meta = self.model._meta
        wanted = [*meta.concrete_fields, *meta.many_to_many]
        return [one for one in wanted if not (one.primary_key or one.name in self.leaves_out)]


@dataclass(slots=True)
class Numbers:
    """What stands for each row: its place in its file, from 1. And by which word other rows are named."""

    words: Mapping[type[Model], str]  # model: the field that names a row, like a person's handle
    places: dict[type[Model], dict[int, int]] = field(default_factory=dict)
    named: dict[type[Model], set[str]] = field(default_factory=dict)

    def of(self, model: type[Model], value: Any) -> Any:
        if value is None:
            return None
        if model in self.words:
            self.named.setdefault(model, set()).add(value)
            return value
        return self.places.get(model, {}).get(value)  # nothing where it lies outside the package


def number_all(tables: Sequence[Table], groups: Sequence[int], numbers: Numbers) -> None:
    """Give each row its place before any is written: rows name others that come later.

    A row that is nothing without one that lies outside has none.
    """
    for table in tables:
        needed = [one for one in table.fields if isinstance(one, ForeignKey) and not one.null]
        inside = [(one.attname, numbers.places[other_of(one)]) for one in needed if other_of(one) in numbers.places]
        rows = table.rows(groups).values("pk", *(name for name, _places in inside)).iterator(chunk_size=A_PAGE)
        keys = (row["pk"] for row in rows if all(row[name] in places for name, places in inside))
        numbers.places[table.model] = {key: place for place, key in enumerate(keys, 1)}


def lines(table: Table, groups: Sequence[int], numbers: Numbers) -> Iterator[bytes]:
    """Yield a line for each row."""
    rows, veil, places = table.rows(groups), table.veils[:1], numbers.places[table.model]
    fields = [one for one in table.fields if not isinstance(one, ManyToManyField)]
    many = {one.name: _pairs(one, rows, numbers) for one in table.fields if isinstance(one, ManyToManyField)}
    asked = {one.name: _asked(one, numbers) for one in fields}
    for row in rows.values("pk", *asked.values(), *veil).iterator(chunk_size=A_PAGE):
        if row["pk"] in places:
            said = {one.name: _said(one, row[asked[one.name]], numbers, _is_veiled(one, row, table)) for one in fields}
            yield line(said | {name: sorted(pairs.get(row["pk"], ())) for name, pairs in many.items()})


def line(facts: Mapping[str, Any]) -> bytes:
    """Write facts always the same way."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, default=_plain).encode() + b"\n"


def content_hash(parts: Mapping[str, str]) -> str:
    """One hash for the hashes of all parts."""
    return hashlib.sha256(b"".join(f"{name} {parts[name]}\n".encode() for name in sorted(parts))).hexdigest()


def _pairs(one: ManyToManyField[Any, Any], rows: QuerySet[Any], numbers: Numbers) -> dict[int, list[int]]:
    """The places of what each row is tied to, as far as that is in the package."""
    found: dict[int, list[int]] = {}
    for key, other in rows.order_by("pk", one.name).values_list("pk", one.name):
        place = numbers.of(other_of(one), other)
        if place is not None:
            found.setdefault(key, []).append(place)
    return found


def _asked(one: Field[Any, Any], numbers: Numbers) -> str:
    """What the query asks for: where the other row is named by a word, that word."""
    word = numbers.words.get(other_of(one)) if isinstance(one, ForeignKey) else None
    return f"{one.name}__{word}" if word else one.attname


def _said(one: Field[Any, Any], value: Any, numbers: Numbers, is_veiled: bool) -> Any:
    if is_veiled:
        return None
    if not isinstance(one, ForeignKey):
        return value
    said = numbers.of(other_of(one), value)
    if said is None and not one.null:
        raise Refused(CHANGED)  # since it was numbered it has moved to a row that is new
    return said


def _is_veiled(one: Field[Any, Any], row: Mapping[str, Any], table: Table) -> bool:
    return one.name in table.veils[1:] and bool(row[table.veils[0]])


def other_of(one: Field[Any, Any]) -> type[Model]:
    """Return the model of the rows that a field names."""
    other = one.related_model
    assert isinstance(other, type), "apps are loaded"
    return other


def _plain(value: Any) -> str:
    """Times in full: the encoders at hand cut them to thousandths."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
