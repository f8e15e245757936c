"""Django's PostgreSQL backend, which reads the same moment but once.

Moments come as text; reading the same ones again and again was half of what a list of conversations cost.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql import base
from psycopg.types.datetime import TimestamptzLoader


@lru_cache(maxsize=20_000)
def _moment(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode())


class MomentLoader(TimestamptzLoader):
    """Read a moment of a connection in UTC, as PostgreSQL writes it: 2026-11-27 18:07:14.5+00."""

    timezone = UTC  # Django compares it with the connection's

    def load(self, data: Any) -> datetime:
        """Return it in UTC."""
        return _moment(bytes(data))


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that reads moments quickly, as all of ours are in UTC."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        if self.timezone == UTC:
            connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection
