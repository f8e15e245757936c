"""Meetings by a rule: made, gone on with, changed from one on, ended."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit import recurrence
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import PARTICULARS, Meeting, Series, SeriesDate, moments
from folkmoot.meetings.operations.planning import apply, cancel, change_meeting, checked, new_uid, planned
from folkmoot.meetings.operations.retiming import end_before, end_otherwise, retime
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_organise
from folkmoot.meetings.timing import AHEAD, first_of, rule_of, times
from folkmoot.outbox.operations import record, record_all

logger = logging.getLogger(__name__)

MOST_AHEAD = 120  # rows to come of one series, however often it comes


@dataclass(frozen=True, slots=True)
class Own:
    """What changes of one meeting of a series that was its own before, which a change of the series leaves alone."""

    meeting: Meeting
    changes: Mapping[str, Any]


def plan_series(
    group: Group,
    *,
    title: str,
    starts: datetime,
    rule: str,
    by: Actor,
    via: str,
    zone: str = "",
    is_draft: bool = False,
    uid: str = "",
    extra: Sequence[datetime] = (),
    left_out: Sequence[datetime] = (),
    **particulars: Any,
) -> Series:
    """Plan meetings by a rule (RFC 5545, 3.3.10), the first at `starts` by the clocks of the zone."""
    zone = zone or group.time_zone
    what = checked({"title": title, "zone": zone, **particulars}, group)
    first, parsed = planned(starts), read_rule(rule, zone)
    with transaction.atomic():
        require(can_organise(by, group), NOT_YOURS)
        series: Series = Series.objects.create(
            group=group,
            uid=uid or new_uid(),
            rule=str(parsed),
            first=on_the_wall(first),
            by=by if isinstance(by, Person) else None,
            published_at=None if is_draft else now(),
            **what,
        )
        dates = [SeriesDate(series=series, at=on_the_wall(at), is_extra=True) for at in extra]
        dates += [SeriesDate(series=series, at=on_the_wall(at), is_extra=False) for at in left_out]
        SeriesDate.objects.bulk_create(dates, ignore_conflicts=True)
        record("series.planned", series, by=by, via=via)
        note(group, "series.planned", by=by, via=via, series=series.pk)
        _fill(series, by=by, via=via)
    return series


def change_from(
    meeting: Meeting,
    *,
    by: Actor,
    via: str,
    starts: datetime | None = None,
    rule: str | None = None,
    own: Own | None = None,
    **particulars: Any,
) -> Series:
    """Change a meeting and those that follow it. Each keeps its answers, and what was changed of it alone.

    Where meetings before it stay as they were and the times change, the ones from here on become a series of
    their own, for calendars know no other way to say that. What `own` says of one of them changes too, or nothing.
    """
    with transaction.atomic():
        series = _hold_series(meeting, by)
        wanted = checked(particulars, series.group)
        if meeting.is_over:
            raise Refused(_("This meeting is over: its time and place stay as they were."))
        rows = [row for row in _from_here(series, meeting.slot) if not row.is_over]
        slot = meeting.slot
        assert slot is not None, "it is of a series"
        first = on_the_wall(planned(starts)) if starts is not None else slot
        if starts is not None or rule is not None:
            wall, zone = first.replace(tzinfo=None), wanted.get("zone", series.zone)
            asked = None if rule is None else read_rule(rule, zone)
            series = _at_other_times(series, rows, wall, asked, by=by, via=via)
            rows = _from_here(series, first)  # some may be no part of it any more
        _change_rows(series, rows, wanted, by=by, via=via)
        Series.objects.filter(pk=series.pk).update(**wanted, sequence=series.sequence + 1, changed_at=now())
        series.refresh_from_db()
        record("series.changed", series, by=by, via=via)
        note(series.group, "series.changed", by=by, via=via, series=series.pk)
        _fill(series, by=by, via=via)
        if own is not None:
            change_meeting(own.meeting, by=by, via=via, **own.changes)
    return series


def change_all(series: Series, *, by: Actor, via: str, **changes: Any) -> Series:
    """Change all that is still to come of a series. Raises Refused where nothing is."""
    ahead = series.meetings.to_come().order_by("slot").first()
    if ahead is None:
        raise Refused(_("Nothing of this series is still to come."))
    return change_from(ahead, by=by, via=via, **changes)


def end_series(meeting: Meeting, *, by: Actor, via: str, why: str = "") -> Series:
    """Let a series end before a meeting: that one and all that follow are called off."""
    with transaction.atomic():
        series = _hold_series(meeting, by)
        for row in _from_here(series, meeting.slot):
            if not row.is_over:
                cancel(row, by=by, via=via, why=why)
        end_before(series, meeting)
        record("series.ended", series, by=by, via=via)
        note(series.group, "series.ended", by=by, via=via, series=series.pk)
    return series


def publish_series(series: Series, *, by: Actor, via: str) -> Series:
    """Show all meetings of a series that were drafts."""
    with transaction.atomic():
        require(can_organise(by, series.group), NOT_YOURS)
        if Series.objects.filter(pk=series.pk, published_at=None).update(published_at=now()):
            rows = list(series.meetings.filter(published_at=None))
            Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(published_at=now())
            record_all("meeting.published", rows, by=by, via=via)
            note(series.group, "series.published", by=by, via=via, series=series.pk)
    series.refresh_from_db()
    return series


def discard_series(series: Series, *, by: Actor, via: str) -> None:
    """Delete a draft of a series with its meetings. Raises Refused for one that anybody may have seen."""
    with transaction.atomic():
        held = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=series.pk)
        require(can_organise(by, held.group), NOT_YOURS)
        if held.published_at or held.meetings.published().exists():
            raise Refused(_("People know of this series: call its meetings off instead."))
        record("series.discarded", held, by=by, via=via, group=held.group_id)
        note(held.group, "series.discarded", by=by, via=via)
        held.delete()


def fill_all() -> int:
    """Go on with every series, so that there are always rows for the time ahead. Returns how many were made."""
    made = 0
    for series in Series.objects.going_on().select_related("group"):
        try:
            with transaction.atomic():
                held = Series.objects.select_for_update(no_key=True).get(pk=series.pk)
                made += _fill(held, by=None, via="clock")
        except Exception:  # one that we stumble over is tried again the next night; the others go on
            logger.exception("series %s could not be gone on with", series.pk)
    return made


def read_rule(text: str, zone: str) -> recurrence.Rule:
    """Read a rule. Raises Refused where it is none of ours."""
    try:
        return recurrence.parse(text, zone=zone)
    except ValueError as error:
        raise Refused(_("This is no rule that meetings can follow.")) from error


def _fill(series: Series, *, by: Actor | None, via: str) -> int:
    """Make the rows that are missing from where it stands to the horizon."""
    start = (series.filled_to or series.first).replace(tzinfo=None)
    today = now().astimezone(UTC).replace(tzinfo=None)
    end = max(today, series.first.replace(tzinfo=None)) + AHEAD
    due = times(series, start=start, end=end)[: max(0, MOST_AHEAD - series.meetings.to_come().count())]
    known = {slot.replace(tzinfo=None) for slot in series.meetings.values_list("slot", flat=True) if slot}
    rows = [row_of(series, slot) for slot in due if slot not in known]
    Meeting.objects.bulk_create(rows)
    is_all = series.meetings.to_come().count() < MOST_AHEAD
    filled = end if is_all else max(start, due[-1] + timedelta(minutes=1) if due else start)
    Series.objects.filter(pk=series.pk).update(filled_to=on_the_wall(filled))
    if rows and series.published_at:
        record_all("meeting.published", rows, by=by, via=via)
    return len(rows)


def row_of(series: Series, slot: datetime) -> Meeting:
    same = {name: getattr(series, name) for name in PARTICULARS if name != "venue"} | {"venue_id": series.venue_id}
    when = moments(slot, series.zone, series.minutes)
    uid = new_uid()
    published_at = now() if series.published_at else None
    return Meeting(
        group_id=series.group_id,
        series=series,
        slot=on_the_wall(slot),
        uid=uid,
        by_id=series.by_id,
        published_at=published_at,
        **same,
        **when,
    )


def _at_other_times(
    series: Series, rows: list[Meeting], first: datetime, rule: recurrence.Rule | None, *, by: Actor, via: str
) -> Series:
    """Change the times of these rows, where they change; without a rule they go on by the one they have."""
    slot = rows[0].slot
    assert slot is not None, "it is of a series"
    here = slot.replace(tzinfo=None)
    own = _rest(series, slot)
    plain, wanted = recurrence.plain(own, here), recurrence.plain(own, here) if rule is None else rule
    is_same = recurrence.plain(wanted, first).parts == plain.parts
    if first == here and is_same:
        if (wanted.until, wanted.count) != (own.until, own.count):
            end_otherwise(series, rows, rule=wanted, by=by, via=via)
        return series
    return retime(series, rows, first=first, rule=wanted, by=by, via=via)


def _rest(series: Series, slot: datetime) -> recurrence.Rule:
    """Its rule from one of its times on: of a counted one so many as are left."""
    return recurrence.since(rule_of(series), first_of(series), slot.replace(tzinfo=None))


def _hold_series(meeting: Meeting, by: Actor) -> Series:
    if meeting.series_id is None:
        raise Refused(_("This meeting is not one of a series."))
    rows = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("group", "venue")
    series: Series = rows.get(pk=meeting.series_id)
    require(can_organise(by, series.group), NOT_YOURS)
    return series


def _from_here(series: Series, slot: datetime | None) -> list[Meeting]:
    rows = Meeting.objects.select_for_update(no_key=True, of=("self",)).filter(series=series, slot__gte=slot)
    return list(rows.select_related("group").order_by("slot"))


def _change_rows(series: Series, rows: list[Meeting], wanted: dict[str, Any], *, by: Actor, via: str) -> None:
    """Each row follows in what it had from the series; what was changed of it alone stays."""
    for row in rows:
        if row.is_over:
            continue
        changed = {
            name: value
            for name, value in wanted.items()
            if getattr(row, name) == getattr(series, name) and getattr(row, name) != value
        }
        if changed.keys() & {"zone", "minutes"}:
            start = row.starts.replace(tzinfo=None)
            changed |= moments(start, changed.get("zone", row.zone), changed.get("minutes", row.minutes))
        if changed:
            apply(row, changed, by=by, via=via)
