"""Tables that other programs wrote: bytes of any encoding, separated by whatever they use, as numbered rows."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_CELL = 2_000  # characters kept of one; nothing that a table of people says is longer
SEPARATORS = "\t;,|"
SAMPLE = 50  # lines that are looked at to find the separator
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row, and on which line of the file it begins."""

    line: int
    cells: tuple[str, ...]


def decode(raw: bytes) -> str:
    """Return the text of a file: what it says it is, else UTF-8, else what Windows writes in the West."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace")
    for encoding in (*_wide(raw), "utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def separator(text: str) -> str:
    """Return what separates the cells: what a first line "sep=;" says, else what stands alike on most lines."""
    lines = [line for line in text.splitlines() if line.strip()][:SAMPLE]
    said = re.fullmatch(r'"?sep=(.)"?', lines[0].strip(), re.I) if lines else None
    if said and said[1] in SEPARATORS:
        return said[1]
    counts = {one: [_outside_quotes(line).count(one) for line in lines] for one in SEPARATORS}
    return max(SEPARATORS, key=lambda one: _agreement(counts[one])) if any(map(any, counts.values())) else ","


def rows(text: str, *, cells_by: str = "") -> Iterator[Row]:
    """Yield the rows that say something. No text is too broken: a quote that never ends ends with its line."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text.replace("\0", "").removeprefix("\ufeff"))
    by = cells_by or separator(text)
    lines = text.split("\n")
    first = 1 if lines and re.fullmatch(r'"?sep=.?"?', lines[0].strip(), re.I) else 0
    at = first
    while at < len(lines):
        end = _end_of_row(lines, at, by)
        found = _cells("\n".join(lines[at:end]), by)
        if any("\n" in cell and "@" in cell for cell in found):  # a lone quote that would swallow the next person
            end, found = at + 1, _cells(lines[at], by)
        cells = tuple(map(_clean, found))
        if any(cells):
            yield Row(at + 1, cells)
        at = end


def _wide(raw: bytes) -> list[str]:
    """Which UTF-16 it may be where no mark says so: every second byte of Western text is zero."""
    even, odd = raw[:400:2].count(0), raw[1:400:2].count(0)
    if max(even, odd) * 3 < len(raw[:400]):
        return []
    return ["utf-16-be" if even > odd else "utf-16-le"]


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def _agreement(counts: list[int]) -> tuple[int, int]:
    """How many lines have the separator as often as most do, and how often that is."""
    common = max((count for count in counts if count), key=counts.count, default=0)
    return (counts.count(common), common) if common else (0, 0)


MOST_LINES = 20  # of one row, whose cells may have several


def _end_of_row(lines: list[str], at: int, by: str) -> int:
    """Return the line after a row: where its quotes are closed, or the next one where they never are."""
    quotes = 0
    for end in range(at, min(at + MOST_LINES, len(lines))):
        quotes += lines[end].count('"') if end > at or _begins_quoted(lines[end], by) else 0
        if quotes % 2 == 0:
            return end + 1
    return at + 1


def _begins_quoted(line: str, by: str) -> bool:
    """Whether a cell of the line is quoted. A quote amid a cell is only a sign: 5" or so."""
    return line.lstrip().startswith('"') or bool(re.search(re.escape(by) + ' *+"', line))


def _cells(text: str, by: str) -> list[str]:
    try:
        return next(csv.reader([line + "\n" for line in text.split("\n")], delimiter=by, skipinitialspace=True), [])
    except csv.Error:  # a cell longer than csv takes
        return text.split(by)


def _clean(cell: str) -> str:
    return " ".join(cell[:LONGEST_CELL].split()).strip("\u200b\ufeff ")
