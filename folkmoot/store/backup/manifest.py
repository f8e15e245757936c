"""What a backup says about itself: the last member of its archive, so that a file cut short has none."""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.db.migrations.loader import MigrationLoader

from folkmoot.kit.errors import Refused

FORMAT = 1
NAME = "manifest.json"
DATABASE, SECRET, FILES, OUTGOING = "database", "secret", "files", "outgoing"
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


@dataclass
class Manifest:
    """The facts of one backup; `members` has the size and SHA-256 of each file in it."""

    database: str  # "sqlite" or "postgresql"
    version: str  # of Folkmoot
    host: str
    made_at: str
    migrations: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    members: dict[str, list[Any]] = field(default_factory=dict)
    format: int = FORMAT

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Hashed:
    """A file that counts and hashes what is read from it."""

    def __init__(self, file: BinaryIO, seen: Callable[[int], None] = lambda size: None) -> None:
        self._file, self._seen, self._hash = file, seen, hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._hash.update(chunk)
        self.size += len(chunk)
        self._seen(len(chunk))
        return chunk

    def facts(self) -> list[Any]:
        return [self.size, self._hash.hexdigest()]


def quiet(what: str, done: int, total: int) -> None:
    """Show no progress."""


def known_migrations() -> set[str]:
    """The migrations that this version of the code has."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}


@contextmanager
def plain_words(folder: Path) -> Iterator[None]:
    """Say what is wrong with the disk in words instead of a stack trace."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise Refused(f"there is no room left in {folder} ({error.strerror}); nothing was changed") from error
        where = error.filename or folder
        raise Refused(f"{where}: {error.strerror or error}; nothing was changed") from error
