"""Meetings as entries of a calendar: a series is one entry, with one more for each meeting that is not as its rule."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.doors.calendars.sheets import Shown
from folkmoot.doors.calendars.times import Times, slot_of, times_of, wall
from folkmoot.kit import recurrence
from folkmoot.kit.ical import Conference, Entry
from folkmoot.meetings.models import Meeting, Particulars, Series, ends_by_clocks
from folkmoot.meetings.timing import rule_of

_SAME = ("title", "about", "zone", "minutes", "venue_id", "room", "link", "dial_in", "pin")


def entries(shown: Shown) -> Iterator[Entry]:
    """Yield what a calendar shows, in an order that stays."""
    of_series: dict[int, list[Meeting]] = {}
    for meeting in shown.meetings:
        if meeting.series_id in shown.series:
            of_series.setdefault(meeting.series_id, []).append(meeting)
        else:
            yield _alone(meeting, shown)
    for pk, meetings in sorted(of_series.items()):
        yield from _series(shown.series[pk], meetings, shown)


def single(meeting: Meeting, *, comes: bool, is_unsure: bool = False) -> Entry:
    """Return one meeting by itself, under its own name, as letters speak of it."""
    start, zone = wall(meeting.starts), meeting.zone
    page = f"{settings.SITE}{meeting.get_absolute_url()}"
    return Entry(
        uid=meeting.uid,
        starts=start,
        ends=meeting.ends,
        zone=zone,
        is_all_day=meeting.is_whole_days,
        url=page,
        text=_text(meeting, page, comes=comes),
        status=_status(meeting, is_unsure=is_unsure),
        sequence=meeting.sequence,
        conferences=tuple(_ways_in(meeting)) if comes else (),
        stamp=meeting.changed_at,
        changed_at=meeting.changed_at,
        **_where(meeting),
    )


def _series(series: Series, meetings: list[Meeting], shown: Shown) -> Iterator[Entry]:
    """The rule, and each meeting that is otherwise.

    A rule that ends before it begins would still give its beginning: what is left of it stands by itself.
    """
    times = times_of(series, shown.dates.get(series.pk, []), meetings)
    if times.is_by_no_rule and wall(series.first) not in times.added:
        yield from (_alone(one, shown) for one in times.beside)
        return
    master = _master(series, times)
    yield master
    for meeting in sorted(times.kept, key=slot_of):
        if _differs(meeting, series) or shown.is_unsure(meeting) or (shown.comes(meeting) and meeting.is_online):
            yield _one_of(series, meeting, shown, is_slot_a_day=master.is_all_day)


def _master(series: Series, times: Times) -> Entry:
    start = wall(series.first)
    days = series.is_whole_days and _are_days([*times.added, *times.left_out, *map(slot_of, times.kept)])
    page = f"{settings.SITE}{series.group.get_absolute_url()}/meetings"
    return Entry(
        uid=series.uid,
        starts=start,
        ends=ends_by_clocks(start, series.zone, series.minutes),
        zone=series.zone,
        is_all_day=days,
        rule=str(recurrence.uncounted(rule_of(series), start)),
        left_out=tuple(sorted(times.left_out)),
        extra=tuple(sorted(times.added)),
        url=page,
        text=_lines(series.about, page),
        status="CONFIRMED",
        sequence=series.sequence,
        stamp=times.changed_at,
        changed_at=times.changed_at,
        **_where(series),
    )


def _alone(meeting: Meeting, shown: Shown) -> Entry:
    return single(meeting, comes=shown.comes(meeting), is_unsure=shown.is_unsure(meeting))


def _are_days(slots: Iterable[datetime]) -> bool:
    return all(at.time() == time() for at in slots)


def _one_of(series: Series, meeting: Meeting, shown: Shown, *, is_slot_a_day: bool) -> Entry:
    alone = _alone(meeting, shown)
    fields: dict[str, Any] = {name: getattr(alone, name) for name in Entry.__dataclass_fields__}
    fields |= {"uid": series.uid, "sequence": series.sequence + meeting.sequence}
    slot = {"recurrence_id": slot_of(meeting), "recurrence_zone": series.zone, "is_slot_a_day": is_slot_a_day}
    return Entry(**(fields | slot))


def _differs(meeting: Meeting, series: Series) -> bool:
    is_moved = meeting.cancelled_at is not None or meeting.starts != meeting.slot
    return is_moved or any(getattr(meeting, name) != getattr(series, name) for name in _SAME)


def _where(one: Particulars) -> dict[str, Any]:
    venue = one.venue
    place = ", ".join(part for part in (venue.line if venue else "", one.room) if part)
    has_point = venue is not None and venue.latitude is not None and venue.longitude is not None
    return {
        "title": one.title,
        "location": place or (_("online") if one.is_online else ""),
        "geo": (venue.latitude, venue.longitude) if venue and has_point else None,
    }


def _ways_in(meeting: Meeting) -> Iterator[Conference]:
    if meeting.link:
        yield Conference(meeting.link, _("Join online"))
    if meeting.dial_in:
        number = "".join(sign for sign in meeting.dial_in if sign.isdigit() or sign == "+")
        label = _("Dial in: %(number)s") % {"number": meeting.dial_in}
        yield Conference(f"tel:{number}", label, "PHONE")


def _text(meeting: Meeting, page: str, *, comes: bool) -> str:
    """What it is about, and the page. Link and numbers stand here too: many programs show no others."""
    ways = [meeting.link, meeting.dial_in, f"PIN: {meeting.pin}" if meeting.pin else ""] if comes else []
    why = meeting.why_cancelled if meeting.cancelled_at else ""
    return _lines(why, *ways, meeting.about, page)


def _lines(*parts: str) -> str:
    return "\n\n".join(part.strip() for part in parts if part.strip())


def _status(meeting: Meeting, *, is_unsure: bool) -> str:
    if meeting.cancelled_at:
        return "CANCELLED"
    return "TENTATIVE" if is_unsure else "CONFIRMED"
