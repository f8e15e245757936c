"""What was planned is a time on the wall; the moment it stands for is derived, and can change with the law."""

import logging

from django.db import transaction

from folkmoot.meetings.models import Meeting, moments
from folkmoot.meetings.operations.planning import apply

logger = logging.getLogger(__name__)


def keep_time() -> int:
    """Derive anew when the meetings to come take place, as the zones are known today. Returns how many moved.

    A country that gives up daylight saving moves meetings by an hour for the rest of the world, not for those there.
    """
    moved = 0
    for meeting in Meeting.objects.to_come():
        try:
            moved += _keep(meeting)
        except Exception:  # one that we stumble over is tried again; the others go on
            logger.exception("the time of meeting %s could not be kept", meeting.pk)
    return moved


def _keep(meeting: Meeting) -> bool:
    """Whether its moments had to be moved."""
    derived = moments(meeting.starts, meeting.zone, meeting.minutes)
    if derived["starts_at"] == meeting.starts_at and derived["ends_at"] == meeting.ends_at:
        return False
    with transaction.atomic():
        held = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
        apply(held, moments(held.starts, held.zone, held.minutes), by=None, via="clock")
    return True
