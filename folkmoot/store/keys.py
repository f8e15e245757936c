"""Keys for rows that are written later in the same transaction, so that others can name them before."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import count as counting

from django.db import connection
from django.db.models import Max, Model


def set_aside(model: type[Model], count: int, wished: Sequence[int | None] = ()) -> Sequence[int]:
    """Return keys for new rows, inside the transaction that writes them.

    A row gets the key it is wished where that is higher than all that were ever given here: addresses keep leading
    there, and none means something else than it did. Whoever wishes says at the end that these keys are `given`.
    """
    if not any(wished):
        return array("q", _next(model, count))
    _hold(model)
    last = last_of(model)
    kept = [one if one is not None and one > last else None for one in wished]
    free = counting(1 + max([last, *(one for one in kept if one is not None)]))
    return array("q", (next(free) if one is None else one for one in kept))


def last_of(model: type[Model]) -> int:
    """Return the highest key that was ever given, be its row there or not."""
    there: int = model._default_manager.aggregate(most=Max("pk"))["most"] or 0
    return max(there, _last_given(model))


def given(model: type[Model], keys: Iterable[int]) -> None:
    """Let whoever comes later get higher keys than these, now that their rows are written: it is not taken back."""
    most = max(keys, default=0)
    if most and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            name = model._meta.db_table
            cursor.execute(f"SELECT setval({_SEQUENCE}, greatest(nextval({_SEQUENCE}), %s))", [name, name, most])


def _hold(model: type[Model]) -> None:
    """Let nobody else make rows of it until this transaction is over, for keys are taken out of turn."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(model._meta.db_table)} IN SHARE ROW EXCLUSIVE MODE")


def _next(model: type[Model], count: int) -> Iterable[int]:
    """The next keys; whoever comes later gets higher ones."""
    if connection.vendor != "postgresql":
        last = _last_given(model)
        return range(last + 1, last + count + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT nextval({_SEQUENCE}) FROM generate_series(1, %s)", [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def _last_given(model: type[Model]) -> int:
    ask = "SELECT seq FROM sqlite_sequence WHERE name = %s"
    if connection.vendor == "postgresql":
        ask = f"SELECT pg_sequence_last_value({_SEQUENCE}::regclass)"
    with connection.cursor() as cursor:
        cursor.execute(ask, [model._meta.db_table])
        (last,) = cursor.fetchone() or (0,)
    return last or 0


_SEQUENCE = "pg_get_serial_sequence(%s, 'id')"
