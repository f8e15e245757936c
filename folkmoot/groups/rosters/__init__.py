"""Lists of people that other programs wrote, in English and German: who is in them, and which rows say nobody."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.rosters import cells as meaning
from folkmoot.groups.rosters.columns import ADDRESS, KNOWN, MOST_LINES_BEFORE, head, kinds, plain
from folkmoot.kit import tables
from folkmoot.kit.errors import Refused

LONGEST_ADDRESS = 254
LARGEST = 4 * 1024 * 1024  # bytes
MOST_ROWS = 20_000
MOST_COLUMNS = 500
# Nobody knows how long a line is, so each pattern here goes through it once: none can begin amid what it has seen.
_ONE_OF_MANY = re.compile(r"<[^<>\s@]++@[^<>\s@]++>|(?<![^\s<>,;])[^\s<>,;]+@[^\s<>,;]+")
_ANGLED = re.compile(r"<\s*+(?:mailto:)?([^<>\s@]*+@[^<>\s]*+)\s*+>")
_ANGLED_LINE = re.compile(r"[^<>\t;]*+<[^<>\s@]++@[^<>\s]++>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a list, or why a row of it is nobody."""

    line: int
    address: str = ""
    name: str = ""
    mail: str = ""  # how they read, as membership has it; "" where the list does not say
    since: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)  # of the group's fields, by their keys
    same_as: int = 0  # the line on which the person came before
    trouble: str | Promise = ""
    remark: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """What was found in a list."""

    entries: list[Entry]
    columns: list[tuple[str, str]] = field(default_factory=list)  # as the file calls them, and what they are to us

    @property
    def ignored(self) -> list[str]:
        return [name for name, kind in self.columns if not kind and name]


