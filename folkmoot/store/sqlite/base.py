"""Django's SQLite backend, with a queue before the one writer.

SQLite lets one connection write at a time, and lets the others poll for their turn; under a busy worker a web post
can poll in vain for seconds. Here writers queue at a lock file first, where the kernel serves them in order.
Moments come as text; reading the same ones again and again was a third of what a list of conversations cost.
"""

import fcntl
import os
import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.db.models import DateTimeField
from django.db.models.expressions import Col
from django.utils.dateparse import parse_datetime

SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
    "PRAGMA cache_size=-16000",
)


@lru_cache(maxsize=20_000)
def _moment(text: bytes) -> datetime | None:
    """Read a moment as Django writes it: in UTC, without saying so."""
    at = parse_datetime(text.decode())
    return at and at.replace(tzinfo=UTC)


sqlite3.register_converter("datetime", _moment)


class DatabaseOperations(operations.DatabaseOperations):
    """Take the moments of a column as they were read; only what is no column comes as text."""

    def get_db_converters(self, expression: Any) -> list[Any]:
        if isinstance(expression, Col) and isinstance(expression.output_field, DateTimeField):
            return []
        return list(super().get_db_converters(expression))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the writers' lock from BEGIN IMMEDIATE to the end of its transaction."""

    ops_class = DatabaseOperations
    synchronous = "FULL"  # what a door calls kept is on the disk; see durability.py for who may do with less
    _gate: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        for setting in SETTINGS:
            connection.execute(setting)
        connection.execute(f"PRAGMA synchronous={self.synchronous}")
        return connection

    def _start_transaction_under_autocommit(self) -> None:
        self._enter_gate()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._leave_gate()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._leave_gate()

    def _enter_gate(self) -> None:
        name = str(self.settings_dict["NAME"])
        if self._gate is not None or ":memory:" in name or "mode=memory" in name:
            return
        # A description of its own: flock belongs to the open file, and threads must queue like processes do.
        self._gate = os.open(f"{name}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._gate, fcntl.LOCK_EX)

    def _leave_gate(self) -> None:
        if self._gate is not None:
            os.close(self._gate)
            self._gate = None
