"""Rows as lines of JSON that mean the same elsewhere: nothing in them is an id of this database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field, ForeignKey, Model, QuerySet

A_PAGE = 500


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a package: whose rows, in which order, and which fields stay here.

    `veils` names a field that says, when it is true, that the others' persons are told to nobody.
    """

    name: str
    rows: Callable[[Sequence[int]], QuerySet[Any]]  # of the groups with these ids
    leaves_out: frozenset[str] = frozenset()
    veils: tuple[str, ...] = ()


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
    """Give each row its place before any is written: rows name others that come later."""
    for table in tables:
        rows = table.rows(groups)
        keys = rows.values_list("pk", flat=True).iterator(chunk_size=A_PAGE)
        numbers.places[rows.model] = {key: place for place, key in enumerate(keys, 1)}


def lines(table: Table, groups: Sequence[int], numbers: Numbers) -> Iterator[bytes]:
    """Yield a line for each row."""
    rows = table.rows(groups)
    fields = [one for one in rows.model._meta.concrete_fields if _goes_along(one, table)]
    asked = {one.name: _asked(one, numbers) for one in fields}
    veil = table.veils[:1]
    for row in rows.values(*asked.values(), *veil).iterator(chunk_size=A_PAGE):
        said = {one.name: _said(one, row[asked[one.name]], numbers, _is_veiled(one, row, table)) for one in fields}
        yield line(said)


def line(facts: Mapping[str, Any]) -> bytes:
    """Write facts always the same way."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, default=_plain).encode() + b"\n"


def content_hash(parts: Mapping[str, str]) -> str:
    """One hash for the hashes of all parts."""
    return hashlib.sha256(b"".join(f"{name} {parts[name]}\n".encode() for name in sorted(parts))).hexdigest()


def _goes_along(one: Field[Any, Any], table: Table) -> bool:
    return not (one.primary_key or one.name in table.leaves_out)


def _asked(one: Field[Any, Any], numbers: Numbers) -> str:
    """What the query asks for: where the other row is named by a word, that word."""
    word = numbers.words.get(_other(one)) if isinstance(one, ForeignKey) else None
    return f"{one.name}__{word}" if word else one.attname


def _said(one: Field[Any, Any], value: Any, numbers: Numbers, is_veiled: bool) -> Any:
    if is_veiled:
        return None
    return numbers.of(_other(one), value) if isinstance(one, ForeignKey) else value


def _is_veiled(one: Field[Any, Any], row: Mapping[str, Any], table: Table) -> bool:
    return one.name in table.veils[1:] and bool(row[table.veils[0]])


def _other(one: Field[Any, Any]) -> type[Model]:
    other = one.related_model
    assert isinstance(other, type), "apps are loaded"
    return other


def _plain(value: Any) -> str:
    """Times in full: the encoders at hand cut them to thousandths."""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
