"""The words of what was done to meetings, in a group's history, and what undoes it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import HistoryEntry
from folkmoot.meetings.models import DatePoll, Meeting, Proposal, Series, Venue
from folkmoot.meetings.operations import (
    bring_venue_back,
    cancel,
    change_meeting,
    change_venue,
    close_dates,
    reopen_dates,
    retire_venue,
    uncancel,
)
from folkmoot.meetings.operations.agenda import schedule, take_off
from folkmoot.meetings.operations.proposing import put_proposal_back, withdraw_proposal

WORDS = {
    "meeting.planned": _("planned a meeting: %(meeting)s"),
    "meeting.changed": _("changed a meeting: %(meeting)s"),
    "meeting.published": _("published a meeting: %(meeting)s"),
    "meeting.cancelled": _("called a meeting off: %(meeting)s"),
    "meeting.uncancelled": _("let a meeting take place after all: %(meeting)s"),
    "meeting.discarded": _("threw the draft of a meeting away"),
    "meeting.reminders_set": _("set the reminders of a meeting: %(meeting)s"),
    "meeting.brought": _("brought meetings along from elsewhere: %(count)s"),
    "meeting.kept": _("left a meeting as it was changed here, though it was changed elsewhere, too: %(meeting)s"),
    "series.kept": _("left a series as it was changed here, though it was changed elsewhere, too: %(series)s"),
    "attendees.brought": _("brought along who came to meetings elsewhere: %(count)s"),
    "mirror.set": _("said which calendar’s meetings come along: %(move)s"),
    "series.planned": _("planned a series of meetings: %(series)s"),
    "series.changed": _("changed a series of meetings: %(series)s"),
    "series.published": _("published a series of meetings: %(series)s"),
    "series.ended": _("ended a series of meetings: %(series)s"),
    "series.discarded": _("threw the draft of a series of meetings away"),
    "dates.asked": _("asked when the group could meet: %(dates)s"),
    "dates.changed": _("changed the question when to meet: %(dates)s"),
    "dates.closed": _("closed the question when to meet: %(dates)s"),
    "dates.reopened": _("opened the question when to meet again: %(dates)s"),
    "dates.decided": _("decided when to meet: %(dates)s"),
    "venue.added": _("put a place into the address book: %(venue)s"),
    "venue.changed": _("changed a place of the address book: %(venue)s"),
    "venue.retired": _("took a place out of the address book: %(venue)s"),
    "venue.brought_back": _("put a place back into the address book: %(venue)s"),
    "proposal.withdrawn": _("took a proposed talk back: %(proposal)s"),
    "proposal.put_back": _("offered a talk again: %(proposal)s"),
    "talk.scheduled": _("put a talk on the agenda of %(meeting)s: %(proposal)s"),
    "talk.taken_off": _("took a talk off the agenda of %(meeting)s: %(proposal)s"),
    "minutes.published": _("published the minutes of %(meeting)s"),
}
ABOUT = {
    "attendees": _("Who came elsewhere"),
    "mirror": _("Calendars elsewhere"),
    "meeting": _("Meetings"),
    "series": _("Series of meetings"),
    "venue": _("Places"),
    "proposal": _("Proposed talks"),
    "talk": _("Talks"),
    "minutes": _("Minutes"),
    "dates": _("When to meet"),
}
NAMES = {
    "dates": (DatePoll, "title"),
    "meeting": (Meeting, "title"),
    "series": (Series, "title"),
    "venue": (Venue, "name"),
    "proposal": (Proposal, "title"),
}


def _meeting(entry: HistoryEntry) -> Meeting:
    return Meeting.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["meeting"])


def _venue(entry: HistoryEntry) -> Venue:
    return Venue.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["venue"])


def _dates(entry: HistoryEntry) -> DatePoll:
    return DatePoll.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["dates"])


def _meeting_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    meeting, before = _meeting(entry), dict(entry.facts["before"])
    starts = before.pop("starts", None)
    for name in ("starts_at", "ends_at"):
        before.pop(name, None)
    changes: dict[str, Any] = before
    if "venue" in changes:
        changes["venue"] = Venue.objects.filter(group=entry.group_id, pk=changes["venue"]).first()
    if starts is not None:
        changes["starts"] = datetime.fromisoformat(starts).replace(tzinfo=None)
    change_meeting(meeting, by=by, via=via, **changes)


def _venue_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    change_venue(_venue(entry), by=by, via=via, **entry.facts["before"])


def _proposal(entry: HistoryEntry) -> Proposal:
    return Proposal.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["proposal"])


UNDOES = {
    "meeting.changed": _meeting_as_before,
    "meeting.cancelled": lambda entry, by, via: uncancel(_meeting(entry), by=by, via=via),
    "meeting.uncancelled": lambda entry, by, via: cancel(_meeting(entry), by=by, via=via),
    "dates.closed": lambda entry, by, via: reopen_dates(_dates(entry), by=by, via=via),
    "dates.reopened": lambda entry, by, via: close_dates(_dates(entry), by=by, via=via),
    "venue.added": lambda entry, by, via: retire_venue(_venue(entry), by=by, via=via),
    "venue.changed": _venue_as_before,
    "venue.retired": lambda entry, by, via: bring_venue_back(_venue(entry), by=by, via=via),
    "proposal.withdrawn": lambda entry, by, via: put_proposal_back(_proposal(entry), by=by, via=via),
    "proposal.put_back": lambda entry, by, via: withdraw_proposal(_proposal(entry), by=by, via=via),
    "talk.scheduled": lambda entry, by, via: take_off(_proposal(entry), by=by, via=via),
    "talk.taken_off": lambda entry, by, via: schedule(_proposal(entry), meeting=_meeting(entry), by=by, via=via),
    "venue.brought_back": lambda entry, by, via: retire_venue(_venue(entry), by=by, via=via),
}
