"""A copy of a SQLite database while others write to it, and what makes sure of a copy."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, connections

from folkmoot.kit.errors import Refused
from folkmoot.store.backup.manifest import DATABASE, Progress

PAGES = 2000  # copied between two looks at the progress


def place() -> Path:
    return Path(connection.settings_dict["NAME"])


def dump(to: Path, progress: Progress) -> dict[str, int]:
    """Copy the database as it is now; returns how many rows each table has. Writers go on meanwhile.

    The open read transaction keeps the copy at one moment. Without it SQLite begins anew at each commit of another.
    """
    if not place().exists():
        raise Refused(f"there is no database yet at {place()}")
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with _in_words(to.parent), closing(_open(place(), "mode=ro")) as source, closing(sqlite3.connect(to)) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        copy.execute("PRAGMA journal_mode=OFF")
        copy.execute("PRAGMA synchronous=OFF")
        source.backup(
            copy, pages=PAGES, sleep=0, progress=lambda state, left, all_: progress("database", all_ - left, all_)
        )
    with _in_words(to.parent), closing(_open(to, "immutable=1")) as copied:
        return _rows(copied)


def check(copy: Path, rows: dict[str, int]) -> None:
    """Look whether a copy is whole and has the rows that it should; raises Refused."""
    with closing(_open(copy, "immutable=1")) as opened:
        try:
            found = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
            is_whole = found == "ok" and _rows(opened) == rows
        except sqlite3.Error as error:
            raise Refused(f"the database in it is damaged ({error}); nothing was changed") from error
    if not is_whole:
        raise Refused(f"the database in it is damaged ({found}); nothing was changed")


def refuse_while_used() -> None:
    """Refuse while another process has the database open, and leave it as one file without a log beside it."""
    connections.close_all()
    if not place().exists():
        return
    with closing(sqlite3.connect(place(), timeout=1, isolation_level=None)) as alone:
        try:
            # Asked for before the first look, this locks the file itself, on which each open connection has a lock.
            alone.execute("PRAGMA locking_mode=EXCLUSIVE")
            alone.execute("BEGIN IMMEDIATE")
            alone.execute("COMMIT")
            alone.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise Refused(f"somebody has {place()} open ({error}); stop `folkmoot serve` first") from error
        except sqlite3.DatabaseError:
            return  # damaged: all the more reason to replace it


def load(copy: Path, rows: dict[str, int]) -> None:
    """Nothing: the copy is the database, and is put in its place like a file."""


def parts() -> list[tuple[str, Path]]:
    """What of a backup is put in place as a file, and where."""
    return [(DATABASE, place()), *((DATABASE + end, place().with_name(place().name + end)) for end in ("-wal", "-shm"))]


def _open(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def _rows(opened: sqlite3.Connection) -> dict[str, int]:
    tables = opened.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    names = sorted(name for (name,) in tables.fetchall())
    return {name: opened.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Refused(f"the database could not be copied to {folder}: {error}. Is the disk full?") from error
