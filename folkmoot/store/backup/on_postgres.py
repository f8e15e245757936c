"""A copy of a PostgreSQL database by its own programs, and its way back in one transaction."""

import glob
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any

import psycopg
from django.db import connection, connections
from psycopg import sql

from folkmoot.kit.errors import Refused
from folkmoot.store.backup.manifest import Progress

LEAVES_IN = 3.0  # seconds that the server may take to let go of a connection that was closed
OTHERS = (
    "SELECT coalesce(string_agg(DISTINCT coalesce(nullif(application_name, ''), 'a program without a name'), ', '), '')"
    " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    " AND pid <> pg_backend_pid()"
)
EMPTY = """
DO $$ DECLARE ours record; BEGIN
  FOR ours IN SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = current_schema()
  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || ours.name || ' CASCADE'; END LOOP;
END $$;
"""
COUNT = """
DO $$ BEGIN IF (SELECT count(*) FROM {table}) <> {rows} THEN
  RAISE EXCEPTION 'the backup should have {rows} rows in %', {name};
END IF; END $$;
"""


def dump(to: Path, progress: Progress) -> dict[str, int]:
    """Copy the database as it is now; returns how many rows each table has, counted in the same snapshot."""
    program = _program("pg_dump")
    progress("database", 0, 0)
    with closing(_connect()) as opened, opened.cursor() as cursor:
        opened.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        schema = _schema(opened)
        snapshot = cursor.execute("SELECT pg_export_snapshot()").fetchone()[0]  # type: ignore[index]
        rows = _rows(cursor, schema)
        command = [program, "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password"]
        _run([*command, f'--schema="{schema}"', f"--snapshot={snapshot}", f"--file={to}"], what="pg_dump")
    return rows


def check(copy: Path, rows: dict[str, int]) -> None:
    """Look whether the copy's table of contents can be read. Its rows are counted when it is loaded."""
    _run([_program("pg_restore"), "--list", str(copy)], what="pg_restore", nothing_changed=True)
    _program("psql")


def refuse_while_used() -> None:
    """Refuse while others are connected to the database."""
    connections.close_all()
    end = time.monotonic() + LEAVES_IN
    while (others := _others()) and time.monotonic() < end:
        time.sleep(0.1)
    if others:
        raise Refused(f"the database is in use by {others}; stop `folkmoot serve` on every machine first")


def load(copy: Path, rows: dict[str, int]) -> None:
    """Replace what is in the database by the copy: all of it, with the rows that it should have, or nothing."""
    with closing(_connect()) as opened:
        schema = _schema(opened)
    read = [_program("pg_restore"), "--no-owner", "--no-privileges", f"--schema={schema}", "--file=-", str(copy)]
    write = [_program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password", "--output=/dev/null"]
    with tempfile.TemporaryFile() as said:
        with (
            subprocess.Popen(write, stdin=subprocess.PIPE, stderr=said, env=_environment()) as psql,
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said) as pg_restore,
        ):
            assert psql.stdin
            _feed(psql.stdin, pg_restore, schema, rows)
        if psql.returncode or pg_restore.returncode:
            raise Refused(f"the database took nothing of it and is as it was: {_last_words(said)}")


def parts() -> list[tuple[str, Path]]:
    """What of a backup is put in place as a file: not the database."""
    return []


def _feed(psql: IO[bytes], pg_restore: "subprocess.Popen[bytes]", schema: str, rows: dict[str, int]) -> None:
    """Write one transaction. It ends with COMMIT only when all of the copy was read; otherwise it comes to nothing."""
    assert pg_restore.stdout
    try:
        psql.write(f"BEGIN; SET LOCAL lock_timeout = '10s';{EMPTY}".encode())
        shutil.copyfileobj(pg_restore.stdout, psql)
        if pg_restore.wait() == 0:
            psql.write("".join(_count(schema, name, number) for name, number in rows.items()).encode())
            psql.write(b"COMMIT;\n")
        psql.close()
    except BrokenPipeError:  # psql has given up, and its words say why
        pg_restore.kill()
        with suppress(BrokenPipeError):
            psql.close()


def _count(schema: str, name: str, number: int) -> str:
    table = sql.Identifier(schema, name).as_string(None)
    return COUNT.format(table=table, rows=int(number), name=sql.Literal(name).as_string(None))


def _connect() -> "psycopg.Connection[Any]":
    try:
        return psycopg.connect(**connection.get_connection_params())
    except psycopg.OperationalError as error:
        raise Refused(f"the database can't be reached: {str(error).strip()}") from error


def _others() -> str:
    """Name the programs that are connected to the database besides this question."""
    with closing(_connect()) as opened:
        row = opened.execute(OTHERS).fetchone()
    return str(row[0]) if row else ""


def _schema(opened: "psycopg.Connection[Any]") -> str:
    """Where our tables are: the schema that new tables go to."""
    row = opened.execute("SELECT current_schema()").fetchone()
    assert row
    return str(row[0])


def _rows(cursor: "psycopg.Cursor[Any]", schema: str) -> dict[str, int]:
    tables = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema]).fetchall()
    counts: dict[str, int] = {}
    for (name,) in tables:
        count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, str(name)))
        counts[str(name)] = cursor.execute(count).fetchone()[0]  # type: ignore[index]
    return counts


def _program(name: str) -> str:
    """Find one of PostgreSQL's programs; Debian keeps them in a folder for each version."""
    newest_first = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=_version, reverse=True)
    found = next(iter(newest_first), None) or shutil.which(name)
    if found is None:
        raise Refused(
            f"{name} is missing; install PostgreSQL's client programs (Debian: apt install postgresql-client)"
        )
    return found


def _version(path: str) -> float:
    folder = path.split("/")[-3]
    return float(folder) if folder.replace(".", "", 1).isdigit() else 0


def _run(command: list[str], *, what: str, nothing_changed: bool = False) -> None:
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=said, env=_environment(), check=False)
        if done.returncode:
            words = _last_words(said) or f"ended with {done.returncode}"
            raise Refused(f"{what}: {words}" + ("; nothing was changed" if nothing_changed else ""))


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return " ".join(said.read()[-600:].decode(errors="replace").split())


def _environment() -> dict[str, str]:
    """How libpq's programs reach the same database; the password stands on no command line."""
    where = connection.settings_dict
    given = {"PGDATABASE": "NAME", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGHOST": "HOST", "PGPORT": "PORT"}
    ours = {name: str(where[key]) for name, key in given.items() if where.get(key)}
    return os.environ | ours | {"PGCONNECT_TIMEOUT": "10", "PGOPTIONS": "-c client_min_messages=warning"}
