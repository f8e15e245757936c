"""Queries whose SQL is written once.

Django writes the SQL of a queryset anew at each call, which takes several times as long as SQLite takes to answer.
That is nothing to most pages; to those that are read all day long it was half of what they cost.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from threading import local
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.utils.timezone import now

Row = TypeVar("Row")
Key = int | str

# What stands for the keys while the SQL is written; no query of ours holds them otherwise.
_NUMBERS: Sequence[Key] = range(1_726_100_001, 1_726_101_001)
_WORDS: Sequence[Key] = [f"key {number} of a prepared query" for number in range(8)]
_MOMENT = datetime(1726, 7, 1, 17, 26, 1, 1726, tzinfo=UTC)
_LONG_AGO = re.compile(r"1[67]\d\d-\d\d-\d\d")
_is_writing = ContextVar("is_writing", default=False)


def moment() -> datetime:
    """Now, to compare with in a queryset; where that is prepared, the time when it is asked. It bears no sums."""
    return _MOMENT if _is_writing.get() else now()


class Prepared(Generic[Row]):
    """A queryset that differs from call to call only by its keys.

    `make` gets the keys and returns the queryset; it may compare fields with them and nothing more. They are numbers,
    or all of them texts if `words` is set. `select_related` and `values_list` work as ever, prefetches do not.
    With `most`, `make` always gets so many numbers, for `__in`; those that are not asked for are 0, which no row has.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Row]], *, words: bool = False, most: int = 0) -> None:
        self._make = make
        self._most = most
        self._stand_ins = _WORDS if words else _NUMBERS
        self._ready = local()  # what is written belongs to one thread's connection

    def rows(self, *keys: Key) -> list[Row]:
        """Ask the database."""
        keys = (*keys, *[0] * (self._most - len(keys)))
        written: _Written | None = getattr(self._ready, "written", None)
        if written is None or written.connection is not connections[DEFAULT_DB_ALIAS]:
            written = self._ready.written = self._write(self._stand_ins[: len(keys)])
        return list(written.ask(keys))

    def first(self, *keys: Key) -> Row | None:
        """Ask for the one row that there is, or None."""
        return next(iter(self.rows(*keys)), None)

    def _write(self, stand_ins: Sequence[Key]) -> "_Written":
        before = _is_writing.set(True)
        try:
            return _Written(self._make(*stand_ins), stand_ins)
        finally:
            _is_writing.reset(before)


class _Written:
    """The SQL of a queryset, and how to make of its rows what the queryset would make."""

    def __init__(self, queryset: QuerySet[Any, Any], stand_ins: Sequence[Key]) -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.connection = compiler.connection
        self._sql, params = compiler.as_sql()
        asked_at = self.connection.ops.adapt_datetimefield_value(_MOMENT)
        self._params = list(params)
        self._keys = [(at, stand_ins.index(one)) for at, one in enumerate(params) if one in stand_ins]
        self._moments = [at for at, one in enumerate(params) if one == asked_at]
        if any(one != asked_at and _LONG_AGO.match(str(one)) for one in params):
            raise ValueError("a prepared query compares with the moment itself, not with a sum")
        self._compiler = compiler
        self._converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        self._is_plain = not issubclass(queryset._iterable_class, ModelIterable)
        if compiler.klass_info is not None:
            self._model = compiler.klass_info["model"]
            fields = compiler.klass_info["select_fields"]
            self._own = slice(fields[0], fields[-1] + 1)
            self._names = [column.target.attname for column, *_ in compiler.select[self._own]]
            self._related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # the stubs are those of a later Django
            self._annotated = compiler.annotation_col_map or {}

    def ask(self, keys: Sequence[Key]) -> Iterable[Any]:
        params = self._params.copy()
        for at, key in self._keys:
            params[at] = keys[key]
        for at in self._moments:
            params[at] = self.connection.ops.adapt_datetimefield_value(now())
        with self.connection.cursor() as cursor:
            cursor.execute(self._sql, params)
            rows = cursor.fetchall()
        converted = self._compiler.apply_converters(rows, self._converters) if self._converters else rows
        return map(tuple, converted) if self._is_plain else map(self._as_model, converted)

    def _as_model(self, row: Sequence[Any]) -> Any:
        one = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, one)
        for name, column in self._annotated.items():
            setattr(one, name, row[column])
        return one
