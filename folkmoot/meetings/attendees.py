"""Lists of who came to meetings elsewhere, as other programs save them: read row by row."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from folkmoot.groups import rosters
from folkmoot.groups.rosters.columns import ADDRESS, KNOWN, head, plain
from folkmoot.kit import tables
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line

LARGEST = rosters.LARGEST
MOST_ROWS = 20_000
MOST_GUESTS = 20
_NAMES = {
    "meeting": """meeting; event; event name; event title; event id; meetup; meeting id; uid; veranstaltung; treffen;
        titel; termin""",
    "day": """date; event date; day; meeting date; date attending; start; start date; start time; event start; datum;
        tag; beginn""",
    "guests": "guests; number of guests; guest count; plus; gaste; begleitung; anzahl gaste",
    "came": """attended; attendance; checked in; check in; checkin; came; present; attendee status; status; anwesend;
        war da; erschienen; teilgenommen""",
    "said": "rsvp; response; answer; antwort; zusage",
    "who": "user id; userid; member id; url of member profile; profile url; profile; profil; attendee id",
}  # fmt: skip
_HERE = {one.strip(): kind for kind, names in _NAMES.items() for one in names.replace("\n", " ").split(";")}
_OF_PEOPLE = {name: kind for name, kind in KNOWN.items() if kind in {"address", "name", "given", "family"}}
COLUMNS = _OF_PEOPLE | {" ".join(name.split()): kind for name, kind in _HERE.items()}
_ABSENT = frozenset(
    """no|false|0|n|nein|absent|no show|noshow|not attending|did not attend|not checked in|cancelled|canceled|deleted
    waitlist|waitlisted|waiting|warteliste|maybe|declined|abgesagt|abwesend|nicht da|refunded|not going""".replace(
        "\n", "|"
    )
    .replace("    ", "")
    .split("|")
)
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%B %d, %Y", "%b %d, %Y", "%d %b %Y", "%A, %B %d, %Y")


@dataclass(frozen=True, slots=True)
class Attendee:
    """One row: who came, and to which meeting as far as the row says."""

    line: int
    name: str = ""
    address: str = ""
    who: str = ""  # what the other program calls them
    guests: int = 0
    meeting: str = ""
    day: date | None = None
    is_absent: bool = False
    trouble: str | Promise = ""


def read(raw: bytes | str) -> list[Attendee]:
    """Read a list; a table whose columns have names, or one person a line."""
    if len(raw) > LARGEST:
        raise Refused(_("This is more than %(most)d MB. Please cut it in parts.") % {"most": LARGEST // 2**20})
    text = tables.decode(raw) if isinstance(raw, bytes) else raw
    rows = list(islice(tables.rows(text), MOST_ROWS + 12))
    at = head(rows, COLUMNS)
    kinds = [COLUMNS.get(plain(name), "") for name in rows[at].cells] if at is not None else []
    if at is None or not {"name", "given", "family", "address"} & set(kinds):
        rows, kinds = list(islice(tables.rows(text, cells_by="\n"), MOST_ROWS + 1)), []
    else:
        rows = rows[at + 1 :]
    if len(rows) > MOST_ROWS:
        raise Refused(_("At most %(most)d rows at once. Please cut it in parts.") % {"most": MOST_ROWS})
    return [_of_row(row, kinds) if kinds else _of_line(row) for row in rows]


def _of_line(row: tables.Row) -> Attendee:
    """Somebody with or without an address, and nothing else."""
    whole = " ".join(filter(None, row.cells))
    found = ADDRESS.search(whole)
    address = found[0] if found else ""
    name = re.sub(r"[<>\"();]|mailto:", " ", whole.replace(address, " ") if address else whole)
    return _checked(Attendee(row.line, name.strip(" ,"), address))


def _of_row(row: tables.Row, kinds: list[str]) -> Attendee:
    cells: dict[str, str] = {}
    for kind, cell in zip(kinds, row.cells, strict=False):
        if kind and cell:
            cells.setdefault(kind, cell)
    full = " ".join(filter(None, (cells.get("given"), cells.get("family"))))
    found = ADDRESS.search(cells.get("address", ""))
    return _checked(
        Attendee(
            row.line,
            full or cells.get("name", ""),
            found[0] if found else "",
            who=one_line(cells.get("who", ""))[:300],
            guests=_number(cells.get("guests", "")),
            meeting=one_line(cells.get("meeting", ""))[:255],
            day=_day(cells.get("day", "")),
            is_absent=_is_absent(cells),
        )
    )


def _checked(row: Attendee) -> Attendee:
    name, address = one_line(row.name).strip("'")[:120], row.address.strip(".,'").lower()[:254]
    row = replace(row, name="" if "@" in name else name, address=address)
    if not (row.name or row.address):
        return replace(row, trouble=_("Nobody is named in this row."))
    return row


def _is_absent(cells: Mapping[str, str]) -> bool:
    """What was noted there counts before what they had said."""
    said = plain(cells.get("came") or cells.get("said") or "yes")
    return said in _ABSENT


def _number(text: str) -> int:
    found = re.fullmatch(r"\+?(\d{1,4})", text.strip())
    return min(int(found[1]), MOST_GUESTS) if found else 0


@lru_cache(maxsize=500)  # a list names few days, each in many rows
def _day(text: str) -> date | None:
    text = text.strip()
    for part in (text, re.split(r"[T ]", text)[0]):
        for form in _DAYS:
            try:
                return datetime.strptime(part, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    return None
