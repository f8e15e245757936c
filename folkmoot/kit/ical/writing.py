"""Entries to text. The same entries always make the same text, so that a program need not fetch it twice."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from folkmoot.kit.ical.entries import Attendee, Entry
from folkmoot.kit.ical.lines import escaped, folded, quoted
from folkmoot.kit.ical.zones import vtimezone
from folkmoot.kit.recurrence import parse
from folkmoot.kit.zones import to_utc

PRODUCT = "-//Folkmoot//Meetings//EN"
_DAY = "%Y%m%d"
_BY_DAYS = ""  # in the place of a zone: days have none
_NEVER_CHANGED = datetime(1970, 1, 1, tzinfo=UTC)


def write(entries: Sequence[Entry], *, method: str = "", name: str = "", refresh: str = "") -> str:
    """Return a whole calendar. `refresh` is how often to look again ("PT1H")."""
    head = [folded("VERSION", "2.0"), folded("PRODID", PRODUCT), folded("CALSCALE", "GREGORIAN")]
    if method:
        head.append(folded("METHOD", method))
    if name:
        head += [folded("NAME", escaped(name)), folded("X-WR-CALNAME", escaped(name))]
    if refresh:
        head += [
            folded("REFRESH-INTERVAL", refresh, ";VALUE=DURATION"),
            folded("X-PUBLISHED-TTL", refresh),
        ]
    zones = _zones(entries)
    body = [vtimezone(zone, year) for zone, year in sorted(zones.items())]
    body += [event(entry) for entry in entries]
    return "".join(["BEGIN:VCALENDAR\r\n", *head, *body, "END:VCALENDAR\r\n"])


def event(entry: Entry) -> str:
    """Return one entry as its VEVENT."""
    return "".join(["BEGIN:VEVENT\r\n", *_times(entry), *_words(entry), *_people(entry), "END:VEVENT\r\n"])


def _zones(entries: Iterable[Entry]) -> dict[str, int]:
    """The zones that are named, each with the first year that is asked of it."""
    found: dict[str, int] = {}
    for entry in entries:
        years = [entry.starts.year, *(at.year for at in entry.extra)]
        named = [] if entry.is_all_day else [(entry.zone, min(years))]
        if entry.recurrence_id and not entry.is_slot_a_day:
            named.append((entry.recurrence_zone or entry.zone, entry.recurrence_id.year))
        for zone, year in named:
            if zone != "UTC":
                found[zone] = min(year, found.get(zone, year))
    return found


def _times(entry: Entry) -> Iterator[str]:
    yield folded("UID", escaped(entry.uid))
    yield folded("DTSTAMP", _moment(entry.stamp or entry.changed_at or _NEVER_CHANGED))
    zone = _BY_DAYS if entry.is_all_day else entry.zone
    yield _time("DTSTART", [entry.starts], zone)
    if entry.ends is not None:
        yield _time("DTEND", [entry.ends], zone)
    if entry.recurrence_id is not None:
        of_series = _BY_DAYS if entry.is_slot_a_day else entry.recurrence_zone or entry.zone
        yield _time("RECURRENCE-ID", [entry.recurrence_id], of_series)
    if entry.rule:
        yield folded("RRULE", _rule(entry))
    for name, times in (("EXDATE", entry.left_out), ("RDATE", entry.extra)):
        if times:
            yield _time(name, sorted(times), zone)
    if entry.changed_at:
        yield folded("LAST-MODIFIED", _moment(entry.changed_at))
    yield folded("SEQUENCE", str(entry.sequence))


def _words(entry: Entry) -> Iterator[str]:
    for name, text in (("SUMMARY", entry.title), ("DESCRIPTION", entry.text), ("LOCATION", entry.location)):
        if text:
            yield folded(name, escaped(text))
    if entry.geo:
        yield folded("GEO", "{:.6f};{:.6f}".format(*entry.geo))
    if entry.url:
        yield folded("URL", _address(entry.url))
    for way in entry.conferences:
        label = f";LABEL={quoted(way.label)}" if way.label else ""
        yield folded("CONFERENCE", _address(way.address), f";VALUE=URI;FEATURE={way.features}{label}")
    if entry.categories:
        yield folded("CATEGORIES", ",".join(map(escaped, entry.categories)))
    if entry.status:
        yield folded("STATUS", entry.status)


def _people(entry: Entry) -> Iterator[str]:
    if entry.organizer:
        yield _person("ORGANIZER", entry.organizer)
    for attendee in entry.attendees:
        yield _person("ATTENDEE", attendee)


def _person(kind: str, person: Attendee) -> str:
    name = f";CN={quoted(person.name)}" if person.name else ""
    answer = f";PARTSTAT={person.answer}" if person.answer else ""
    asked = ";RSVP=TRUE" if person.is_asked else ""
    guests = f";X-NUM-GUESTS={person.guests}" if person.guests else ""
    return folded(kind, f"mailto:{_address(person.address)}", f"{name}{answer}{asked}{guests}")


def _time(name: str, times: Sequence[datetime], zone: str) -> str:
    if zone == _BY_DAYS:
        return folded(name, ",".join(at.strftime(_DAY) for at in times), ";VALUE=DATE")
    if zone == "UTC":
        return folded(name, ",".join(f"{_wall(at)}Z" for at in times))
    return folded(name, ",".join(map(_wall, times)), f";TZID={zone}")


def _rule(entry: Entry) -> str:
    """Its end as a moment, as a series with a zone has it (3.3.10); ours is by the wall clock."""
    rule = parse(entry.rule, zone=entry.zone)
    if rule.until is None:
        return str(rule)
    plain, _, _ = str(rule).rpartition(";UNTIL=")
    return f"{plain};UNTIL=" + (
        rule.until.strftime(_DAY) if entry.is_all_day else _moment(to_utc(rule.until, entry.zone))
    )


def _wall(at: datetime) -> str:
    return f"{at.year:04}{at:%m%dT%H%M%S}"


def _moment(at: datetime) -> str:
    return f"{_wall(at.astimezone(UTC))}Z"


def _address(text: str) -> str:
    """An address on one line: nothing in it begins another one."""
    return "".join(text.split())
