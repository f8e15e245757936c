"""What somebody's calendar has to hear of a meeting: asked of how things are, never of what has happened."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.models import CalendarCopy, InvitationsOff
from folkmoot.groups.models import Membership
from folkmoot.groups.rules import is_denied
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.rules import can_answer, can_see

WAITS = "waits"  # said yes, and there was no seat


class Saying(StrEnum):
    """What a letter says: the meeting and its answer buttons, or that it leaves the calendar."""

    NOTHING = ""
    INVITATION = "invitation"
    CHANGED = "changed"
    ANSWERED = "answered"
    AGAIN = "again"  # it takes place after all
    CANCELLED = "cancelled"
    GONE = "gone"  # the reader may no longer know of it

    @property
    def takes_away(self) -> bool:
        return self in {Saying.CANCELLED, Saying.GONE}


FLIPS = frozenset({Saying.CHANGED, Saying.AGAIN, Saying.CANCELLED, Saying.GONE})


@dataclass(frozen=True, slots=True)
class Seen:
    """How things are now for one reader."""

    at: datetime
    facts: dict[str, Any]
    answer: str  # yes, maybe, no, waits; "" for who has not answered
    is_on: bool
    is_over: bool
    may_hear: bool
    is_invited: bool  # whether they want a first letter without having asked for one


def look(copy: CalendarCopy) -> Seen:
    """See how things are now. The copy has its meeting, with venue and group, and its person at hand."""
    meeting, person = copy.meeting, copy.person
    rsvp = Rsvp.objects.filter(meeting=meeting, person=person).first()
    answer = standing(rsvp)
    member = Membership.objects.current().filter(group=meeting.group_id, person=person).first()
    may_answer = can_answer(person, meeting)
    may_hear = meeting.group.closed_at is None and may_be_written_to(person, meeting)
    return Seen(
        at=now(),
        facts=facts(meeting, comes=rsvp is not None and rsvp.comes and may_answer),
        answer=answer,
        is_on=not (meeting.cancelled_at or meeting.is_draft),
        is_over=meeting.is_over,
        may_hear=may_hear and (member is not None or (bool(answer) and may_answer)),
        is_invited=member is not None and wants_invitations(member),
    )


def may_be_written_to(person: Person, meeting: Meeting) -> bool:
    """Whether somebody may hear of a meeting by letter, asked when the letter goes."""
    return person.is_active and can_see(person, meeting) and not _is_kept_out(person, meeting)


def _is_kept_out(person: Person, meeting: Meeting) -> bool:
    """What strangers may read stays readable to who is banned; it is not sent to them."""
    return is_denied(person, "meetings.read", meeting.group)


def wants_invitations(member: Membership) -> bool:
    return member.mail == Membership.Mail.EACH and not InvitationsOff.objects.filter(membership=member).exists()


def standing(rsvp: Rsvp | None) -> str:
    if rsvp is None:
        return ""
    return WAITS if rsvp.waits_since else rsvp.answer


def saying(copy: CalendarCopy, seen: Seen) -> Saying:
    """Decide what to send, if anything, so that the calendar ends as we are, whatever it heard before."""
    is_in_calendar = copy.sent_at is not None and not copy.is_cancelled
    has_said_no = seen.answer == Rsvp.Answer.NO
    if seen.is_over or not copy.person.is_active:
        return Saying.NOTHING
    if not seen.may_hear:
        return Saying.GONE if is_in_calendar else Saying.NOTHING
    if not (seen.answer or copy.answer or seen.is_invited):
        return Saying.NOTHING  # they turned the letters off, and have nothing to do with this meeting
    if not seen.is_on:
        is_news = is_in_calendar or (copy.sent_at is None and bool(seen.answer))
        return Saying.CANCELLED if is_news and not has_said_no else Saying.NOTHING
    if has_said_no:
        return Saying.ANSWERED if is_in_calendar and copy.answer != Rsvp.Answer.NO else Saying.NOTHING
    return _saying_of_what_is_on(copy, seen)


def _saying_of_what_is_on(copy: CalendarCopy, seen: Seen) -> Saying:
    if copy.sent_at is None:
        first = Saying.INVITATION if seen.is_invited else Saying.NOTHING
        return Saying.ANSWERED if seen.answer else first
    if copy.is_cancelled:
        return Saying.AGAIN
    if _for_all(copy.knows) != _for_all(seen.facts):
        return Saying.CHANGED
    if copy.answer != seen.answer:
        return Saying.ANSWERED
    return Saying.CHANGED if copy.knows != seen.facts else Saying.NOTHING


def _for_all(facts: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on whether the reader comes."""
    return {name: value for name, value in facts.items() if name != "way_in"}


def sequence(copy: CalendarCopy, said: Saying, seen: Seen) -> int:
    """The number of a letter's state (RFC 5546, 2.1.4). It never falls; a turn of one reader's alone counts too.

    Letters may arrive in any order: of two with one number the stamp says which is newer, and that goes by the second.
    """
    if copy.sent_at is None:
        return copy.meeting.sequence
    is_otherwise = said in FLIPS or _for_all(copy.knows) != _for_all(seen.facts)
    is_same_second = seen.at.replace(microsecond=0) <= copy.sent_at
    return max(copy.meeting.sequence, copy.sequence + (is_otherwise or is_same_second))


def facts(meeting: Meeting, *, comes: bool) -> dict[str, Any]:
    """What a calendar shows of a meeting, in values that can be kept."""
    way_in = "\n".join([meeting.link, meeting.dial_in, meeting.pin]) if comes and meeting.is_online else ""
    return {
        "title": meeting.title,
        "starts": meeting.starts.replace(tzinfo=None).isoformat(),
        "zone": meeting.zone,
        "minutes": meeting.minutes,
        "place": place(meeting),
        "is_online": meeting.is_online,
        "way_in": hashlib.sha256(way_in.encode()).hexdigest()[:16] if way_in else "",  # no PIN is kept twice
    }


def place(meeting: Meeting) -> str:
    return ", ".join(part for part in (meeting.room, meeting.venue.line if meeting.venue else "") if part)
