"""Zones as calendars carry them along (RFC 5545, 3.6.5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from folkmoot.kit.ical.lines import folded
from folkmoot.kit.recurrence import WEEKDAYS

AHEAD = 40  # years for which each change is known; where they follow a rule, it goes on for ever
_STEP = timedelta(days=20)  # no clocks go to and fro in less: Morocco's, around Ramadan, take a month


@dataclass(frozen=True, slots=True)
class Change:
    """Clocks that are put forward or back."""

    wall: datetime  # what they showed when it happened
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool

    @property
    def shape(self) -> tuple[object, ...]:
        """What it has in common with those of other years, but for the day."""
        return self.wall.month, self.wall.weekday(), self.wall.time(), self.before, self.after, self.name


@lru_cache(maxsize=500)
def vtimezone(name: str, year: int) -> str:
    """Return a zone from a year on as a VTIMEZONE."""
    zone = ZoneInfo(name)
    begin = datetime(max(year, 2) - 1, 1, 1, tzinfo=UTC)
    known = list(changes(zone, begin, begin.replace(year=min(begin.year + AHEAD, 9000))))
    has_changed = known and known[0].wall.year == begin.year  # before the times that are asked for
    lines = [] if has_changed else [_observance([_initial(zone, begin)], "")]
    lines += [_observance(group, _rule(group, known[-1].wall.year)) for group in _groups(known)]
    return "".join(["BEGIN:VTIMEZONE\r\n", folded("TZID", name), *lines, "END:VTIMEZONE\r\n"])


def changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Change]:
    """Yield each change of a zone's clocks between two moments."""
    at = start
    while at < end:
        later = min(at + _STEP, end)
        if _state(zone, at) != _state(zone, later):
            yield _change(zone, _moment_of_change(zone, at, later))
        at = later


def _moment_of_change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """Halve the time between until the second is found."""
    before = _state(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        low, high = (middle, high) if _state(zone, middle) == before else (low, middle)
    return high


def _state(zone: ZoneInfo, at: datetime) -> tuple[timedelta, str, bool]:
    local = at.astimezone(zone)
    offset, summer = local.utcoffset(), local.dst()
    assert offset is not None, "a zone has an offset"
    return offset, local.tzname() or "", bool(summer)


def _change(zone: ZoneInfo, at: datetime) -> Change:
    before, (after, name, is_summer) = _state(zone, at - timedelta(seconds=1))[0], _state(zone, at)
    return Change((at + before).replace(tzinfo=None), before, after, name, is_summer)


def _initial(zone: ZoneInfo, begin: datetime) -> Change:
    """How clocks stood at the beginning."""
    offset, name, is_summer = _state(zone, begin)
    return Change(datetime(begin.year, 1, 1), offset, offset, name, is_summer)  # noqa: DTZ001 - on the wall


def _groups(known: list[Change]) -> list[list[Change]]:
    """Changes of the same shape in years that follow on each other."""
    groups: list[list[Change]] = []
    latest: dict[tuple[object, ...], list[Change]] = {}
    for one in known:
        group = latest.get(one.shape)
        if group is None or one.wall.year - group[-1].wall.year != 1 or not _positions([*group, one]):
            group = latest[one.shape] = []
            groups.append(group)
        group.append(one)
    return groups


def _positions(group: list[Change]) -> set[int]:
    """Which weekday of the month all of them are: the second is 2, the last -1."""
    return set.intersection(*(_positions_of(one.wall) for one in group))


def _positions_of(day: datetime) -> set[int]:
    is_last = (day + timedelta(weeks=1)).month != day.month
    return {(day.day - 1) // 7 + 1, -1} if is_last else {(day.day - 1) // 7 + 1}


def _rule(group: list[Change], last: int) -> str:
    """The rule of those that go on to the end of what is known."""
    if len(group) < 10 or group[-1].wall.year < last - 1:
        return ""
    position = min(_positions(group))
    return f"FREQ=YEARLY;BYMONTH={group[0].wall.month};BYDAY={position}{WEEKDAYS[group[0].wall.weekday()]}"


def _observance(group: list[Change], rule: str) -> str:
    first, kind = group[0], "DAYLIGHT" if group[0].is_summer else "STANDARD"
    lines = [
        folded("DTSTART", _wall(first.wall)),
        folded("TZOFFSETFROM", _offset(first.before)),
        folded("TZOFFSETTO", _offset(first.after)),
        folded("TZNAME", first.name),
    ]
    if rule:
        lines.append(folded("RRULE", rule))
    elif len(group) > 1:
        lines.append(folded("RDATE", ",".join(_wall(one.wall) for one in group[1:])))
    return "".join([f"BEGIN:{kind}\r\n", *lines, f"END:{kind}\r\n"])


def _wall(at: datetime) -> str:
    return f"{at.year:04}{at:%m%dT%H%M%S}"


def _offset(offset: timedelta) -> str:
    seconds = abs(int(offset.total_seconds()))
    sign = "-" if offset < timedelta() else "+"
    rest = f"{seconds % 60:02}" if seconds % 60 else ""
    return f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}{rest}"
