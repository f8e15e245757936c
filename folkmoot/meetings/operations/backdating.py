"""Meetings that were brought here: when they took place, and where people talk about them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator
from folkmoot.conversations.models import Topic
from folkmoot.kit.errors import Refused, require
from folkmoot.meetings.models import Meeting, moments
from folkmoot.meetings.operations.planning import hold
from folkmoot.outbox.operations import record

NOT_YOURS = _("Only whoever runs this place can bring meetings here.")


def date_back(meeting: Meeting, *, starts: datetime, by: Actor, via: str) -> Meeting:
    """Say that a meeting was earlier, by the clocks of its zone; its answers were given before it."""
    with transaction.atomic():
        require(isinstance(by, Operator), NOT_YOURS)
        held = hold(meeting, by)
        times = moments(starts, held.zone, held.minutes)
        if times["ends_at"] > min(now(), held.ends_at):
            raise Refused(_("A meeting can be dated back only."))
        before = times["starts_at"] - timedelta(days=1)
        Meeting.objects.filter(pk=held.pk).update(**times, announced_at=before, created_at=before)
        held.rsvps.update(said_at=before, answered_at=before)
        record("meeting.dated", held, by=by, via=via)
    held.refresh_from_db()
    return held


def take_as_announced(meeting: Meeting, *, by: Actor, via: str, topic: Topic | None = None) -> Meeting:
    """Note that people know of a meeting, and which conversation of the group is about it."""
    with transaction.atomic():
        require(isinstance(by, Operator), NOT_YOURS)
        held = hold(meeting, by)
        if topic is not None and topic.channel.group_id != held.group_id:
            raise Refused(_("There is no such conversation in the group."))
        held.topic, held.announced_at = topic, held.announced_at or now()
        held.save(update_fields=["topic", "announced_at"])
        record("meeting.taken_as_announced", held, by=by, via=via)
    return held
