"""Work that only one process does at a time, wherever it runs."""

import fcntl
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def lane(name: str) -> Iterator[bool]:
    """Hold the lane of that name; yields False when another process holds it. A process that dies lets go of it."""
    if connection.vendor == "postgresql":
        with _postgres_lane(zlib.crc32(name.encode())) as held:
            yield held
    else:
        with _file_lane(f"{connection.settings_dict['NAME']}-{name}") as held:
            yield held


@contextmanager
def _postgres_lane(key: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


@contextmanager
def _file_lane(path: str) -> Iterator[bool]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _lock(file)
    finally:
        os.close(file)


def _lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
