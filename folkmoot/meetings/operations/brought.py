"""What tells of a meeting that it came from elsewhere, and what has become of it here."""

from hashlib import blake2b
from typing import Any

from folkmoot.meetings.models import Meeting

GONE = "gone"  # the mark of one that its series has no longer


def mark(said: dict[str, Any]) -> str:
    """Another mark whenever something else is said of a meeting."""
    plain = sorted((name, str(getattr(value, "pk", value))) for name, value in said.items())
    return blake2b(repr(plain).encode(), digest_size=16).hexdigest()


def is_brought(*rows: Meeting) -> bool:
    """Whether it came from elsewhere: older ones have no mark, and their page."""
    return not rows or any(one.brought_as or one.elsewhere for one in rows)


def is_off_elsewhere(meeting: Meeting) -> bool:
    """Whether it was called off by being brought: at its own start, where here it is done at some moment."""
    return meeting.cancelled_at == meeting.starts_at


def is_in_use(row: Meeting) -> bool:
    """Whether anybody has answered, prepared or written something that would go with it."""
    if row.topic_id or hasattr(row, "written"):
        return True
    kept = (row.rsvps, row.wishes, row.agenda, row.attendances, row.points, row.feedback)
    return any(things.exists() for things in kept)
