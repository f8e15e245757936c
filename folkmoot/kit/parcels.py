"""A ZIP from elsewhere, looked at before anything in it is used. Nothing is ever unpacked under a name of its own."""

import hashlib
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from stat import S_IFMT, S_IFREG
from typing import Self
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from folkmoot.kit.errors import Refused

A_PIECE = 1 << 20
LONGEST_LINE = 8 << 20
LARGEST_FILE = 100 << 20
LARGEST_TOGETHER = 64 << 30  # bytes, once unpacked
MOST_ENTRIES = 1_000_000
TIGHTEST = 250  # times smaller than its content; rows that are much alike come to fifty. Files may be all alike
SMALL = 4 << 20  # bytes of rows that may be packed as tightly as they like
_NAME = re.compile(r"[a-z]+(?:-[a-z]+)*\.jsonl?|files/[0-9a-f]{64}|mbox/[a-z0-9.+-]{1,120}\.mbox")


class Parcel:
    """An opened ZIP whose entries have names that can be, sizes that can be, and are plain files."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
        except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Refused("it is not a ZIP") from error
        try:
            self.entries = _looked_at(self._zip.infolist(), path.stat().st_size)
        except Refused:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def content(self, name: str, most: int) -> bytes:
        """Return a small entry as a whole."""
        if self.entries[name].file_size > most:
            raise Refused(f"{name} is larger than {most:,} bytes")
        return b"".join(self.pieces(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the content of an entry piece by piece; it is checked against its checksum on the way."""
        try:
            with self._zip.open(self.entries[name]) as file:
                while piece := file.read(A_PIECE):
                    yield piece
        except (BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
            raise Refused(f"{name} is damaged") from error

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of an entry, without their ends."""
        rest = b""
        for piece in self.pieces(name):
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
            if len(rest) > LONGEST_LINE:
                raise Refused(f"{name} has a line that is longer than {LONGEST_LINE:,} bytes")
        if rest:
            raise Refused(f"{name} is cut off: its last line has no end")

    def digest(self, name: str) -> tuple[str, int]:
        """Return the SHA-256 of an entry, and how many lines it has."""
        digest, lines = hashlib.sha256(), 0
        for piece in self.pieces(name):
            digest.update(piece)
            lines += piece.count(b"\n")
        return digest.hexdigest(), lines


def _looked_at(entries: list[ZipInfo], size: int) -> dict[str, ZipInfo]:
    found = {one.filename: one for one in entries}
    if len(found) != len(entries):
        raise Refused("two entries have the same name")
    if len(entries) > MOST_ENTRIES:
        raise Refused(f"more than {MOST_ENTRIES:,} entries are too many")
    for one in entries:
        _look_at(one)
    if sum(one.compress_size for one in entries) > size:
        raise Refused("its entries lie over each other")
    if sum(one.file_size for one in entries) > LARGEST_TOGETHER:
        raise Refused("it is too large once unpacked")
    return found


def _look_at(entry: ZipInfo) -> None:
    name = entry.filename
    kind = S_IFMT(entry.external_attr >> 16)
    if not _NAME.fullmatch(name):
        raise Refused(f"there is an entry {name[:80]!r}, which has no place in a package")
    if kind not in (0, S_IFREG) or entry.flag_bits & 0x1:
        raise Refused(f"{name} is not a plain file")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused(f"{name} is packed in a way that is not read here")
    if name.endswith(".jsonl") and entry.file_size > max(SMALL, TIGHTEST * entry.compress_size):
        raise Refused(f"{name} is packed too tightly to be true")
    if name.startswith("files/") and entry.file_size > LARGEST_FILE:
        raise Refused(f"{name} is larger than {LARGEST_FILE:,} bytes")
