"""Wake the other processes when something was committed for them."""

import time

import psycopg
from django.db import connection, connections, transaction

CHANNEL = "folkmoot"
LOOK_EVERY = 0.005  # seconds; on SQLite, where nothing can call us


def announce() -> None:
    """Tell the other processes, when this transaction has committed, that there is work. SQLite needs no telling.

    Afterwards, since PostgreSQL lets those who notify commit one after the other, each with its own wait for the disk.
    Who dies in between is not missed for long: whoever waits looks by itself from time to time.
    """
    if connection.vendor == "postgresql" and not _is_announced():
        transaction.on_commit(_notify, robust=True)


def _is_announced() -> bool:
    return any(_notify in waiting for waiting in connection.run_on_commit)


def _notify() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")


class Waker:
    """Waits for the next commit of any process; with a connection of its own, for one thread."""

    def __init__(self) -> None:
        self._waiter = _Notices() if connection.vendor == "postgresql" else _Versions()

    def wait(self, seconds: float) -> bool:
        """Return True as soon as something was committed since the last call, False when the time is up."""
        return self._waiter.wait(seconds)

    def close(self) -> None:
        self._waiter.close()


class _Notices:
    def __init__(self) -> None:
        # Autocommit, because notices only come to a session that is in no transaction.
        self._connection = psycopg.connect(**connection.get_connection_params() | {"autocommit": True})
        self._connection.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> bool:
        heard = False
        for _notice in self._connection.notifies(timeout=seconds, stop_after=1):
            heard = True
        return heard

    def close(self) -> None:
        self._connection.close()


class _Versions:
    """SQLite counts other connections' commits in `PRAGMA data_version`; one look costs about 10 µs."""

    def __init__(self) -> None:
        self._connection = connections.create_connection("default")
        self._seen = self._version()

    def wait(self, seconds: float) -> bool:
        end = time.monotonic() + seconds
        while (version := self._version()) == self._seen:
            if time.monotonic() >= end:
                return False
            time.sleep(LOOK_EVERY)
        self._seen = version
        return True

    def close(self) -> None:
        self._connection.close()

    def _version(self) -> int:
        with self._connection.cursor() as cursor:
            return cursor.execute("PRAGMA data_version").fetchone()[0]
