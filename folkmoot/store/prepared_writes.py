"""Writes whose SQL is written once, for the few that each post makes. The pair of prepared.py; see decision 0013."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import local
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import mark_for_rollback_on_error

Row = TypeVar("Row", bound=Model)
Value = int | str | datetime

# What stands for the values while the SQL is written; no write of ours holds them otherwise.
_STAND_INS: dict[type, Callable[[int], Value]] = {
    int: lambda number: 1_726_100_001 + number,
    str: lambda number: f"value {number} of a prepared write",
    datetime: lambda number: datetime(1726, 1, 1 + number, tzinfo=UTC),
}


class PreparedInsert(Generic[Row]):
    """New rows of a model, each made as `objects.create` makes it, but for the signals.

    With `unique` and `updates`, a row that is there already by the unique fields takes over the updated ones.
    """

    def __init__(self, model: type[Row], *, unique: Sequence[str] = (), updates: Sequence[str] = ()) -> None:
        self._model = model
        self._unique = [model._meta.get_field(one) for one in unique]
        self._updates = [model._meta.get_field(one) for one in updates]
        self._ready = local()  # what is written belongs to one thread's connection

    def create(self, **values: Any) -> Row:
        """Write a row and return it with its key."""
        row, connection = self._model(**values), connections[DEFAULT_DB_ALIAS]
        params = [one.get_db_prep_save(one.pre_save(row, add=True), connection) for one in self._fields]
        with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
            cursor.execute(self._sql(row), params)
            row.pk = cursor.fetchone()[0]
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return row

    @property
    def _fields(self) -> Sequence[Any]:
        return [one for one in self._model._meta.local_concrete_fields if not one.primary_key]

    def _sql(self, row: Row) -> str:
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self._ready, "connection", None) is not connection:
            conflict = OnConflict.UPDATE if self._updates else None
            query = InsertQuery(
                self._model, on_conflict=conflict, update_fields=self._updates, unique_fields=self._unique
            )
            query.insert_values(self._fields, [row])
            compiler = query.get_compiler(DEFAULT_DB_ALIAS)
            compiler.returning_fields = [self._model._meta.pk]
            [(self._ready.sql, _params)] = compiler.as_sql()
            self._ready.connection = connection
        sql: str = self._ready.sql
        return sql


class PreparedUpdate:
    """A change of rows that differs from call to call only by values of the given kinds, in their order.

    `make` gets the values and returns the queryset and what becomes of its rows.
    """

    def __init__(self, make: Callable[..., tuple[QuerySet[Any, Any], dict[str, Any]]], *kinds: type) -> None:
        self._make = make
        self._kinds = kinds
        self._ready = local()

    def run(self, *values: Value) -> int:
        """Change the rows; returns how many."""
        connection = connections[DEFAULT_DB_ALIAS]
        if getattr(self._ready, "connection", None) is not connection:
            self._write(connection)
        written = [_as_written(one, connection) for one in values]
        params = [written[at] if at is not None else fixed for at, fixed in self._ready.params]
        with mark_for_rollback_on_error(DEFAULT_DB_ALIAS), connection.cursor() as cursor:
            cursor.execute(self._ready.sql, params)
            changed: int = cursor.rowcount
        return changed

    def _write(self, connection: Any) -> None:
        stand_ins = [_STAND_INS[kind](number) for number, kind in enumerate(self._kinds)]
        rows, changes = self._make(*stand_ins)
        query: Any = rows.query.chain(UpdateQuery)  # the stubs say it stays what it was
        query.add_update_values(changes)
        self._ready.sql, params = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
        known = [_as_written(one, connection) for one in stand_ins]
        self._ready.params = [(known.index(one), None) if one in known else (None, one) for one in params]
        self._ready.connection = connection


def _as_written(value: Value, connection: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
