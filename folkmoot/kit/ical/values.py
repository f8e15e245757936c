"""What stands in a line: times, durations, addresses."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from folkmoot.kit.ical import foreign_zones
from folkmoot.kit.ical.lines import Component, Line
from folkmoot.kit.zones import to_local, to_utc

MOST_ZONES = 50  # that one file names
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?(Z)?", re.ASCII)
_DURATION = re.compile(r"([+-])?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?")


class Zones:
    """Which zone a time is of: the line says it, the file may define it, and what floats takes the group's."""

    def __init__(self, defined: Mapping[str, Component], default: str) -> None:
        self.defined, self.default = defined, default
        self.unknown: set[str] = set()
        self._found: dict[str, str] = {}

    def of(self, line: Line, *, year: int) -> str:
        """Return the zone of a line. One that nobody knows counts as the group's, and is noted."""
        stated = line.parameters.get("TZID", "")
        if not stated:
            return self.default
        if stated not in self._found and len(self._found) >= MOST_ZONES:
            self.unknown.add("…")
            return self.default
        if stated not in self._found:
            self._found[stated] = foreign_zones.resolve(stated, self.defined, year=year, near=self.default)
        if not self._found[stated]:
            self.unknown.add(stated[:80])
        return self._found[stated] or self.default


def times(line: Line, zones: Zones) -> list[tuple[datetime, str, bool]]:
    """Return the times of a line, each with its zone and whether it is a whole day. Raises ValueError."""
    return [_time(part.partition("/")[0].strip(), line, zones) for part in line.value.split(",") if part.strip()]


def time(line: Line, zones: Zones) -> tuple[datetime, str, bool]:
    found = times(line, zones)
    if len(found) != 1:
        raise ValueError("one time, and not several")
    return found[0]


def _time(text: str, line: Line, zones: Zones) -> tuple[datetime, str, bool]:
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"no time: {text[:30]}")
    year, month, day = map(int, match.groups()[:3])
    if not 2 <= year <= 9997:  # so that no zone leads out of what we can count
        raise ValueError(f"no year: {year}")
    if match[4] is None:
        return datetime(year, month, day), zones.of(line, year=year), True  # noqa: DTZ001 - on the wall
    second = min(int(match[6] or 0), 59)
    wall = datetime(year, month, day, int(match[4]), int(match[5]), second)  # noqa: DTZ001 - on the wall
    return wall, "UTC" if match[7] else zones.of(line, year=year), False


def moment(line: Line | None) -> datetime | None:
    """Return a moment of a line that has one, and None where it says something else."""
    if line is None:
        return None
    try:
        wall, _zone, _is_all_day = time(line, Zones({}, "UTC"))
    except ValueError:
        return None
    return wall.replace(tzinfo=UTC)


def on_clocks_of(wall: datetime, zone: str, other: str) -> datetime:
    """Return what the clocks of another zone show then."""
    return wall if zone == other else to_local(to_utc(wall, zone), other)


def duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text.strip().upper())
    if match is None or len(text.strip(" +-")) < 3:
        raise ValueError(f"no duration: {text[:30]}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -length if match[1] == "-" else length


def address(value: str) -> str:
    """Return the mail address of a person's line."""
    value = value.strip()
    return value[7:].strip() if value[:7].casefold() == "mailto:" else value


def number(text: str, most: int = 1_000_000) -> int:
    return min(int(text), most) if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else 0
