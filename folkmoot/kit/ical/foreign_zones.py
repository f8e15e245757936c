"""Names of zones as other programs write them, and what they mean by them."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from folkmoot.kit.ical.lines import Component
from folkmoot.kit.recurrence import between, parse
from folkmoot.kit.zones import names

LONGEST = 200  # characters of a name
MOST_PARTS = 40  # states of the clocks of one zone
MOST_DATES = 200  # at which one of them begins
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?")
_STATED = re.compile(r"(?:UTC|GMT)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", re.IGNORECASE)
_WALL = re.compile(r"\d{8}T\d{6}")
_SPOKEN = {  # of Outlook's "(UTC-05:00) Eastern Time (US & Canada)"
    "eastern time": "America/New_York",
    "central time": "America/Chicago",
    "mountain time": "America/Denver",
    "pacific time": "America/Los_Angeles",
    "atlantic time": "America/Halifax",
    "coordinated universal time": "UTC",
}
_PROBES = 24  # months that are compared


def resolve(name: str, defined: Mapping[str, Component], *, year: int, near: str = "UTC") -> str:
    """Return our name of a zone; "" where nobody can know which is meant.

    `year` is when it matters; of several with the same clocks it is `near`, if that is one of them.
    """
    name = name.strip().strip('"')[:LONGEST]
    known = _known(name)
    component = defined.get(name)
    if not known and component is not None:
        known = _known(component.text("X-LIC-LOCATION")) or _alike(component, year, near)
    return known or _spoken(name)


def _known(name: str) -> str:
    """A name of the zones' database, also behind a path, or one of Windows'."""
    pieces = [piece for piece in name.split("/") if piece]
    for length in (len(pieces), 3, 2, 1):
        tail = "/".join(pieces[-length:]).casefold() if pieces else ""
        if found := _folded().get(tail.replace(" ", "_")):
            return found
    return _of_windows().get(name.casefold(), "")


@lru_cache(maxsize=1)
def _folded() -> dict[str, str]:
    return {name.casefold(): name for name in names()} | {"z": "UTC"}


@lru_cache(maxsize=1)
def _of_windows() -> dict[str, str]:
    # Slow to import, and only some calendars need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {windows.casefold(): ours for windows, ours in WINDOWS_TO_OLSON.items() if ours in names()}


def _spoken(name: str) -> str:
    """A name that says an offset and places: "(UTC+01:00) Amsterdam, Berlin, Bern"."""
    low = name.casefold()
    for words, zone in _SPOKEN.items():
        if words in low:
            return zone
    stated = _STATED.search(name)
    offset = _stated(stated) if stated else None
    places = {place.strip().replace(" ", "_") for place in re.split(r"[,()/:]", low)}
    for zone in sorted(names()):
        is_named = "/" in zone and zone.rpartition("/")[2].casefold() in places
        if is_named and (offset is None or offset in {_at(zone, 1), _at(zone, 7)}):
            return zone
    return _fixed(offset) if offset is not None else ""


def _stated(match: re.Match[str]) -> timedelta:
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


def _fixed(offset: timedelta) -> str:
    """The zone whose clocks always stand so, where there is one: whole hours."""
    hours = offset.total_seconds() / 3600
    fixed = f"Etc/GMT{-hours:+.0f}" if hours else "UTC"
    return fixed if hours == int(hours) and fixed in names() else ""


def _at(zone: str, month: int) -> timedelta | None:
    return datetime(2025, month, 15, tzinfo=ZoneInfo(zone)).utcoffset()


def _alike(component: Component, year: int, near: str) -> str:
    """The zone whose clocks stand as those of a component that somebody made."""
    year = min(max(year, 1971), 2090)
    theirs = _signature(component, year)
    if theirs is None or theirs == _offsets(near, year):
        return near if theirs else ""
    return _signatures(year).get(theirs, "")


def _probes(year: int) -> list[datetime]:
    return [datetime(year + month // 12, month % 12 + 1, 12, tzinfo=UTC) for month in range(_PROBES)]


@lru_cache(maxsize=50)
def _signatures(year: int) -> dict[tuple[timedelta | None, ...], str]:
    """Which zone has which offsets from month to month: of those that agree, the one that most people live in."""
    found: dict[tuple[timedelta | None, ...], str] = {}
    for zone in ["UTC", *_of_windows().values(), *sorted(names())]:
        found.setdefault(_offsets(zone, year), zone)
    return found


def _offsets(zone: str, year: int) -> tuple[timedelta | None, ...]:
    clock = ZoneInfo(zone)
    return tuple(at.astimezone(clock).utcoffset() for at in _probes(year))


def _signature(component: Component, year: int) -> tuple[timedelta | None, ...] | None:
    try:
        onsets = sorted(onset for part in component.parts[:MOST_PARTS] for onset in _onsets(part, year))
    except (ValueError, OverflowError):
        return None
    if not onsets:
        return None
    offsets = []
    for probe in _probes(year):
        before = [offset for at, offset in onsets if at <= probe]
        offsets.append(before[-1] if before else onsets[0][1])
    return tuple(offsets)


def _onsets(part: Component, year: int) -> Iterator[tuple[datetime, timedelta]]:
    """The moments at which one of its states begins, up to the end of the years concerned."""
    before, after = _offset(part.text("TZOFFSETFROM")), _offset(part.text("TZOFFSETTO"))
    start = _WALL.match(part.text("DTSTART"))
    if start is None:
        raise ValueError("a state of the clocks begins some day")
    first = datetime.fromisoformat(start[0])
    walls = [first, *(datetime.fromisoformat(at) for line in part.all("RDATE") for at in _WALL.findall(line.value))]
    if line := part.first("RRULE"):
        rule = parse(line.value)
        if rule.part("FREQ") != "YEARLY":
            raise ValueError("clocks are changed by the year")
        # Begun anew shortly before, for they begin in 1601.
        anchor = max(first, first.replace(year=max(first.year, year - 2), month=1, day=1))
        times = between(rule, anchor, start=anchor, end=first.replace(year=year + 3, month=1, day=1), most=20)
        walls += [at for at in times if at != anchor or anchor == first]
    for wall in walls[:MOST_DATES]:
        if 1 < wall.year < 9999:
            yield (wall - before).replace(tzinfo=UTC), after


def _offset(text: str) -> timedelta:
    match = _OFFSET.fullmatch(text)
    if match is None:
        raise ValueError("no offset")
    size = timedelta(hours=int(match[2]), minutes=int(match[3]), seconds=int(match[4] or 0))
    return -size if match[1] == "-" else size
