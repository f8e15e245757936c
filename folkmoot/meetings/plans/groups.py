"""Directories of groups: they count past meetings, and tell of none when it was. They can't become meetings."""

from collections.abc import Mapping
from typing import Any, NoReturn

from folkmoot.kit import cities
from folkmoot.meetings.plans.plan import Ground, Remarks, degrees

FIELDS = frozenset({"name", "members", "created", "past_events"})
NO_DAY = "1970-01-01"  # how such lists write that there was none
ADVICE = (
    "this is a list of groups, not of meetings: it counts past meetings and has neither their days nor their titles. "
    "Found the group (folkmoot group create) and bring its own calendar (folkmoot import ics ADDRESS --group …); "
    "the rows say what is known of each"
)


def of_row(row: Mapping[str, Any], ground: Ground, remarks: Remarks) -> NoReturn:
    """Say what is known of a group. Raises ValueError with it, since no meeting comes of that."""
    if not remarks.lines:
        remarks.lines.append(ADVICE)
    raise ValueError(", ".join(part for part in _parts({key: str(row.get(key) or "").strip() for key in row}) if part))


def _parts(row: dict[str, str]) -> list[str]:
    last, town = row.get("last_event", ""), ", ".join(part for part in (row.get("city"), row.get("country")) if part)
    return [
        f"the group “{row['name'][:80]}”" + (f" in {town[:80]}" if town else ""),
        _zone(row),
        f"founded on {row['created'][:10]}" if row["created"] else "",
        f"{row['members'][:9]} members" if row["members"] else "",
        f"past meetings: {row['past_events'][:9] or 'not counted'}",
        f"the last on {last[:10]}" if last and last != NO_DAY else "",
        f"to come: {row['upcoming_events'][:9]}" if row.get("upcoming_events") else "",
        row.get("fullurl", "")[:150],
    ]


def _zone(row: dict[str, str]) -> str:
    place = degrees(row.get("lat", ""), row.get("lon", ""))
    return f"zone {cities.nearest(*place).zone}" if place else ""
