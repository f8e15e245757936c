"""Mail archives as mbox files (RFC 4155, with the quoting called mboxrd), read as a stream and written.

The standard library's `mailbox` splits at every line that begins with "From " and wants a file it can seek in.
"""

import bz2
import gzip
import io
import lzma
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

LARGEST = 64 * 1024 * 1024
_LONGEST_PIECE = 64 * 1024
_BUFFER = 1024 * 1024

_ENVELOPE_DATE = re.compile(
    rb"[ \t][A-Z][a-z]{2},?[ \t]{1,3}(?:[A-Z][a-z]{2}[ \t]{1,3}\d{1,2}|\d{1,2}[ \t][A-Z][a-z]{2})[ \t][^\r\n]{0,60}\d"
)
_LONGEST_ENVELOPE = 600
_FIELD = re.compile(rb"[!-9;-~]{1,200}[ \t]*:|>From |\r?\n")
_PIPERMAIL_ENVELOPE = re.compile(rb"From (\S+ at \S+)  ")
_PIPERMAIL_FROM = re.compile(rb"(?m)^From: \S+ at \S+ \(.*")
_QUOTED = re.compile(rb"(?m)^>(?=>*From )")
_QUOTED_ONCE = re.compile(rb"(?m)^>(?=From )")
_TO_QUOTE = re.compile(rb"(?m)^(?=>*From )")


@dataclass(frozen=True, slots=True)
class RawMessage:
    """One message of an archive. `position` is where its envelope line begins; `oversized`: only its start is here."""

    raw: bytes
    envelope: str
    position: int
    number: int
    oversized: bool
    is_pipermail: bool


def open_mbox(path: Path | str) -> BinaryIO:
    """Open an archive for reading, whatever it is packed with."""
    with open(path, "rb") as file:
        start = file.read(6)
    if start.startswith(b"\xfd7zXZ\x00"):
        return _buffered(lzma.LZMAFile(path))
    if start.startswith(b"\x1f\x8b"):
        return _buffered(gzip.GzipFile(path))
    if start.startswith(b"BZh"):
        return _buffered(bz2.BZ2File(path))
    return open(path, "rb", buffering=_BUFFER)


def messages(file: BinaryIO, *, largest: int = LARGEST) -> Iterator[RawMessage]:
    """Read one message after the other. Memory holds one at a time, and of that `largest` bytes."""
    current: _Growing | None = None
    for is_envelope, position, line in _lines(file):
        if is_envelope:
            if current:
                yield current.message()
            number = current.number + 1 if current else 0
            current = _Growing(line, position, number, largest)
        elif current:
            current.add(line)
    if current:
        yield current.message()


def _lines(file: BinaryIO) -> Iterator[tuple[bool, int, bytes]]:
    """Each line, where it begins, and whether it begins a message. Lines without end come in pieces."""
    position = 0
    candidate, candidate_follows_blank = b"", True
    follows_blank = at_line_start = True
    for line in iter(partial(file.readline, _LONGEST_PIECE), b""):
        if candidate:
            is_envelope = _begins_message(candidate, line, follows_blank=candidate_follows_blank)
            yield is_envelope, position - len(candidate), candidate
            candidate = b""
        if at_line_start and line.startswith(b"From ") and _ENVELOPE_DATE.search(line, 5, _LONGEST_ENVELOPE):
            candidate, candidate_follows_blank = line, follows_blank
        else:
            yield False, position, line
        follows_blank = line in (b"\n", b"\r\n")
        at_line_start = line.endswith(b"\n")
        position += len(line)
    if candidate:
        yield False, position - len(candidate), candidate


def _begins_message(envelope: bytes, next_line: bytes, *, follows_blank: bool) -> bool:
    """An envelope line follows a blank line and precedes a field.

    Mailman leaves the blank line out where it took an attachment away: there the sender must stand in both lines.
    """
    if follows_blank:
        return _FIELD.match(next_line) is not None
    pipermail = _PIPERMAIL_ENVELOPE.match(envelope)
    return pipermail is not None and next_line.startswith(b"From: " + pipermail[1])


def is_pipermail(message: RawMessage) -> bool:
    """Tell whether the message comes from a Mailman 2 archive, where addresses are written `name at host`."""
    return message.is_pipermail


def write(file: BinaryIO, raw: bytes, envelope_sender: str, date: datetime) -> None:
    """Append a message, with an envelope line and lines like it quoted, so that `messages` gives it back."""
    sender = "".join(envelope_sender.split()).strip("<>") or "MAILER-DAEMON"
    file.write(f"From {sender} {date.astimezone(UTC):%a %b %e %H:%M:%S %Y}\n".encode("utf-8", "replace"))
    if not _FIELD.match(raw):
        file.write(b"\n")
    file.write(_TO_QUOTE.sub(b">", raw))
    file.write(b"\n" if raw.endswith(b"\n") else b"\n\n")


@dataclass(slots=True)
class _Growing:
    """A message while its lines come in."""

    envelope: bytes
    position: int
    number: int
    largest: int
    lines: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, line: bytes) -> None:
        if self.size < self.largest:
            self.lines.append(line)
        self.size += len(line)

    def message(self) -> RawMessage:
        raw = b"".join(self.lines)[: self.largest]
        envelope = self.envelope.decode("utf-8", "replace").rstrip("\r\n")
        pipermail = bool(_PIPERMAIL_ENVELOPE.match(self.envelope) and _PIPERMAIL_FROM.search(raw, 0, 2000))
        is_oversized = self.size > self.largest
        raw = raw if is_oversized else _without_separator(raw)
        if b">From " in raw:
            raw = (_QUOTED_ONCE if pipermail else _QUOTED).sub(b"", raw)
        return RawMessage(raw, envelope, self.position, self.number, is_oversized, pipermail)


def _without_separator(raw: bytes) -> bytes:
    """The blank line before the next envelope belongs to the archive; every message ends with a line end."""
    for separator in (b"\r\n\r\n", b"\n\n"):
        if raw.endswith(separator):
            return raw[: -len(separator) // 2]
    return raw if raw.endswith(b"\n") else raw + b"\n"


def _buffered(file: lzma.LZMAFile | gzip.GzipFile | bz2.BZ2File) -> BinaryIO:
    """Reading lines through the packers' own Python layer is several times slower."""
    return cast(BinaryIO, io.BufferedReader(cast(io.RawIOBase, file), _BUFFER))
