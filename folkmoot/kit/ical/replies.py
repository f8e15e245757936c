"""What a calendar program answers to an invitation (RFC 5546, 3.2.3)."""

from dataclasses import dataclass
from datetime import datetime

from folkmoot.kit.ical import values
from folkmoot.kit.ical.entries import Attendee
from folkmoot.kit.ical.lines import Component, components
from folkmoot.kit.ical.reading import person
from folkmoot.kit.zones import to_utc

MOST = 50  # answers in one letter
ANSWERS = {"ACCEPTED": "yes", "TENTATIVE": "maybe", "DECLINED": "no"}


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody's answer to one meeting, or to one of a series."""

    uid: str
    attendee: str  # a mail address, as the program wrote it
    answer: str  # yes, maybe, no
    sequence: int
    said_at: datetime | None  # DTSTAMP
    recurrence_id: datetime | None = None  # a moment
    comment: str = ""
    guests: int = 0


def read_reply(data: bytes, *, zone: str = "UTC") -> Reply:
    """Read an answer to an invitation. Raises ValueError with the reason where it is something else."""
    replies = read_replies(data, zone=zone)
    if len(replies) != 1:
        raise ValueError(f"{len(replies)} answers in one reply")
    return replies[0]


def read_replies(data: bytes, *, zone: str = "UTC") -> list[Reply]:
    """Read all the answers of one letter, as read_reply does one."""
    calendar = next((one for one in components(data)[0] if one.name == "VCALENDAR"), None)
    if calendar is None:
        raise ValueError("no calendar")
    if (method := calendar.text("METHOD").upper()) != "REPLY":
        raise ValueError(f"not a reply but {method[:20] or 'nothing'}")
    entries = [part for part in calendar.parts if part.name == "VEVENT"]
    if not 1 <= len(entries) <= MOST:
        raise ValueError(f"{len(entries)} answers in one reply")
    return [_reply(entry, _attendee(entry), _zones(calendar, zone)) for entry in entries]


def _zones(calendar: Component, zone: str) -> values.Zones:
    defined = {part.text("TZID"): part for part in calendar.parts if part.name == "VTIMEZONE"}
    return values.Zones(defined, zone)


def _attendee(entry: Component) -> Attendee:
    people = [person(line) for line in entry.all("ATTENDEE")]
    if len(people) != 1:
        raise ValueError(f"{len(people)} people answer in one reply")
    if people[0].answer not in ANSWERS:
        raise ValueError(f"no answer: {people[0].answer or 'nothing'}")
    return people[0]


def _reply(entry: Component, attendee: Attendee, zones: values.Zones) -> Reply:
    uid = entry.text("UID")[:255]
    if not uid:
        raise ValueError("no UID")
    slot = entry.first("RECURRENCE-ID")
    return Reply(
        uid=uid,
        attendee=attendee.address,
        answer=ANSWERS[attendee.answer],
        sequence=values.number(entry.text("SEQUENCE")),
        said_at=values.moment(entry.first("DTSTAMP")),
        recurrence_id=to_utc(*values.time(slot, zones)[:2]) if slot else None,
        comment=entry.text("COMMENT")[:1000],
        guests=attendee.guests,
    )
