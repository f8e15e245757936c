"""Text to entries. Whatever comes, it ends soon, and what is not understood is named."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from folkmoot.kit import recurrence
from folkmoot.kit.ical import values
from folkmoot.kit.ical.entries import Attendee, Calendar, Conference, Entry, Problem
from folkmoot.kit.ical.lines import Component, Line, components
from folkmoot.kit.ical.values import Zones
from folkmoot.kit.zones import to_local, to_utc

MOST = 20_000  # entries of one file
MOST_TIMES = 2_000  # that are added or left out
MOST_PEOPLE = 2_000
MOST_PROBLEMS = 1_000
PROBLEMS = frozenset(
    """
    line todo journal free-busy component alarm no-uid no-start time end zone rule two-rules left-out-rule twice
    too-many
    """.split()
)
_OTHERS = {"VTODO": "todo", "VJOURNAL": "journal", "VFREEBUSY": "free-busy"}
STATES = {"CONFIRMED", "TENTATIVE", "CANCELLED"}


def read(data: bytes, *, zone: str = "UTC") -> Calendar:
    """Read a file of calendars. Times without a zone are by the clocks of `zone`. Raises ValueError for no calendar."""
    found, useless = components(data)
    calendars = [one for one in found if one.name == "VCALENDAR"]
    if not calendars:
        raise ValueError("no calendar")
    problems = [Problem("line", str(useless))] if useless else []
    entries: list[Entry] = []
    for calendar in calendars:
        reader = _Reader(Zones(_zones(calendar), zone))
        entries += reader.entries(calendar)
        problems += reader.problems
    first = calendars[0]
    kept, doubled = _without_doubles(entries)
    name = first.text("X-WR-CALNAME") or first.text("NAME")
    everything = (*problems, *doubled)[:MOST_PROBLEMS]
    return Calendar(tuple(kept), everything, first.text("METHOD").upper()[:20], name[:200])


def _zones(calendar: Component) -> dict[str, Component]:
    return {part.text("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}


@dataclass
class _Reader:
    zones: Zones

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []

    def entries(self, calendar: Component) -> Iterator[Entry]:
        count = 0
        for part in calendar.parts:
            if part.name == "VEVENT" and (count := count + 1) <= MOST:
                if (entry := self.entry(part)) is not None:
                    yield entry
            elif part.name in _OTHERS:
                self.note(_OTHERS[part.name], part.text("SUMMARY"))
            elif part.name not in {"VEVENT", "VTIMEZONE"}:
                self.note("component", part.name)
        if count > MOST:
            self.note("too-many", str(count))
        for name in sorted(self.zones.unknown):
            self.note("zone", name)

    def note(self, kind: str, about: str = "") -> None:
        assert kind in PROBLEMS, kind
        self.problems.append(Problem(kind, " ".join(about.split())[:200]))

    def entry(self, part: Component) -> Entry | None:
        title = part.text("SUMMARY")
        uid = part.text("UID")[:255]
        if not uid:
            self.note("no-uid", title)
            uid = f"{sha256(repr(part).encode(errors='replace')).hexdigest()[:32]}@imported"
        if any(inner.name == "VALARM" for inner in part.parts):
            self.note("alarm", title)
        start = part.first("DTSTART")
        if start is None:
            self.note("no-start", title or uid)
            return None
        try:
            starts, zone, is_all_day = values.time(start, self.zones)
        except ValueError as error:
            self.note("time", f"{title or uid}: {error}")
            return None
        entry = Entry(uid=uid, starts=starts, zone=zone, is_all_day=is_all_day, title=title)
        return replace(entry, **self.when(part, entry), **_what(part), **_who(part))

    def when(self, part: Component, entry: Entry) -> dict[str, Any]:
        slot, slot_zone, is_slot_a_day = self.slot(part, entry)
        return {
            "ends": self.end(part, entry),
            "rule": self.rule(part, entry),
            "left_out": self.several(part, "EXDATE", entry),
            "extra": self.several(part, "RDATE", entry),
            "recurrence_id": slot,
            "recurrence_zone": slot_zone,
            "is_slot_a_day": is_slot_a_day,
            "stamp": values.moment(part.first("DTSTAMP")),
            "changed_at": values.moment(part.first("LAST-MODIFIED")),
            "sequence": values.number(part.text("SEQUENCE")),
        }

    def end(self, part: Component, entry: Entry) -> datetime | None:
        """When it ends, by the clocks of its zone; None where nothing is said, or nothing that can be."""
        try:
            if line := part.first("DTEND"):
                wall, zone, _is_all_day = values.time(line, self.zones)
                ends = (
                    datetime.combine(wall, time.min)
                    if entry.is_all_day
                    else values.on_clocks_of(wall, zone, entry.zone)
                )
            elif line := part.first("DURATION"):
                ends = _after(entry, values.duration(line.value))
            else:
                return entry.starts + timedelta(days=1) if entry.is_all_day else None
        except (ValueError, OverflowError) as error:
            self.note("end", f"{entry.title or entry.uid}: {error}")
            return None
        if ends < entry.starts:
            self.note("end", f"{entry.title or entry.uid}: {ends}")
            return None
        return ends

    def rule(self, part: Component, entry: Entry) -> str:
        rules = list(part.all("RRULE"))
        if len(rules) > 1:
            self.note("two-rules", entry.title or entry.uid)
        if part.first("EXRULE"):
            self.note("left-out-rule", entry.title or entry.uid)
        if not rules:
            return ""
        try:
            return str(recurrence.parse(rules[0].text, zone=entry.zone))
        except ValueError:
            self.note("rule", f"{entry.title or entry.uid}: {rules[0].value}")
            return ""

    def several(self, part: Component, name: str, entry: Entry) -> tuple[datetime, ...]:
        found: set[datetime] = set()
        for line in part.all(name):
            try:
                for wall, zone, is_all_day in values.times(line, self.zones):
                    if is_all_day and not entry.is_all_day:
                        wall = datetime.combine(wall, entry.starts.time())
                        zone = entry.zone
                    found.add(values.on_clocks_of(wall, zone, entry.zone))
            except ValueError as error:
                self.note("time", f"{entry.title or entry.uid}: {error}")
        return tuple(sorted(found)[:MOST_TIMES])

    def slot(self, part: Component, entry: Entry) -> tuple[datetime | None, str, bool]:
        line = part.first("RECURRENCE-ID")
        if line is None:
            return None, "", False
        try:
            wall, zone, is_all_day = values.time(line, self.zones)
        except ValueError as error:
            self.note("time", f"{entry.title or entry.uid}: {error}")
            return None, "", False
        if is_all_day and not entry.is_all_day:  # Google's
            wall = datetime.combine(wall, entry.starts.time())
        return wall, "" if zone == entry.zone else zone, is_all_day


def _after(entry: Entry, length: timedelta) -> datetime:
    """When it ends: hours pass also while the clocks are changed, days are by the calendar (RFC 5545, 3.3.6)."""
    if entry.is_all_day or not length % timedelta(days=1):
        return entry.starts + length
    return to_local(to_utc(entry.starts, entry.zone) + length, entry.zone)


def _what(part: Component) -> dict[str, Any]:
    status = part.text("STATUS").upper()
    categories = [word.strip() for line in part.all("CATEGORIES") for word in line.text.split(",")]
    return {
        "text": part.text("DESCRIPTION"),
        "location": part.text("LOCATION"),
        "geo": _geo(part.text("GEO")),
        "url": part.text("URL")[:2000],
        "conferences": tuple(_ways_in(part)),
        "categories": tuple(word for word in categories if word)[:50],
        "status": status if status in STATES else "",
    }


def _who(part: Component) -> dict[str, Any]:
    organizer = part.first("ORGANIZER")
    people = [person(line) for line in part.all("ATTENDEE")]
    return {"organizer": person(organizer) if organizer else None, "attendees": tuple(people[:MOST_PEOPLE])}


def person(line: Line) -> Attendee:
    said = line.parameters
    return Attendee(
        values.address(line.value)[:320],
        name=said.get("CN", "")[:200],
        answer=said.get("PARTSTAT", "").upper()[:20],
        is_asked=said.get("RSVP", "").upper() == "TRUE",
        guests=values.number(said.get("X-NUM-GUESTS", ""), 1000),
    )


def _ways_in(part: Component) -> Iterator[Conference]:
    for line in list(part.all("CONFERENCE"))[:10]:
        said = line.parameters
        yield Conference(line.value.strip()[:2000], said.get("LABEL", "")[:200], said.get("FEATURE", "VIDEO")[:60])
    for name in ("X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL", "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK"):
        if address := part.text(name):
            yield Conference(address[:2000])


def _geo(text: str) -> tuple[float, float] | None:
    try:
        latitude, longitude = map(float, text.replace(",", ";").split(";"))
    except ValueError:
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _without_doubles(entries: list[Entry]) -> tuple[list[Entry], list[Problem]]:
    """Of those with the same name the one that was changed last."""
    kept: dict[tuple[str, datetime | None], Entry] = {}
    problems = []
    for entry in entries:
        key = (entry.uid, entry.recurrence_id)
        if (other := kept.get(key)) is not None:
            problems.append(Problem("twice", entry.title or entry.uid))
            if other.sequence > entry.sequence:
                continue
        kept[key] = entry
    return list(kept.values()), problems
