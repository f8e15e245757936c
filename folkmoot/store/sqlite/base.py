"""Django's SQLite backend, with a queue before the one writer.

SQLite lets one connection write at a time, and lets the others poll for their turn; under a busy worker a web post
can poll in vain for seconds. Here writers queue at a lock file first, where the kernel serves them in order.
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base

SETTINGS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA mmap_size=268435456",
    "PRAGMA cache_size=-16000",
)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds the writers' lock from BEGIN IMMEDIATE to the end of its transaction."""

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
