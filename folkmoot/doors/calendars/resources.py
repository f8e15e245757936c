"""A calendar as a folder of files: one for each name of a meeting or series (RFC 4791, 4.1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from folkmoot.doors.calendars.entries import entries
from folkmoot.doors.calendars.sheets import Sheet
from folkmoot.kit import ical, recurrence
from folkmoot.kit.ical import Entry
from folkmoot.kit.zones import to_utc


@dataclass(frozen=True, slots=True)
class Resource:
    """All entries of one name, as one file."""

    name: str
    text: str
    entries: tuple[Entry, ...]

    @property
    def tag(self) -> str:
        return f'"{blake2b(self.text.encode(), digest_size=12).hexdigest()}"'

    def is_within(self, start: datetime, end: datetime) -> bool:
        """Whether any of it takes place from start to before end, both moments."""
        return any(_is_within(entry, start, end) for entry in self.entries)


def resources(sheet: Sheet) -> Iterator[Resource]:
    together: dict[str, list[Entry]] = {}
    for entry in entries(sheet.shown):
        together.setdefault(entry.uid, []).append(entry)
    for uid, found in together.items():
        yield Resource(name_of(uid), ical.write(found), tuple(found))


def name_of(uid: str) -> str:
    """Return a name for a file: a UID from elsewhere may hold any sign."""
    return blake2b(uid.encode(), digest_size=16).hexdigest()


def within(found: Iterable[Resource], time_range: tuple[str, str] | None) -> list[Resource]:
    """Return those that take place in a range as CalDAV says it. Raises ValueError where it says none."""
    if time_range is None:
        return list(found)
    start, end = time_range
    first = _moment(start) if start else datetime(1900, 1, 1, tzinfo=UTC)
    last = _moment(end) if end else datetime(2200, 1, 1, tzinfo=UTC)
    return [one for one in found if one.is_within(first, last)]


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _is_within(entry: Entry, start: datetime, end: datetime) -> bool:
    length = to_utc(entry.ends or entry.starts, entry.zone) - to_utc(entry.starts, entry.zone)
    if not entry.rule:
        begin = to_utc(entry.starts, entry.zone)
        return begin < end and begin + length > start
    near = timedelta(days=2)  # of zones and lengths; exact are the moments
    rule = recurrence.parse(entry.rule, zone=entry.zone)
    low, high = (start - length - near).replace(tzinfo=None), (end + near).replace(tzinfo=None)
    times = [*recurrence.between(rule, entry.starts, start=low, end=high, most=400), *entry.extra]
    begins = [to_utc(at, entry.zone) for at in times if at not in entry.left_out]
    return any(begin < end and begin + length > start for begin in begins)