def read(raw: bytes | str, *, fields: Mapping[str, Iterable[str]] | None = None) -> Roster:
    """Read a list, which may be no list at all. `fields` has the group's own: by their keys, what they are called."""
    if len(raw) > LARGEST:
        raise Refused(_("This is more than %(most)d MB. Please cut it in parts.") % {"most": LARGEST // 2**20})
    text = tables.decode(raw) if isinstance(raw, bytes) else raw
    by = _separator(text)
    rows = []
    for row in tables.rows(text, cells_by=by):
        rows.append(row)
        if len(rows) > MOST_ROWS + MOST_LINES_BEFORE:
            raise _too_many()
    known = dict(KNOWN) | {plain(name): f"={key}" for key, names in (fields or {}).items() for name in names}
    at = head(rows, known)
    if at is None:
        return Roster(_merged(_counted(chain.from_iterable(map(_of_plain_row, rows)))))
    names = rows[at].cells
    if len(names) > MOST_COLUMNS:
        raise Refused(_("A table has at most %(most)d columns.") % {"most": MOST_COLUMNS})
    found = kinds(names, rows[at + 1 :], known)
    columns = [(name, kind.removeprefix("=")) for name, kind in zip(names, found, strict=True)]
    return Roster(_merged(_counted(_of_row(row, found) for row in rows[at + 1 :])), columns)


def _counted(entries: Iterable[Entry]) -> list[Entry]:
    """A line may have many people, and each of them counts."""
    found = list(islice(entries, MOST_ROWS + 1))
    if len(found) > MOST_ROWS:
        raise _too_many()
    return found


def _too_many() -> Refused:
    return Refused(_("At most %(most)d rows at once. Please cut it in parts.") % {"most": MOST_ROWS})


def _separator(text: str) -> str:
    """A list of "Ann <ann@example.org>" has one person a line, whatever else stands in their names."""
    lines = [line.strip() for line in text.splitlines()[:50] if line.strip()]
    angled = [line for line in lines if _ANGLED_LINE.fullmatch(line)]
    return "\n" if lines and len(angled) * 2 > len(lines) else ""


def _of_plain_row(row: tables.Row) -> list[Entry]:
    """Read a row of a list whose columns have no names: addresses, each with or without a name."""
    whole = ", ".join(row.cells)
    is_one = whole.count("<") == 1 and not re.search(r"[,;]", whole) and "@" not in whole.partition(">")[2]
    if whole.count("@") > 1 and not is_one and len(found := _several(whole)) > 1:
        return [_checked(Entry(row.line, *_split(one))) for one in found]
    cell = next((cell for cell in row.cells if ADDRESS.search(cell)), "")
    address, name = _split(cell)
    others = [one for one in row.cells if one and one != cell and not re.fullmatch(r"[\d./:\- ]+", one)]
    return [_checked(Entry(row.line, address, name or " ".join(others[:2])), shown=", ".join(filter(None, row.cells)))]


def _several(whole: str) -> list[str]:
    """Take a line of many apart: each address, with the name that stands before one in angles."""
    found, after = [], 0
    for one in _ONE_OF_MANY.finditer(whole):
        name = re.split(r"[<>,;@]", whole[after : one.start()])[-1] if one[0].startswith("<") else ""
        found.append(name + one[0])
        after = one.end()
    return found


def _of_row(row: tables.Row, kinds: list[str]) -> Entry:
    cells = {kind: cell for kind, cell in zip(kinds, row.cells, strict=False) if kind and cell}
    address, beside = _split(cells.get("address", "") or _in_broken(row, kinds))
    full = " ".join(filter(None, (cells.get("given"), cells.get("family"))))
    name = _tame(full or cells.get("name", "") or beside or cells.get("username", ""))
    entry = Entry(
        row.line,
        address,
        name if "@" not in name else "",
        mail=meaning.reading(cells.get("mail", "")),
        since=meaning.since(cells),
        values={kind[1:]: _tame(cell) for kind, cell in cells.items() if kind.startswith("=")},
        trouble=meaning.not_taken(cells),
        remark=meaning.remark(cells),
    )
    return _checked(entry, shown=cells.get("address", "") or name)


def _in_broken(row: tables.Row, kinds: list[str]) -> str:
    """Of a row whose cells have run together, as by a lone quote, the one address that is in it."""
    found = ADDRESS.findall(" ".join(row.cells)) if len(row.cells) < len(kinds) else []
    return found[0] if len(found) == 1 else ""


def _checked(entry: Entry, *, shown: str = "") -> Entry:
    """Say what is wrong with an address."""
    if entry.trouble:
        return entry
    if not entry.address:
        words = _("No mail address is in this row: %(row)s") if shown else _("No mail address is in this row.")
        return replace(entry, trouble=words % {"row": shown[:80]} if shown else words, name=entry.name or shown[:80])
    try:
        validate_email(entry.address)
        is_address = len(entry.address) <= LONGEST_ADDRESS
    except ValidationError:
        is_address = False
    if not is_address:
        return replace(entry, trouble=_("“%(address)s” is not a mail address.") % {"address": entry.address[:80]})
    return entry


def _split(cell: str) -> tuple[str, str]:
    """Return address and name of “Ann Example <ann@example.org>”, without mailto: and what table programs add."""
    cell = _tame(cell)
    found = _ANGLED.search(cell) or ADDRESS.search(cell.replace("mailto:", ""))
    if found is None:
        return (cell.strip() if "@" in cell else "", "")
    address = found[1] if found.re.groups else found[0]
    name = re.sub(r"<[^<>]*>", " ", cell).replace(address, " ").replace("mailto:", " ")
    return address.strip(".,'").lower(), " ".join(name.split()).strip("\"'()[],; ")


def _tame(cell: str) -> str:
    """Take off the sign that keeps a table program from taking a cell for a formula."""
    return cell[1:] if re.match(r"'[=+\-@]", cell) else cell


def _merged(entries: list[Entry]) -> list[Entry]:
    """Whoever stands in it twice is one person: the later row fills in what the first one left out."""
    first: dict[str, int] = {}
    done: list[Entry] = []
    for entry in entries:
        at = first.get(entry.address, -1) if entry.address else -1
        if entry.trouble or at < 0:
            if not entry.trouble:
                first[entry.address] = len(done)
            done.append(entry)
            continue
        known = done[at]
        done[at] = replace(
            known,
            name=known.name or entry.name,
            mail=known.mail or entry.mail,
            since=min(filter(None, (known.since, entry.since)), default=None),
            values={**entry.values, **known.values},
        )
        done.append(replace(entry, same_as=known.line))
    return done
