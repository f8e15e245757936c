"""The meetings of a group that come with a package. Inside the transaction of who brings it."""

from collections.abc import Callable, Iterable

from folkmoot.accounts.models import Actor, Operator
from folkmoot.kit.errors import require
from folkmoot.meetings.packages import TABLES
from folkmoot.store import unpacking
from folkmoot.store.packages import Row, Table
from folkmoot.store.unpacking import Keys


def bring_meetings(rows_of: Callable[[Table], Iterable[Row]], keys: Keys, *, by: Actor) -> None:
    """Write all that a package says of its meetings. Nobody is invited anew: what was announced stays so."""
    require(isinstance(by, Operator) or by.is_administrator, "Only administrators of this place bring groups.")
    for table in TABLES:
        unpacking.write(table, rows_of(table), keys)
