"""The files of an import: their messages in chunks, from where an earlier run left off."""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from folkmoot.doors.mail.archives.reading import Chunk
from folkmoot.kit import mbox
from folkmoot.kit.mbox import RawMessage

MOST, LARGEST = 25, 512 * 1024  # messages of a chunk, and bytes
BEGINNING = 64 * 1024  # bytes by which a file is known again
SAMPLES, SAMPLED = 24, 20  # files in which a list's tag is looked for, and messages of each
_TAG = re.compile(rb"(?mi)^Subject:\s*(?:\w{2,5}:\s*)*\[([^\[\]\r\n]{2,60})\]")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all files of a run."""

    tags: tuple[str, ...]  # what the list writes before subjects
    at: datetime
    keeps: bool  # whether attached files are kept on the disk


class Changed(Exception):
    """The file is not the one that an earlier run has read."""


def has_mail(path: Path) -> bool:
    """Whether there is a message in it at all."""
    with mbox.open_mbox(path) as file:
        return next(mbox.messages(file), None) is not None


def fingerprint(path: Path) -> str:
    """Name a file by its beginning, packed or not."""
    with mbox.open_mbox(path) as file:
        return hashlib.sha256(file.read(BEGINNING)).hexdigest()


def list_tags(paths: Sequence[Path]) -> tuple[str, ...]:
    """What the list writes in brackets before its subjects: a tag that a third of the messages carry."""
    counts: Counter[str] = Counter()
    seen = 0
    for path in paths[:: max(1, len(paths) // SAMPLES)]:
        with mbox.open_mbox(path) as file:
            for message in islice(mbox.messages(file), SAMPLED):
                seen += 1
                if found := _TAG.search(message.raw[:BEGINNING]):
                    counts[found[1].decode("utf-8", "replace")] += 1
    return tuple(sorted(tag for tag, count in counts.items() if count > 1 and count * 3 >= seen))


def chunks(number: int, path: Path, terms: Terms, *, position: int = 0, digest: str = "") -> Iterator[Chunk]:
    """Read a file from a position on; raise Changed when what lies before it is no longer the same."""
    with closing(mbox.open_mbox(path)) as file:
        stream = mbox.messages(file)
        if _digest(stream, position) != (position, digest):
            raise Changed
        for some in _packed(stream):
            position += len(some)
            for message in some:
                digest = _chained(digest, message)
            yield _chunk(number, tuple(some), position, digest, terms, file, is_last=False)
        yield _chunk(number, (), position, digest, terms, file, is_last=True)


def _digest(stream: Iterator[RawMessage], position: int) -> tuple[int, str]:
    count, digest = 0, ""
    for message in islice(stream, position):
        count, digest = count + 1, _chained(digest, message)
    return count, digest


def _chained(digest: str, message: RawMessage) -> str:
    return hashlib.blake2b(message.raw, digest_size=32, key=digest.encode()[:64]).hexdigest()


def _chunk(
    number: int,
    messages: tuple[RawMessage, ...],
    position: int,
    digest: str,
    terms: Terms,
    file: BinaryIO,
    *,
    is_last: bool,
) -> Chunk:
    return Chunk(
        source=number,
        messages=messages,
        after=position,
        digest=digest,
        offset=os.lseek(file.fileno(), 0, os.SEEK_CUR),  # in the packed file, where there is one
        is_last=is_last,
        tags=terms.tags,
        at=terms.at,
        keeps=terms.keeps,
    )


def _packed(stream: Iterator[RawMessage]) -> Iterator[list[RawMessage]]:
    some: list[RawMessage] = []
    size = 0
    for message in stream:
        some.append(message)
        size += len(message.raw)
        if len(some) >= MOST or size >= LARGEST:
            yield some
            some, size = [], 0
    if some:
        yield some
