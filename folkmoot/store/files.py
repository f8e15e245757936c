"""Files that people entrust to us, kept by the hash of their content: file first, row second."""

import hashlib
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings


def keep(content: bytes) -> str:
    """Write the content to the disk, for good, unless it is there; returns its SHA-256 in hex."""
    name = hashlib.sha256(content).hexdigest()
    path = where(name)
    if path.exists():
        os.utime(path)  # young again: it is about to get a row
    else:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_name(f"{name}.{os.getpid()}")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync_folder(path.parent)
    return name


def keep_file(path: Path) -> str:
    """Take a finished file of the same disk in among the kept ones; returns its SHA-256 in hex."""
    with path.open("rb") as file:
        name = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    place = where(name)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(place)
    _sync_folder(place.parent)
    return name


def where(name: str) -> Path:
    """Return the path of a kept file."""
    return Path(settings.FILES) / name[:2] / name[2:4] / name


def older_than(age: timedelta) -> Iterator[str]:
    """Yield the names of the kept files that were written longer ago, and of what a killed process left unfinished."""
    latest = time.time() - age.total_seconds()
    for path in Path(settings.FILES).glob("??/??/*"):
        if path.stat().st_mtime < latest:
            yield path.name


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
