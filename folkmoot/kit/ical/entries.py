from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attendee:
    """Who is invited, or invites, and what they said."""

    address: str
    name: str = ""
    answer: str = ""  # PARTSTAT: ACCEPTED, DECLINED, TENTATIVE, NEEDS-ACTION
    is_asked: bool = False  # RSVP=TRUE
    guests: int = 0  # X-NUM-GUESTS, which Google's calendar writes


@dataclass(frozen=True, slots=True)
class Conference:
    """A way in for those who are not in the room (RFC 7986, 5.11)."""

    address: str
    label: str = ""
    features: str = "VIDEO"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One VEVENT. Times are those of the clocks of its zone, without a zone of their own; days begin at midnight."""

    uid: str
    starts: datetime
    ends: datetime | None = None
    zone: str = "UTC"
    is_all_day: bool = False
    title: str = ""
    text: str = ""
    location: str = ""
    geo: tuple[float, float] | None = None  # latitude, longitude
    url: str = ""
    conferences: tuple[Conference, ...] = ()
    categories: tuple[str, ...] = ()
    status: str = ""  # CONFIRMED, TENTATIVE, CANCELLED
    sequence: int = 0
    rule: str = ""
    left_out: tuple[datetime, ...] = ()
    extra: tuple[datetime, ...] = ()
    recurrence_id: datetime | None = None  # which of a series this one is, by the clocks of `recurrence_zone`
    recurrence_zone: str = ""  # "": its zone
    is_slot_a_day: bool = False  # the series takes whole days, and names its own by their days (RFC 5545, 3.8.4.4)
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    stamp: datetime | None = None  # DTSTAMP, a moment
    changed_at: datetime | None = None  # LAST-MODIFIED, a moment


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be taken over as it stands."""

    kind: str  # one of reading.PROBLEMS
    about: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was read."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()
    method: str = ""
    name: str = ""
