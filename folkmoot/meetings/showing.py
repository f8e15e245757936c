"""A meeting's time as pages show it: by the clocks of its zone, which it names."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from folkmoot.accounts.models import Person
from folkmoot.kit.zones import to_local
from folkmoot.meetings import queries
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.words import zone_in_words


@dataclass(frozen=True, slots=True)
class When:
    """When a meeting is, by the clocks of one zone."""

    starts: datetime  # by those clocks, without a zone
    ends: datetime
    zone: str
    moment: datetime
    days: int = 0  # how many whole days it takes, where no hours are planned

    @property
    def day(self) -> str:
        return date_format(self.starts, pgettext("date format: day of a meeting", "D j F Y"))

    @property
    def brief(self) -> str:
        """The day where the year is plain, as in lists by months."""
        return date_format(self.starts, pgettext("date format: day", "D j M"))

    @property
    def hour(self) -> str:
        if self.days:
            return pgettext("in the place of an hour", "all day")
        return date_format(self.starts, pgettext("date format: hour", "H:i"))

    @property
    def hours(self) -> str:
        """From and to; with the day where it ends on another one."""
        if self.days > 1:
            last = date_format(self.starts + timedelta(days=self.days - 1), pgettext("date format: day", "D j M"))
            return _("all day, until %(day)s") % {"day": last}
        if self.days:
            return self.hour
        form = pgettext("date format: hour", "H:i")
        if self.ends.date() != self.starts.date():
            form = f"{pgettext('date format: day', 'D j M')}, {form}"
        return f"{self.hour}–{date_format(self.ends, form)}"

    @property
    def iso(self) -> str:
        return self.moment.astimezone(ZoneInfo(self.zone)).isoformat(timespec="minutes")

    @property
    def zone_words(self) -> str:
        return zone_in_words(self.zone)

    @property
    def zone_in_full(self) -> str:
        """“CET, Europe/Berlin”: what it is called that day, and its name for programs."""
        short = self.moment.astimezone(ZoneInfo(self.zone)).strftime("%Z")
        return ", ".join(dict.fromkeys([short, self.zone.replace("_", " ")]))


def when(meeting: Meeting) -> When:
    """Return when it is by the clocks of the place it is planned for."""
    starts = meeting.starts.replace(tzinfo=None)
    days = meeting.minutes // (24 * 60) if meeting.is_whole_days else 0
    return When(starts, to_local(meeting.ends_at, meeting.zone), meeting.zone, meeting.starts_at, days)


def when_for(meeting: Meeting, person: Person | None) -> When | None:
    """Return when it is for somebody who lives by other clocks; None where theirs show the same."""
    zone = person.time_zone if person else ""
    if not zone or meeting.is_whole_days:  # a day is that of the place
        return None
    starts, ends = to_local(meeting.starts_at, zone), to_local(meeting.ends_at, zone)
    is_same = starts == meeting.starts.replace(tzinfo=None)
    return None if is_same else When(starts, ends, zone, meeting.starts_at)


def lines(meetings: list[Meeting], person: Person | None) -> list[dict[str, Any]]:
    """What a list says of each meeting."""
    return [
        {"meeting": one, "when": when(one), "figures": figures, "mine": mine}
        for one, figures, mine in queries.listed(meetings, person)
    ]


def month_in_words(month: date) -> str:
    return date_format(month, pgettext("date format: month", "F Y"))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on our picture of the world, which is 360 by 144 (84° north to 60° south)."""

    latitude: float
    longitude: float

    @property
    def x(self) -> str:
        return f"{self.longitude + 180:.1f}"

    @property
    def y(self) -> str:
        return f"{min(144, max(0, 84 - self.latitude)):.1f}"

    @property
    def words(self) -> str:
        north = pgettext("degrees", "north") if self.latitude >= 0 else pgettext("degrees", "south")
        east = pgettext("degrees", "east") if self.longitude >= 0 else pgettext("degrees", "west")
        return f"{abs(self.latitude):.4f}° {north}, {abs(self.longitude):.4f}° {east}"

    @property
    def geo(self) -> str:
        """For the reader's own map program (RFC 5870)."""
        return f"geo:{self.latitude:.5f},{self.longitude:.5f}"

    @property
    def osm(self) -> str:
        at = f"{self.latitude:.5f}/{self.longitude:.5f}"
        return f"https://www.openstreetmap.org/?mlat={self.latitude:.5f}&mlon={self.longitude:.5f}#map=17/{at}"


def map_of(venue: Venue) -> Spot | None:
    """Return where a place is; None where nobody has said."""
    if venue.latitude is None or venue.longitude is None:
        return None
    return Spot(venue.latitude, venue.longitude)
