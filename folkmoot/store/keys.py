"""Keys for rows that are written later in the same transaction, so that others can name them before."""

from array import array
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Max, Model


def set_aside(model: type[Model], count: int, wished: Sequence[int | None] = ()) -> Sequence[int]:
    """Return keys for new rows, inside the transaction that writes them.

    A row gets the key it is wished where that is higher than all that are here, so that addresses keep leading there.
    """
    if any(wished):
        _hold(model)
    highest = model._default_manager.aggregate(most=Max("pk"))["most"] or 0
    kept = [one if one is not None and one > highest else None for one in wished] or [None] * count
    most = max([0, *(one for one in kept if one is not None)])
    free = iter(_next(model, sum(one is None for one in kept), most))
    return array("q", (next(free) if one is None else one for one in kept))


def _hold(model: type[Model]) -> None:
    """Let nobody else make rows of it until this transaction is over, for keys are taken out of turn."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {connection.ops.quote_name(model._meta.db_table)} IN SHARE ROW EXCLUSIVE MODE")


def _next(model: type[Model], count: int, most: int) -> Iterable[int]:
    """The next keys, all of them higher than `most`; whoever comes later gets higher ones."""
    name = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [name])
            given = max(most, *(cursor.fetchone() or (0,)))
            return range(given + 1, given + count + 1)
        if most:
            cursor.execute(f"SELECT setval({_SEQUENCE}, greatest(nextval({_SEQUENCE}), %s))", [name, name, most])
        cursor.execute(f"SELECT nextval({_SEQUENCE}) FROM generate_series(1, %s)", [name, count])
        return [row[0] for row in cursor.fetchall()]


_SEQUENCE = "pg_get_serial_sequence(%s, 'id')"
