"""Whether the database is well."""

import time

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

LOOKS_FOR = 10.0  # seconds; a large database is not looked through to its end


def version() -> str:
    """Name the database and its version."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version" if _is_postgres() else "SELECT sqlite_version()")
        return f"{'PostgreSQL' if _is_postgres() else 'SQLite'} {cursor.fetchone()[0].split()[0]}"


def missing_migrations() -> list[str]:
    """The migrations that this version of the code has and the database has not."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def trouble_writing() -> str:
    """Try to write, and take it back. Returns what the database says against it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE django_migrations SET name = name WHERE id = (SELECT min(id) FROM django_migrations)"
            )
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return ""


def trouble_inside() -> tuple[str, bool]:
    """Look through the database for damage. Returns what was found, and whether the look came to its end in time."""
    return _trouble_on_postgres() if _is_postgres() else _trouble_on_sqlite()


def _trouble_on_postgres() -> tuple[str, bool]:
    """PostgreSQL counts by itself the pages whose checksum was wrong, where it keeps checksums."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT checksum_failures FROM pg_stat_database WHERE datname = current_database()")
        failures = cursor.fetchone()[0]
    return (f"{failures} damaged pages were read" if failures else ""), True


def _trouble_on_sqlite() -> tuple[str, bool]:
    connection.ensure_connection()
    raw, end = connection.connection, time.monotonic() + LOOKS_FOR
    assert raw is not None
    raw.set_progress_handler(lambda: time.monotonic() > end, 10_000)
    try:
        found = raw.execute("PRAGMA quick_check(1)").fetchone()[0]
    except raw.OperationalError as error:
        if "interrupted" in str(error):
            return "", False
        return str(error), True
    except raw.DatabaseError as error:
        return str(error), True
    finally:
        raw.set_progress_handler(None, 0)
    return ("" if found == "ok" else str(found)), True


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"
