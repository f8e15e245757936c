"""What tells of a meeting that it came from elsewhere, and what has become of it here."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext_lazy as _

from folkmoot.meetings.models import Meeting, Venue

GONE = "gone"  # the mark of one that its series has no longer
PARTS = {
    "title": ("title",),
    "about": ("about",),
    "when": ("starts", "zone", "minutes"),
    "venue": ("venue",),
    "link": ("link",),
    "cancelled": ("cancelled_at",),
}
OF_SERIES = {
    "title": ("title",),
    "about": ("about",),
    "when": ("first", "zone", "minutes", "rule", "dates"),
    "venue": ("venue",),
    "link": ("link",),
}
WORDS = {
    "title": _("the title"),
    "about": _("what it is about"),
    "when": _("the time"),
    "venue": _("the place"),
    "link": _("the address to join by"),
    "cancelled": _("whether it takes place"),
}
Marks = dict[str, str]  # of each part: another one whenever something else is said of it


def mark(said: dict[str, Any]) -> str:
    """Another mark whenever something else is said of a meeting."""
    plain = sorted((name, str(getattr(value, "pk", value))) for name, value in said.items())
    return blake2b(repr(plain).encode(), digest_size=16).hexdigest()


def marks(said: Mapping[str, Any], parts: Mapping[str, tuple[str, ...]] = PARTS) -> Marks:
    """The marks of those parts of which all is said."""
    return {
        part: blake2b(repr([_plain(name, said[name]) for name in names]).encode(), digest_size=8).hexdigest()
        for part, names in parts.items()
        if said.keys() >= set(names)
    }


def marks_here(row: Meeting) -> Marks:
    return marks({name: getattr(row, name) for names in PARTS.values() for name in names})


def changed_here(row: Meeting, said: Marks) -> set[str]:
    """The parts that are otherwise here than they were said to be elsewhere when that was read last."""
    changed = {part for part, here in marks_here(row).items() if said.get(part, here) != here}
    is_off_here = row.cancelled_at is not None and not is_off_elsewhere(row)
    return changed | {"cancelled"} if is_off_here else changed


def at_odds(own: set[str], before: Marks, said: Marks, here: Marks) -> list[str]:
    """Which of the parts that were changed here were changed there, too, and into something else."""
    return sorted(part for part in own if said.get(part) not in (None, before.get(part), here.get(part)))


def without(fields: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    """What is said but for these parts."""
    left_out = {name for part in parts for name in PARTS[part]}
    left_out |= {"starts_at", "ends_at"} if "when" in parts else set()
    return {name: value for name, value in fields.items() if name not in left_out}


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


def _plain(name: str, value: Any) -> str:
    """No keys of ours: a group that moves to another installation keeps its marks."""
    if name == "cancelled_at":
        return str(bool(value))
    if name == "dates":
        return str(sorted((str(at), is_extra) for at, is_extra in value.items()))
    if isinstance(value, Venue):
        return value.brought_as or f"#{value.pk}"  # one of our own address book was never said elsewhere
    return "" if value is None else str(value)
