"""Lines of JSON that come from elsewhere, made rows of our tables. Nothing in them is taken on trust.

The same tables say what is in a package when it is written, so what they list is read as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Field, Model

from folkmoot.kit.errors import Refused
from folkmoot.store.packages import Row, Table, other_of

AT_ONCE = 500
LONGEST_TEXT = 1_000_000  # characters of a field that has no limit of its own; letters may be long
YEARS = range(1900, 9999)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
Key = int | None


@dataclass(slots=True)
class Arrivals:
    """What is known of a package while it is read: how many rows there are, and which words they name others by."""

    counts: Mapping[type[Model], int]
    words: Mapping[type[Model], str]
    named: dict[type[Model], set[Any]] = field(default_factory=dict)
    kept: dict[tuple[type[Model], str], list[Any]] = field(default_factory=dict)

    def of(self, model: type[Model], place: int | None, name: str) -> Any:
        """Return a field of a row that came before."""
        return None if place is None else self.kept[model, name][place - 1]


@dataclass(slots=True)
class Keys:
    """Which keys rows get here: by their place in the package, and by the words that name others."""

    places: dict[type[Model], Sequence[int]] = field(default_factory=dict)
    words: dict[type[Model], Callable[[Any], Key]] = field(default_factory=dict)

    def of(self, model: type[Model], said: Any) -> Key:
        if said is None:
            return None
        return self.words[model](said) if model in self.words else self.places[model][said - 1]


def loads(data: bytes) -> Any:
    """Read JSON as strictly as it is meant: UTF-8, no double names, no numbers that are none."""
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("it is not JSON in UTF-8") from error


@contextmanager
def at(part: str, number: int) -> Iterator[None]:
    """Say where it stands what is refused inside."""
    try:
        yield
    except ValidationError as error:
        raise Refused(f"{part}.jsonl, line {number}: {' '.join(error.messages)}") from error
    except Refused as refusal:
        raise Refused(f"{part}.jsonl, line {number}: {refusal}") from refusal


def read(table: Table, data: Iterable[bytes], arrivals: Arrivals) -> Iterator[Row]:
    """Yield the rows of a part, each as its model's fields and its table want it; others stay named as they were."""
    readers = {one.name: _reader(one, table, arrivals) for one in table.fields}
    fields = {one.name: one for one in table.fields}
    kept = {name: arrivals.kept.setdefault((table.model, name), []) for name in table.keeps}
    for values in kept.values():
        values.clear()  # it may be read more than once
    for number, one in enumerate(data, 1):
        with at(table.name, number):
            row = _row(loads(one), fields, readers)
            for name, other in table.whose.items():
                row[name] = None if row[name] is None else (row[other], row[name])
                _name(arrivals, other_of(fields[name]), row[name])
            table.check(row, arrivals)
        for name, values in kept.items():
            values.append(row[name])
        yield row


def read_free(part: str, fields: Mapping[str, Field[Any, Any]], data: Iterable[bytes]) -> Iterator[Row]:
    """Yield rows of a part that is no table, each value read as these fields' are."""
    nothing = Arrivals({}, {})
    readers = {name: _plain_reader(one, nothing) for name, one in fields.items()}
    for number, one in enumerate(data, 1):
        with at(part, number):
            row = _row(loads(one), fields, readers)
        yield row


def write(table: Table, rows: Iterable[Row], keys: Keys, more: Callable[[Row], Row] = lambda row: {}) -> int:
    """Write rows under the keys that were set aside for them; `more` says what fields get that did not come along."""
    model, numbers = table.model, iter(keys.places[table.model])
    plain = [one for one in table.fields if not one.many_to_many]
    many = [one for one in table.fields if one.many_to_many]
    count, rest = 0, iter(rows)
    while some := list(islice(rest, AT_ONCE)):
        made = [model(pk=next(numbers), **{**_values(plain, row, keys), **more(row)}) for row in some]
        model._default_manager.bulk_create(made)
        for one in many:
            _tie(one, made, some, keys)
        count += len(made)
    return count


def _row(said: Any, fields: Mapping[str, Field[Any, Any]], readers: Mapping[str, Callable[[Any], Any]]) -> Row:
    if not isinstance(said, dict):
        raise Refused("it is not an object")
    if unknown := sorted(said.keys() - fields.keys()):
        raise Refused(f"there is no field “{unknown[0][:60]}” here; a newer version may know it")
    return {name: _said(name, one, said, readers) for name, one in fields.items()}


def _said(name: str, one: Field[Any, Any], said: Row, readers: Mapping[str, Callable[[Any], Any]]) -> Any:
    if name not in said and (one.has_default() or one.null or one.many_to_many):
        return [] if one.many_to_many else one.get_default()  # written by an older version
    try:
        return readers[name](said.get(name))
    except (Refused, ValidationError, ValueError, OverflowError) as error:
        words = " ".join(error.messages) if isinstance(error, ValidationError) else error
        raise Refused(f"{name}: {words}") from error


