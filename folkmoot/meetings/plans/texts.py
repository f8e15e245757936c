"""Meetings in a text that somebody has at hand, whatever it is written in."""

from django.utils.translation import gettext_lazy as _

from folkmoot.kit import ical
from folkmoot.kit.errors import Refused
from folkmoot.meetings.plans.calendars import of_calendar
from folkmoot.meetings.plans.lists import of_list
from folkmoot.meetings.plans.plan import Plan

MOST = 2_000  # meetings at once: while they are rehearsed, everybody else's writing may wait


def of_text(text: str, *, zone: str) -> tuple[list[Plan], list[str]]:
    """Read a calendar, or a list of meetings, whichever it is. Raises Refused where it is neither, or too much."""
    try:
        plans, remarks = _read(text, zone)
    except ValueError as error:
        raise Refused(_("This is neither a calendar nor a list that can be read.")) from error
    if len(plans) > MOST:
        raise Refused(_("At most %(most)d meetings at once. Please cut it in parts.") % {"most": MOST})
    return plans, remarks


def _read(text: str, zone: str) -> tuple[list[Plan], list[str]]:
    if not text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
        return of_list(text.encode(), zone=zone)
    calendar = ical.read(text.encode(), zone=zone)
    return list(of_calendar(calendar, zone=zone)), [f"{one.kind}: {one.about}" for one in calendar.problems]
