"""Who came to meetings elsewhere: brought as lists, by page and by command, with a rehearsal that writes nothing.

Nobody hears of it, and of whoever is not of the group only the name is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, Moved
from folkmoot.groups.operations import note_moved
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.kit.errors import Refused, require
from folkmoot.meetings.attendee_fates import Fate, Outcome, fates
from folkmoot.meetings.attendees import read
from folkmoot.meetings.models import Attendance, Meeting
from folkmoot.meetings.operations.attending import MOST_AT_A_MEETING
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record

WRITTEN = (Outcome.PERSON, Outcome.NAME)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list, or would become of it."""

    fates: list[Fate]
    is_rehearsal: bool

    @property
    def counts(self) -> dict[Outcome, int]:
        found = Counter(fate.outcome for fate in self.fates)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    @property
    def meetings(self) -> int:
        return len({fate.meeting.pk for fate in self.fates if fate.meeting and fate.outcome != Outcome.REFUSED})

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        counts = {outcome.value: self.counts.get(outcome, 0) for outcome in Outcome}
        rows = [fate.facts() for fate in self.fates]
        return {"dry_run": self.is_rehearsal, "meetings": self.meetings, **counts, "rows": rows}


def rehearse_attendees(group: Group, raw: bytes | str, *, meeting: Meeting | None = None, by: Actor) -> Report:
    """Say what would become of each row. Nothing is written."""
    require(can_organise(by, group), NOT_YOURS)
    _require_over(meeting)
    return Report(fates(group, read(raw), meeting=meeting, by=by), is_rehearsal=True)


def bring_attendees(group: Group, raw: bytes | str, *, meeting: Meeting | None = None, by: Actor, via: str) -> Report:
    """Note who came to past meetings. The same list again changes nothing, but that a name may have become a person."""
    attendees = read(raw)
    with transaction.atomic():
        require(can_organise(by, group), NOT_YOURS)
        lock(group)  # two who bring the same list at once come one after the other
        _require_over(meeting)
        done = fates(group, attendees, meeting=meeting, by=by)
        of_meetings: dict[int, list[Fate]] = defaultdict(list)
        for fate in done:
            if fate.meeting and fate.outcome in WRITTEN:
                of_meetings[fate.meeting.pk].append(fate)
        for found in of_meetings.values():
            _write(found, by=by, via=via)
        by_address = [fate.person_id for fate in done if fate.person_id and fate.is_by_address]
        note_moved(group.moves.going_on().first(), by_address, way=Moved.Way.MEETING)
        if of_meetings:
            count = sum(map(len, of_meetings.values()))
            note(group, "attendees.brought", by=by, via=via, count=count)
    return Report(done, is_rehearsal=False)


def _require_over(meeting: Meeting | None) -> None:
    if meeting is not None and (meeting.is_draft or meeting.cancelled_at or not meeting.is_over):
        raise Refused(_("Only a meeting that took place has people who came."))


def _write(found: Sequence[Fate], *, by: Actor, via: str) -> None:
    meeting = found[0].meeting
    assert meeting is not None, "it has been looked up"
    if meeting.attendances.count() + len(found) > MOST_AT_A_MEETING:
        raise Refused(_("There are too many people for one meeting."))
    for fate in found:
        if fate.row_id is not None:  # a name of before, who is somebody of the group now
            Attendance.objects.filter(pk=fate.row_id).update(person=fate.person_id, name="", address="")
    new = [_row(meeting, fate, by, via) for fate in found if fate.row_id is None]
    Attendance.objects.bulk_create(new, batch_size=500)
    record("attendance.noted", meeting, by=by, via=via, new=len(new))


def _row(meeting: Meeting, fate: Fate, by: Actor, via: str) -> Attendance:
    """The address of a list is for finding somebody, and is not kept."""
    return Attendance(
        meeting=meeting,
        person_id=fate.person_id,
        name="" if fate.person_id else fate.attendee.name,
        guests=fate.attendee.guests,
        key=fate.key,
        came_at=meeting.starts_at,
        by=by if isinstance(by, Person) else None,
        via=via,
    )
