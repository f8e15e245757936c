"""What the database is asked, seen from a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def parameters() -> Iterator[list[int]]:
    """Yield how many parameters each query has, but for rows that are written: those Django cuts to size."""
    counts: list[int] = []

    def count(execute, sql, params, many, context):
        if not many and not sql.startswith("INSERT"):
            counts.append(len(params or ()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield counts
