"""What was planned is a time on the wall; the moment it stands for is derived, and can change with the law."""

from django.db import transaction

from folkmoot.meetings.models import Meeting, moments
from folkmoot.meetings.operations.planning import apply


def keep_time() -> int:
    """Derive anew when the meetings to come take place, as the zones are known today. Returns how many moved.

    A country that gives up daylight saving moves meetings by an hour for the rest of the world, not for those there.
    """
    moved = 0
    for meeting in Meeting.objects.to_come():
        derived = moments(meeting.starts, meeting.zone, meeting.minutes)
        if derived["starts_at"] == meeting.starts_at and derived["ends_at"] == meeting.ends_at:
            continue
        with transaction.atomic():
            held = Meeting.objects.select_for_update(no_key=True).get(pk=meeting.pk)
            apply(held, moments(held.starts, held.zone, held.minutes), by=None, via="clock")
        moved += 1
    return moved
