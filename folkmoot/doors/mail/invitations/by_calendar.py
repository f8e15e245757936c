"""What calendar programs send back to an invitation (RFC 5546, 3.2)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.arrivals import AnswerRefused, Arrival, group_of
from folkmoot.doors.mail.invitations import queue, seats
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.groups.models import Group
from folkmoot.kit import ical
from folkmoot.kit.errors import Refused
from folkmoot.kit.mime import Letter
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import answer

KINDS = ("text/calendar", "application/ics")
SAME_MOMENT = timedelta(minutes=1)


def part_of(letter: Letter) -> bytes | None:
    """Return the calendar that a letter carries; of several faces of it the one that programs read."""
    for kind in KINDS:
        for part in letter.attached:
            if part.kind == kind and b"BEGIN:VCALENDAR" in part.content[:1000]:
                return part.content
    return None


def take(arrival: Arrival, calendar: bytes, meeting: Meeting | None, person: Person) -> str:
    """Count each answer of a calendar; all of them, or none."""
    read = ical.read(calendar)
    if read.method == "COUNTER":
        return _hand_proposal_on(arrival, read, meeting, person)
    if any(one.answer == "DELEGATED" for entry in read.entries for one in entry.attendees):
        raise AnswerRefused(_("An invitation can't be handed on: whoever wants to come answers themselves."))
    try:
        replies = ical.read_replies(calendar)
    except ValueError as problem:
        raise AnswerRefused(
            _("We can't tell what your calendar program answered. Please reply with yes, no or maybe.")
        ) from problem
    return ", ".join(_count(arrival, reply, meeting, person) for reply in replies)


def _count(arrival: Arrival, reply: ical.Reply, invited_to: Meeting | None, person: Person) -> str:
    meeting = _meeting(group_of(arrival.mark), reply.uid, invited_to, person)
    _check_attendee(reply.attendee, meeting, person)
    copy = queue.keep_copy(meeting, person)
    try:
        answer(
            meeting,
            person=person,
            answer=reply.answer,
            guests=reply.guests or None,
            note=reply.comment or None,
            said_at=_said_at(reply, arrival.letter.date, copy),
            via="calendar",
        )
    except Refused as refusal:
        raise AnswerRefused(str(refusal)) from refusal
    # The calendar that said so knows it: only what it does not expect, like a place in line, is told to it.
    CalendarCopy.objects.filter(meeting=meeting, person=person).update(answer=reply.answer)
    return f"{reply.answer}: meeting {meeting.pk}"


def _said_at(reply: ical.Reply, date: datetime | None, copy: CalendarCopy | None) -> datetime | None:
    """When it was said. Some programs give back the invitation's own stamp, which says nothing: then the letter's."""
    stamp = reply.said_at
    if stamp is None or copy is None or copy.sent_at is None:
        return stamp or date
    is_ours = copy.sent_at - SAME_MOMENT <= stamp <= copy.sent_at
    return max(stamp, date) if is_ours and date is not None else stamp


def _meeting(group: Group, uid: str, invited_to: Meeting | None, person: Person) -> Meeting:
    """An invitation's own address answers that one, and no other."""
    known = Meeting.objects.visible_to(person).published().filter(group=group, uid=uid)
    meeting = invited_to or known.select_related("group", "venue").first()
    if meeting is None or meeting.uid != uid:
        raise AnswerRefused(_("We know no meeting of the name that your calendar program answers to."))
    return meeting


def _check_attendee(attendee: str, meeting: Meeting, person: Person) -> None:
    """Who is said to answer has to be who does."""
    theirs = set(person.addresses.filter(verified=True).values_list("email", flat=True))
    theirs |= set(CalendarCopy.objects.filter(meeting=meeting, person=person).values_list("address", flat=True))
    if attendee.casefold() not in {one.casefold() for one in theirs}:
        words = _("Your calendar program answers as %(address)s, and that is not who was invited.")
        raise AnswerRefused(words % {"address": attendee[:100]})


def _hand_proposal_on(arrival: Arrival, read: ical.Calendar, invited_to: Meeting | None, person: Person) -> str:
    """Another time, which somebody proposes: for those who organise to think about. The answer stays as it was."""
    if not read.entries:
        raise AnswerRefused(_("We can't tell which time your calendar program proposes."))
    entry = read.entries[0]
    meeting = _meeting(group_of(arrival.mark), entry.uid, invited_to, person)
    letter = arrival.letter
    told = seats.time_proposed(meeting, person, entry, comment=letter.body.strip(), to=letter.sender.address)
    return f"another time proposed for meeting {meeting.pk}, handed on to {told}"
