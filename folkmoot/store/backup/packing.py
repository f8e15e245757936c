"""Make a backup: the database at one moment, then all files, in one archive that is there whole or not at all."""

import fcntl
import gzip
import io
import json
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils.timezone import localtime, now

import folkmoot
from folkmoot.kit.errors import Refused
from folkmoot.store.backup import on_postgres, on_sqlite
from folkmoot.store.backup.manifest import (
    DATABASE,
    FILES,
    NAME,
    OUTGOING,
    SECRET,
    Hashed,
    Manifest,
    Progress,
    plain_words,
    quiet,
)

LEVEL = 4  # of gzip: a third faster than its usual 6, and hardly larger
REMEMBERED = "last-backup.json"
A_FILE = re.compile(r"[0-9a-f]{64}")  # one that is whole; unfinished ones have more behind the name


def pack(target: Path, progress: Progress = quiet) -> tuple[Path, Manifest]:
    """Write a backup to a file, or under a name of today's into a folder. Returns where it is and what is in it.

    The database comes first: each file that its rows name was on the disk before the row was.
    """
    path = _free_name(target)
    with plain_words(path.parent), _unfinished(path) as (file, part):
        copy = part.with_name(f"{part.name}.database")
        copy.unlink(missing_ok=True)
        try:
            manifest = _begin()
            manifest.rows = databases().dump(copy, progress)
            _write(file, manifest, copy, progress)
        finally:
            copy.unlink(missing_ok=True)
        os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    _remember(path, manifest)
    return path, manifest


def last() -> dict[str, str]:
    """Say when the last backup was made on this machine and where it was put; empty when there was none."""
    try:
        return json.loads((Path(settings.HOME) / REMEMBERED).read_text())
    except (OSError, ValueError):
        return {}


def databases():  # type: ignore[no-untyped-def]  # a module: both have the same functions
    """Return the module that knows the database this installation runs on."""
    return on_postgres if connection.vendor == "postgresql" else on_sqlite


def _remember(path: Path, manifest: Manifest) -> None:
    with suppress(OSError):  # the backup is made; a note less is no reason to call it failed
        note = Path(settings.HOME) / REMEMBERED
        note.write_text(json.dumps({"at": manifest.made_at, "file": str(path)}))


def _begin() -> Manifest:
    applied = MigrationRecorder(connection).applied_migrations()
    return Manifest(
        database=connection.vendor,
        version=folkmoot.__version__,
        host=settings.HOST,
        made_at=now().isoformat(timespec="seconds"),
        migrations=sorted(f"{app}.{name}" for app, name in applied),
    )


def _write(file: BinaryIO, manifest: Manifest, copy: Path, progress: Progress) -> None:
    members = [(SECRET, Path(settings.HOME) / "secret"), *_files(), *_outgoing()]
    total, done = sum(_size(path) for _name, path in members) + _size(copy), 0

    def seen(size: int) -> None:
        nonlocal done
        done += size
        progress("files", done, total)

    with gzip.GzipFile("", "wb", LEVEL, file, mtime=0) as zipped, tarfile.open(mode="w|", fileobj=zipped) as tar:
        for name, path in [(DATABASE, copy), *members]:
            try:
                opened = path.open("rb")
            except FileNotFoundError:
                continue  # gone since we looked; a secret from the environment has no file
            with opened:
                content = Hashed(opened, seen)
                tar.addfile(_head(name, os.fstat(opened.fileno()).st_size), cast(BinaryIO, content))
                manifest.members[name] = content.facts()
            tar.members.clear()  # type: ignore[attr-defined]  # or a large installation fills the memory
        content_of_manifest = json.dumps(manifest.as_dict(), ensure_ascii=False).encode()
        tar.addfile(_head(NAME, len(content_of_manifest)), io.BytesIO(content_of_manifest))


def _files() -> Iterator[tuple[str, Path]]:
    """The files that people entrusted to us, by their path under the hash."""
    for folder, folders, names in os.walk(settings.FILES):
        folders.sort()
        for name in sorted(filter(A_FILE.fullmatch, names)):
            yield f"{FILES}/{name[:2]}/{name[2:4]}/{name}", Path(folder) / name


def _outgoing() -> Iterator[tuple[str, Path]]:
    """The letters of the Maildir that stands for a mail server."""
    for folder in ("cur", "new"):
        place = Path(settings.OUTGOING) / folder
        for path in sorted(place.iterdir()) if place.is_dir() else []:
            if path.is_file():
                yield f"{OUTGOING}/{folder}/{path.name}", path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _head(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, stat.S_IRUSR | stat.S_IWUSR
    info.mtime = int(now().timestamp())
    return info


def _free_name(target: Path) -> Path:
    if target.is_dir():
        target /= f"folkmoot-{localtime():%Y-%m-%d-%H%M%S}.tar.gz"
    if target.exists():
        raise Refused(f"{target} is there already; choose another name, or a folder")
    if not target.parent.is_dir():
        raise Refused(f"there is no folder {target.parent}")
    return target.absolute()


@contextmanager
def _unfinished(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open the file that becomes the backup; it goes away unless it is renamed in the end."""
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another backup is being written to {path}") from None
        try:
            file.truncate()
            os.fchmod(file.fileno(), 0o600)
            yield file, part
        finally:
            part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
