"""Bring a backup back: look at all of it first, then put it in place; what was there before is kept aside."""

import gzip
import json
import os
import re
import shutil
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.db import connection
from django.utils.timezone import localtime

from folkmoot.kit.errors import Refused
from folkmoot.store.backup.manifest import (
    DATABASE,
    FILES,
    FORMAT,
    KINDS,
    NAME,
    OUTGOING,
    SECRET,
    Hashed,
    Manifest,
    Progress,
    known_migrations,
    plain_words,
    quiet,
)
from folkmoot.store.backup.packing import databases

# All that a backup may hold. What has another name, or is no plain file, is not one of ours.
ALLOWED = re.compile(
    rf"{DATABASE}|{SECRET}|{NAME}|{FILES}/([0-9a-f]{{2}})/([0-9a-f]{{2}})/\1\2[0-9a-f]{{60}}|{OUTGOING}/(cur|new)/[^/\0]+"
)
LARGEST_MANIFEST = 1 << 30
CHUNK = 1 << 20


@dataclass(frozen=True)
class Restored:
    """What came back, and where lies what was there before."""

    manifest: Manifest
    before: Path | None


def restore(file: Path, *, keep_aside: bool, progress: Progress = quiet) -> Restored:
    """Replace this installation by the one in the backup. Nothing is touched before all of it is known to be whole."""
    home = Path(settings.HOME)
    databases().refuse_while_used()
    with plain_words(home), _staging(home / "restore.part") as staging:
        manifest = _unpack(file, staging, progress)
        _see_that_it_fits(manifest)
        progress("checking the database", 0, 0)
        databases().check(staging / DATABASE, manifest.rows)
        os.sync()
        databases().refuse_while_used()
        progress("putting it in place", 0, 0)
        databases().load(staging / DATABASE, manifest.rows)
        before = _put_in_place(staging, home / f"before-restore-{localtime():%Y-%m-%d-%H%M%S}")
    if not keep_aside:
        shutil.rmtree(before, ignore_errors=True)
    return Restored(manifest, before if keep_aside else None)


def _unpack(file: Path, staging: Path, progress: Progress) -> Manifest:
    """Write all members below the staging folder, and compare each with what the manifest says of it."""
    found: dict[str, list[object]] = {}
    try:
        with file.open("rb") as raw, gzip.GzipFile(fileobj=raw) as zipped:
            total = file.stat().st_size
            with tarfile.open(fileobj=zipped, mode="r|") as tar:
                while (info := tar.next()) is not None:
                    found[info.name] = _unpack_one(tar, info, staging)
                    tar.members.clear()  # type: ignore[attr-defined]  # or a large installation fills the memory
                    progress("reading", raw.tell(), total)
            while zipped.read(CHUNK):  # to the end, where the checksum of the whole stands
                pass
    except FileNotFoundError as error:
        raise Refused(f"there is no {error.filename}") from error
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, FileExistsError) as error:
        raise Refused(f"{file} is damaged or no backup of Folkmoot ({error}); nothing was changed") from error
    return _read_manifest(file, staging, found)


def _unpack_one(tar: tarfile.TarFile, info: tarfile.TarInfo, staging: Path) -> list[object]:
    if not info.isreg() or not ALLOWED.fullmatch(info.name) or (info.name == NAME and info.size > LARGEST_MANIFEST):
        raise tarfile.ReadError(f"“{info.name}” has no place in it")
    path = staging / info.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = Hashed(cast(BinaryIO, tar.extractfile(info)))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        shutil.copyfileobj(content, opened, CHUNK)
    return content.facts()


def _read_manifest(file: Path, staging: Path, found: dict[str, list[object]]) -> Manifest:
    if found.pop(NAME, None) is None:
        raise Refused(f"{file} is cut short or no backup of Folkmoot; nothing was changed")
    try:
        facts = json.loads((staging / NAME).read_bytes())
        number = facts["format"]
        manifest = Manifest(**facts) if number == FORMAT else None
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(f"the list in {file} can't be read ({error}); nothing was changed") from error
    if manifest is None:
        raise Refused(f"{file} is of format {number}, and this version reads {FORMAT}; nothing was changed")
    if found != manifest.members or DATABASE not in found:
        wrong = sorted(
            name for name in found.keys() | manifest.members if found.get(name) != manifest.members.get(name)
        )
        raise Refused(f"{file} is damaged: {', '.join(wrong[:3]) or 'no database'}; nothing was changed")
    return manifest


def _see_that_it_fits(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        theirs, ours = KINDS.get(manifest.database, manifest.database), KINDS[connection.vendor]
        raise Refused(
            f"this is a backup of {theirs}, and this installation runs on {ours}. A backup only goes back into the "
            "same kind of database; nothing was changed"
        )
    newer = sorted(set(manifest.migrations) - known_migrations())
    if newer:
        raise Refused(
            f"Folkmoot {manifest.version} made this backup, and its tables are newer than this version "
            f"({newer[0]}). Install that version first; nothing was changed"
        )


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)  # of one that was interrupted
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(staging: Path, before: Path) -> Path:
    """Move what is there aside and what was staged in; all of it, or back again."""
    before.mkdir(mode=0o700)
    here = [*databases().parts(), *((name, Path(settings.HOME) / name) for name in (SECRET, FILES, OUTGOING))]
    moves = [(path, before / path.name) for _name, path in here if path.exists()]
    moves += [(staging / name, path) for name, path in here if (staging / name).exists()]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except OSError as error:
        for source, target in reversed(done):
            target.rename(source)
        kept = "nothing was changed" if databases().parts() else "the database is restored, the files are as they were"
        raise Refused(f"{error.filename}: {error.strerror}; {kept}") from error
    return before
