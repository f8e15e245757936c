"""Letters some time before a meeting: who is reminded, and when."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting, Reminder
from folkmoot.meetings.operations.planning import hold
from folkmoot.outbox.operations import record

logger = logging.getLogger(__name__)

MOST = 8
EARLIEST = 60 * 24  # hours
TOO_LATE = timedelta(minutes=30)  # before it starts: a server that was down does not remind any more
WEEK, DAY = 7 * 24, 24


class Wanted(NamedTuple):
    """One reminder as it is asked for."""

    hours: int
    to: str
    words: str = ""


def set_reminders(meeting: Meeting, reminders: Iterable[Wanted], *, by: Actor, via: str) -> None:
    """Say when who is reminded. One that was sent and is asked for again is not sent again."""
    wanted = {(one.hours, one.to): one for one in map(_checked, reminders)}
    if len(wanted) > MOST:
        raise Refused(_("%(most)s reminders are the most.") % {"most": MOST})
    with transaction.atomic():
        meeting = hold(meeting, by)
        known = {(one.hours, one.to): one for one in Reminder.objects.filter(meeting=meeting)}
        same = {key: one for key, one in known.items() if key in wanted and one.words == wanted[key].words}
        if len(same) == len(known) == len(wanted):
            return
        Reminder.objects.filter(meeting=meeting).exclude(pk__in=[one.pk for one in same.values()]).delete()
        for key, one in wanted.items():
            if key not in same:
                sent_at = known[key].sent_at if key in known else _gone_by(meeting, one.hours)
                Reminder.objects.create(meeting=meeting, **one._asdict(), sent_at=sent_at)
        record("meeting.reminders_set", meeting, by=by, via=via)
        note(meeting.group, "meeting.reminders_set", by=by, via=via, meeting=meeting.pk)


def remind_as_usual(meeting: Meeting) -> None:
    """Give a new meeting the reminders that most want, unless it has some."""
    usual = [(WEEK, Reminder.To.COMING), (DAY, Reminder.To.COMING), (WEEK, Reminder.To.SILENT)]
    if meeting.is_online:
        usual.append((2, Reminder.To.COMING))
    with transaction.atomic():
        held = Meeting.objects.select_for_update(no_key=True, of=("self",)).filter(pk=meeting.pk).first()
        if held is None or held.is_over or Reminder.objects.filter(meeting=held).exists():
            return
        rows = [Reminder(meeting=held, hours=hours, to=to, sent_at=_gone_by(held, hours)) for hours, to in usual]
        Reminder.objects.bulk_create(rows)
        record("meeting.reminders_set", held, by=None, via="clock")


def remind_again(meeting: Meeting) -> int:
    """A meeting that was moved: what lies ahead again is sent again. Returns how many reminders that are."""
    ahead = [
        one.pk
        for one in Reminder.objects.filter(meeting=meeting).exclude(sent_at=None)
        if _gone_by(meeting, one.hours) is None
    ]
    return Reminder.objects.filter(pk__in=ahead).update(sent_at=None)


def remind_due(at: datetime | None = None) -> int:
    """Let the reminders that are due be sent, each once. Returns how many were."""
    moment, reminded = at or now(), 0
    for pk in _due(moment):
        try:
            reminded += _claim(pk, moment)
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("reminder %s failed", pk)
    return reminded


def _due(at: datetime) -> list[int]:
    waiting = Reminder.objects.filter(
        sent_at=None,
        meeting__published_at__isnull=False,
        meeting__cancelled_at=None,
        meeting__starts_at__gt=at,
        meeting__starts_at__lte=at + timedelta(hours=EARLIEST),
    )
    rows = waiting.order_by("meeting__starts_at", "hours", "pk").values_list("pk", "hours", "meeting__starts_at")
    return [pk for pk, hours, starts_at in rows if starts_at - timedelta(hours=hours) <= at]


def _claim(pk: int, at: datetime) -> bool:
    """Note that a reminder is sent, and have it sent by what follows on the event: never twice, and not lost.

    It stands for the earlier ones to the same people that were not sent: a meeting was brought forward.
    """
    with transaction.atomic():
        rows = Reminder.objects.select_for_update(no_key=True, of=("self",)).select_related("meeting")
        reminder = rows.filter(pk=pk, sent_at=None, meeting__cancelled_at=None).first()
        if reminder is None or not Reminder.objects.filter(pk=pk, sent_at=None).update(sent_at=at):
            return False
        same = Reminder.objects.filter(meeting=reminder.meeting_id, to=reminder.to, sent_at=None)
        same.filter(hours__gt=reminder.hours).update(sent_at=at)
        if reminder.meeting.starts_at - at <= TOO_LATE:
            return False
        record("reminder.due", reminder, by=None, via="clock")
    return True


def _gone_by(meeting: Meeting, hours: int) -> datetime | None:
    """When a reminder would have been sent, if that is past: a week before is no news three days before."""
    due = meeting.starts_at - timedelta(hours=hours)
    return due if due <= now() else None


def _checked(wanted: Wanted) -> Wanted:
    if not 0 < wanted.hours <= EARLIEST:
        raise Refused(_("A reminder is sent one hour to %(most)s days before.") % {"most": EARLIEST // DAY})
    if wanted.to not in Reminder.To.values:
        raise Refused(_("Please say who is reminded."))
    return wanted._replace(words=one_line(wanted.words)[:500])
