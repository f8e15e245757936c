"""A meeting as one entry of one reader's calendar: by its own name, also in a series, and with the reader alone."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.doors.mail import addresses
from folkmoot.doors.mail.invitations import copies, words
from folkmoot.doors.mail.invitations.copies import Saying, Seen
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.kit import ical
from folkmoot.meetings.models import Meeting, are_whole_days, ends_by_clocks


def written(copy: CalendarCopy, said: Saying, seen: Seen) -> str:
    """Return the calendar that a letter carries."""
    meeting = copy.meeting
    geo = (meeting.venue.latitude, meeting.venue.longitude) if meeting.venue else (None, None)
    comes = bool(seen.facts["way_in"])
    entry = ical.Entry(
        uid=meeting.uid,
        starts=meeting.starts.replace(tzinfo=None),
        ends=meeting.ends,
        zone=meeting.zone,
        is_all_day=meeting.is_whole_days,
        title=meeting.title,
        text=_text(meeting, comes=comes),
        location=words.where(seen.facts),
        geo=(geo[0], geo[1]) if geo[0] is not None and geo[1] is not None else None,
        url=f"{settings.SITE}{meeting.get_absolute_url()}",
        conferences=(ical.Conference(meeting.link),) if comes and meeting.link else (),
        status="CANCELLED" if said.takes_away else "CONFIRMED",
        sequence=copies.sequence(copy, said, seen),
        organizer=ical.Attendee(addresses.answering(meeting, copy.person_id), name=meeting.group.name),
        attendees=(_attendee(copy, words.PARTICIPATION[seen.answer]),),
        stamp=seen.at,
        changed_at=meeting.changed_at,
    )
    return ical.write([entry], method="CANCEL" if said.takes_away else "REQUEST")


def taken_away(copy: CalendarCopy, seen: Seen) -> str:
    """Return what takes a meeting out of a calendar and says nothing that was not there."""
    starts, zone, minutes = datetime.fromisoformat(copy.knows["starts"]), copy.knows["zone"], copy.knows["minutes"]
    entry = ical.Entry(
        uid=copy.meeting.uid,
        starts=starts,
        ends=ends_by_clocks(starts, zone, minutes),
        zone=zone,
        is_all_day=are_whole_days(starts, minutes),
        title=_("Meeting"),
        status="CANCELLED",
        sequence=copies.sequence(copy, Saying.GONE, seen),
        organizer=ical.Attendee(addresses.answering(copy.meeting, copy.person_id)),
        attendees=(_attendee(copy, ""),),
        stamp=seen.at,
    )
    return ical.write([entry], method="CANCEL")


def _attendee(copy: CalendarCopy, participation: str) -> ical.Attendee:
    return ical.Attendee(copy.address, name=copy.person.name, answer=participation, is_asked=bool(participation))


def _text(meeting: Meeting, *, comes: bool) -> str:
    """What the entry says: the way in for those who come, and where everything stands."""
    lines = [meeting.about.strip()[:2000]]
    if comes:
        lines += [meeting.link, _("By telephone: %(number)s") % {"number": meeting.dial_in} if meeting.dial_in else ""]
        lines += [_("PIN: %(pin)s") % {"pin": meeting.pin} if meeting.pin else ""]
    lines.append(f"{settings.SITE}{meeting.get_absolute_url()}")
    return "\n\n".join(line for line in lines if line)
