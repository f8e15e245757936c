"""Tells whether anything was committed since one last looked, by whichever process and with or without an event."""

import itertools
from collections.abc import Hashable

from django.db import connection, connections

_count = itertools.count()


class Version:
    """What the database holds now, as a value that is another after each commit; for one thread.

    A notice of PostgreSQL would only tell of commits that announce themselves. Its snapshot names every transaction
    that is not visible yet: two equal ones see the same. SQLite counts other connections' commits.
    """

    def __init__(self) -> None:
        self._connection = connections.create_connection("default")
        self._sql = "SELECT pg_current_snapshot()::text" if connection.vendor == "postgresql" else "PRAGMA data_version"
        self._number = next(_count)  # SQLite's count means something to one connection only

    def now(self) -> Hashable:
        with self._connection.cursor() as cursor:
            return self._number, cursor.execute(self._sql).fetchone()[0]

    def close(self) -> None:
        self._connection.close()
