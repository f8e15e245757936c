"""The header block: fields by name, as bytes, mended where a program before us broke it (RFC 5322, 2.2)."""

import re
from collections.abc import Iterable

from folkmoot.kit.mime import words

LONGEST_BLOCK = 256 * 1024
MOST_FIELDS = 1000

_BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
_NEXT_FIELD = re.compile(rb"\n(?![ \t])")
_NAME = re.compile(rb"[!-9;-~]{1,200}[ \t]*")
_FOLD = re.compile(rb"[ \t]*\n[ \t]*")
_LIKELY = re.compile(
    rb"(?im)^(?:x-[\w-]+|from|to|cc|subject|date|message-id|mime-version|content-[\w-]+|references|received"
    rb"|list-[\w-]+)[ \t]*:"
)


class Headers:
    """The fields of one header block. Names are asked for in lower case; a value is text without folds.

    `is_whole` when nothing had to be mended or left out, so that others read the same fields.
    """

    __slots__ = ("_fields", "is_whole", "problems")

    def __init__(self, fields: Iterable[tuple[str, bytes]], problems: list[str], *, is_whole: bool = True) -> None:
        self._fields: dict[str, list[bytes]] = {}
        self.problems = problems
        self.is_whole = is_whole
        for name, value in fields:
            self._fields.setdefault(name, []).append(value)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def __bool__(self) -> bool:
        return bool(self._fields)

    def first(self, name: str) -> str:
        """The first field of that name as it stands, encoded words and all; empty when there is none."""
        values = self._fields.get(name)
        return words.raw_text(_unfolded(values[0])) if values else ""

    def every(self, name: str) -> tuple[str, ...]:
        """All fields of that name as they stand, topmost first."""
        return tuple(words.raw_text(_unfolded(value)) for value in self._fields.get(name, ()))

    def text(self, name: str) -> str:
        """The first field of that name for people to read: words decoded (RFC 2047), on one line."""
        return words.one_line(words.decoded(self.first(name), self.problems))


def read(raw: bytes, start: int, end: int, problems: list[str]) -> tuple[Headers, int]:
    """Read the header block that begins at `start`; also tell where the body begins."""
    known = len(problems)
    blank = _BLANK_LINE.search(raw, max(start - 1, 0) if raw[start - 1 : start] == b"\n" else start, end)
    body = blank.end() if blank else end
    stop = blank.start() if blank else end
    if stop - start > LONGEST_BLOCK:
        problems.append("header block too long, the rest of it was not read")
        stop = start + LONGEST_BLOCK
    fields, rest = _fields(raw[start:stop], problems)
    if rest is not None:
        body = start + rest
    if len(fields) > MOST_FIELDS:
        problems.append("too many header fields, the rest of them was not read")
    return Headers(fields[:MOST_FIELDS], problems, is_whole=len(problems) == known), body


def _fields(block: bytes, problems: list[str]) -> tuple[list[tuple[str, bytes]], int | None]:
    """Take a block apart; the second value is where the body begins when no blank line says so."""
    if b"\r" in block:
        return _fields_with_carriage_returns(block, problems)
    fields: list[tuple[str, bytes]] = []
    at = 0
    for line in _NEXT_FIELD.split(block):
        name, colon, value = line.partition(b":")
        if colon and _NAME.fullmatch(name):
            fields.append((name.rstrip().lower().decode("ascii"), value))
        elif line.strip() and not (at == 0 and line.startswith(b"From ")):
            if not _continues(block, at):
                problems.append("no blank line between headers and text")
                return fields, at
            _append(fields, line, problems)
        at += len(line) + 1
    return fields, None


def _fields_with_carriage_returns(block: bytes, problems: list[str]) -> tuple[list[tuple[str, bytes]], int | None]:
    fields, rest = _fields(block.replace(b"\r\n", b"\n").replace(b"\r", b" "), problems)
    if rest is not None:  # count the line ends again that were one byte longer
        rest = _same_line(block, block.replace(b"\r\n", b"\n").count(b"\n", 0, rest))
    return fields, rest


def _same_line(block: bytes, line_number: int) -> int:
    return sum(len(line) + 1 for line in block.split(b"\n")[:line_number])


def _continues(block: bytes, at: int) -> bool:
    """A line that is no field is a badly folded one when fields follow it, else the text has begun."""
    end_of_line = block.find(b"\n", at)
    return end_of_line >= 0 and _LIKELY.search(block, end_of_line, end_of_line + 4000) is not None


def _append(fields: list[tuple[str, bytes]], line: bytes, problems: list[str]) -> None:
    problems.append("badly folded header line")
    if fields:
        name, value = fields[-1]
        fields[-1] = (name, value + b"\n " + line)


def _unfolded(value: bytes) -> bytes:
    return _FOLD.sub(b" ", value).strip() if b"\n" in value else value.strip()
