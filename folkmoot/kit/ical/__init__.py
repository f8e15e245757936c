"""Calendars as text (RFC 5545, 5546, 7986): what others' programs read, and what they send."""

from folkmoot.kit.ical.entries import Attendee, Calendar, Conference, Entry, Problem
from folkmoot.kit.ical.reading import read
from folkmoot.kit.ical.replies import Reply, read_replies, read_reply
from folkmoot.kit.ical.writing import write

__all__ = [
    "Attendee",
    "Calendar",
    "Conference",
    "Entry",
    "Problem",
    "Reply",
    "read",
    "read_replies",
    "read_reply",
    "write",
]
