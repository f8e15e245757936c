"""Send what calendars have to hear: each looked at when it goes, and noted when it went."""

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import InterfaceError, OperationalError, transaction
from django.utils.timezone import now

from folkmoot.doors.mail import transport
from folkmoot.doors.mail.invitations import copies, letters
from folkmoot.doors.mail.invitations.copies import Saying, Seen
from folkmoot.doors.mail.invitations.queue import address_of
from folkmoot.doors.mail.models import CalendarCopy
from folkmoot.doors.mail.transport import Answer, Copy, Transport
from folkmoot.store.lanes import lane

logger = logging.getLogger(__name__)

BATCH = 50  # letters between two notes of how far we are: as many may go out twice if we are killed
MOST_TRIES = 12  # with the pauses between them, two days


class _Ready(NamedTuple):
    """One reader's calendar that was looked at, and what it is told."""

    copy: CalendarCopy
    due_at: datetime | None
    seen: Seen
    said: Saying
    letter: Copy | None


def send_due(way_out: Transport) -> bool:
    """Send one batch of letters about meetings. False when none is due, or another worker is at it."""
    due = CalendarCopy.objects.due()
    if not due.exists():
        return False
    with lane("invitations") as is_ours:
        with_all = due.select_related("meeting__group", "meeting__venue", "meeting__topic__channel__group", "person")
        rows = list(with_all.order_by("due_at", "pk")[:BATCH]) if is_ours else []
        ready = [one for row in rows if (one := _look(row)) is not None]
        answers = iter(way_out.send([one.letter for one in ready if one.letter is not None]))
        with transaction.atomic():
            for one in ready:
                _note(one, next(answers) if one.letter is not None else None)
    return bool(rows)


def _look(copy: CalendarCopy) -> _Ready | None:
    """Decide what to say to one reader; one that we stumble over waits, and the others go on."""
    try:
        seen = copies.look(copy)
        said = copies.saying(copy, seen)
        if not said:
            return _Ready(copy, copy.due_at, seen, said, None)
        _keep_address_right(copy)
        return _Ready(copy, copy.due_at, seen, said, letters.letter(copy, said, seen))
    except (OperationalError, InterfaceError):
        raise  # the database is away: that is nothing about this letter
    except Exception as error:
        logger.exception("letter about meeting %s to %s failed", copy.meeting_id, copy.person_id)
        _try_later(copy, repr(error))
        return None


def _keep_address_right(copy: CalendarCopy) -> None:
    """Write to where the person is now, if they have given the old address up, or if it took no letter last time."""
    if not copy.error and copy.person.addresses.filter(email=copy.address).exists():
        return
    if (where := address_of(copy.person, copy.meeting.group)) is not None:
        copy.address = where


def _note(one: _Ready, answer: Answer | None) -> None:
    """Write down what the calendar knows now. What happened meanwhile has set a new time to look at it."""
    row = CalendarCopy.objects.filter(pk=one.copy.pk)
    if answer is not None and answer.status != transport.SENT:
        _try_later(one.copy, answer.words or answer.status, is_over=answer.status == transport.REFUSED)
        return
    if answer is not None:
        row.update(
            address=one.copy.address,
            sequence=copies.sequence(one.copy, one.said, one.seen),
            is_cancelled=one.said.takes_away,
            sent_at=now(),
            answer=one.seen.answer,
            knows={} if one.said == Saying.GONE else one.seen.facts,
            attempts=0,
            error="",
        )
    row.filter(due_at=one.due_at).update(due_at=None)


def _try_later(copy: CalendarCopy, error: str, *, is_over: bool = False) -> None:
    """Note that a letter did not go. What happened meanwhile has set a new time, with tries of its own."""
    attempts = copy.attempts + 1
    pause = timedelta(seconds=min(60 * 2**attempts, 6 * 60 * 60))
    is_over = is_over or attempts >= MOST_TRIES
    CalendarCopy.objects.filter(pk=copy.pk, due_at=copy.due_at).update(
        attempts=attempts,
        error=error[:500],
        due_at=None if is_over else now() + pause,
        given_up_at=now() if is_over else None,
    )