def _reader(one: Field[Any, Any], table: Table, arrivals: Arrivals) -> Callable[[Any], Any]:
    """How a field's value is read."""
    if one.many_to_many:
        return lambda said: [_place(each, other_of(one), arrivals) for each in _of(list, said)]
    plain = _named(one, table, arrivals) if isinstance(one, models.ForeignKey) else _plain_reader(one, arrivals)
    may_miss = one.null or one.name in table.veils[1:]
    return lambda said: _none(may_miss) if said is None else plain(said)


def _plain_reader(one: Field[Any, Any], arrivals: Arrivals) -> Callable[[Any], Any]:
    if isinstance(one, models.BooleanField):
        return lambda said: _none(one.null) if said is None else _of(bool, said)
    if isinstance(one, models.DateTimeField):
        return lambda said: _none(one.null) if said is None else _moment(said)
    if isinstance(one, models.DateField):
        return lambda said: _none(one.null) if said is None else _day(said)
    if isinstance(one, models.IntegerField):
        return lambda said: _valid(one, _of(int, said))
    if isinstance(one, models.FloatField):
        return lambda said: _valid(one, _finite(said))
    if isinstance(one, models.CharField | models.TextField):
        return _text_of(one)
    if isinstance(one, models.JSONField):
        return lambda said: said  # its table checks it
    raise TypeError(f"{one} can't be read from a package")


def _none(may_miss: bool) -> None:
    if not may_miss:
        raise Refused("it is missing")


def _of(kind: type, said: Any) -> Any:
    if type(said) is not kind:
        raise Refused(f"{str(said)[:60]!r} is not what belongs here")
    return said


def _finite(said: Any) -> float:
    number = float(said) if type(said) in {int, float} else float("nan")
    if not isfinite(number):
        raise Refused(f"{str(said)[:60]!r} is not what belongs here")
    return number


def _named(one: models.ForeignKey[Any, Any], table: Table, arrivals: Arrivals) -> Callable[[Any], Any]:
    other = other_of(one)
    if other not in arrivals.words:
        return lambda said: _place(said, other, arrivals)
    text = _text_of(other._meta.get_field(arrivals.words[other]))  # type: ignore[arg-type]
    is_owned = one.name in table.whose
    return lambda said: text(said) if is_owned else _name(arrivals, other, text(said))


def _name(arrivals: Arrivals, model: type[Model], word: Any) -> Any:
    if word is not None:
        arrivals.named.setdefault(model, set()).add(word)
    return word


def _place(said: Any, model: type[Model], arrivals: Arrivals) -> int:
    most = arrivals.counts.get(model, 0)
    if not 1 <= _of(int, said) <= most:
        raise Refused(f"there is no row {said} of those it names")
    return int(said)


def _text_of(one: Field[Any, Any]) -> Callable[[Any], str]:
    longest = one.max_length or LONGEST_TEXT
    choices = {str(value) for value, _label in one.flatchoices}
    checks = [check for check in one.validators if not isinstance(check, MaxLengthValidator)]

    def text(said: Any) -> str:
        words: str = _of(str, said)
        if len(words) > longest:
            raise Refused(f"{len(words)} characters are more than {longest}")
        if _CONTROL.search(words) if one.max_length else "\x00" in words:
            raise Refused("there are control characters in it")
        words.encode()  # half of a pair of surrogates is no character
        if choices and words and words not in choices:
            raise Refused(f"{words[:60]!r} is none of {', '.join(sorted(choices))}")
        for check in checks if words else ():
            check(words)
        return words

    return text


def _moment(said: Any) -> datetime:
    found = datetime.fromisoformat(_of(str, said))
    if found.tzinfo is None or found.year not in YEARS:
        raise Refused("it is no moment with a zone that can be")
    return found


def _day(said: Any) -> date:
    found = date.fromisoformat(_of(str, said))
    if found.year not in YEARS:
        raise Refused("it is no day that can be")
    return found


def _valid(one: Field[Any, Any], value: float) -> float:
    one.run_validators(value)
    if one.flatchoices and value not in dict(one.flatchoices):
        raise Refused(f"{value} is not what belongs here")
    return value


def _values(fields: Sequence[Field[Any, Any]], row: Row, keys: Keys) -> Row:
    return {
        one.attname: keys.of(other_of(one), row[one.name]) if isinstance(one, models.ForeignKey) else row[one.name]
        for one in fields
    }


def _tie(one: Any, made: Sequence[Model], rows: Sequence[Row], keys: Keys) -> None:
    through, near, far = one.remote_field.through, one.m2m_field_name(), one.m2m_reverse_field_name()
    ties = [
        through(**{f"{near}_id": model.pk, f"{far}_id": keys.of(other_of(one), place)})
        for model, row in zip(made, rows, strict=True)
        for place in dict.fromkeys(row[one.name])
    ]
    through._default_manager.bulk_create(ties)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
