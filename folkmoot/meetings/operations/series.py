"""Meetings by a rule: made, gone on with, changed from one on, ended."""

import logging
from collections.abc import Sequence
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
from folkmoot.meetings.operations.planning import apply, cancel, checked, new_uid, planned
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record, record_all

logger = logging.getLogger(__name__)

AHEAD = timedelta(days=366)  # for so long a series has rows
MOST_AHEAD = 120  # rows of one series, however often it comes


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
    **particulars: Any,
) -> Series:
    """Change a meeting and those that follow it. Each keeps its answers, and what was changed of it alone.

    Where meetings before it stay as they were and the times change, the ones from here on become a series of
    their own, for calendars know no other way to say that.
    """
    with transaction.atomic():
        series = _hold_series(meeting, by)
        wanted = checked(particulars, series.group)
        rows = _from_here(series, meeting)
        slot = meeting.slot
        assert slot is not None, "it is of a series"
        first = on_the_wall(planned(starts)) if starts is not None else slot
        parsed = _rest(series, slot) if rule is None else read_rule(rule, wanted.get("zone", series.zone))
        if first != slot or (rule is not None and str(parsed) != series.rule):
            series = _retimed(series, rows, first=first, rule=parsed, by=by, via=via)
        _change_rows(series, rows, wanted, by=by, via=via)
        Series.objects.filter(pk=series.pk).update(**wanted, sequence=series.sequence + 1, changed_at=now())
        series.refresh_from_db()
        record("series.changed", series, by=by, via=via)
        note(series.group, "series.changed", by=by, via=via, series=series.pk)
        _fill(series, by=by, via=via)
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
        for row in _from_here(series, meeting):
            if not row.is_over:
                cancel(row, by=by, via=via, why=why)
        _end_before(series, meeting)
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


def times(series: Series, *, start: datetime, end: datetime) -> list[datetime]:
    """Return the times of a series by its clock, from `start` to before `end`: rule, additions, what is left out."""
    rule, first = recurrence.parse(series.rule, zone=series.zone), series.first.replace(tzinfo=None)
    found = set(recurrence.between(rule, first, start=start, end=end))
    for date in series.dates.all():
        at = date.at.replace(tzinfo=None)
        if not date.is_extra:
            found.discard(at)
        elif start <= at < end:
            found.add(at)
    return sorted(found)


def _fill(series: Series, *, by: Actor | None, via: str) -> int:
    """Make the rows that are missing from where it stands to the horizon."""
    start = (series.filled_to or series.first).replace(tzinfo=None)
    today = now().astimezone(UTC).replace(tzinfo=None)
    end = max(today, series.first.replace(tzinfo=None)) + AHEAD
    due = times(series, start=start, end=end)[:MOST_AHEAD]
    known = {slot.replace(tzinfo=None) for slot in series.meetings.values_list("slot", flat=True) if slot}
    rows = [row_of(series, slot) for slot in due if slot not in known]
    Meeting.objects.bulk_create(rows)
    filled = max(start, min(end, due[-1] + timedelta(minutes=1)) if len(due) == MOST_AHEAD else end)
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


def _rest(series: Series, slot: datetime) -> recurrence.Rule:
    """Its rule from one of its times on: of a counted one so many as are left."""
    rule = recurrence.parse(series.rule, zone=series.zone)
    return recurrence.since(rule, series.first.replace(tzinfo=None), slot.replace(tzinfo=None))


def _hold_series(meeting: Meeting, by: Actor) -> Series:
    if meeting.series_id is None:
        raise Refused(_("This meeting is not one of a series."))
    rows = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("group", "venue")
    series: Series = rows.get(pk=meeting.series_id)
    require(can_organise(by, series.group), NOT_YOURS)
    return series


def _from_here(series: Series, meeting: Meeting) -> list[Meeting]:
    rows = Meeting.objects.select_for_update(no_key=True, of=("self",)).filter(series=series, slot__gte=meeting.slot)
    return list(rows.select_related("group").order_by("slot"))


def _retimed(
    series: Series, rows: list[Meeting], *, first: datetime, rule: recurrence.Rule, by: Actor, via: str
) -> Series:
    """Give the rows the times of another rule, in their order; those for which there is none left are called off."""
    if series.meetings.filter(slot__lt=rows[0].slot).exists():
        series = _split_off(series, rows[0])
    series.first, series.rule, series.filled_to = first, str(rule), None
    series.save(update_fields=["first", "rule", "filled_to"])
    series.dates.all().delete()  # they were times of the old rule
    start = first.replace(tzinfo=None)
    slots = recurrence.between(rule, start, start=start, end=start + AHEAD * 4, most=len(rows))
    for row in rows[len(slots) :]:
        cancel(row, by=by, via=via)
    Meeting.objects.filter(pk__in=[row.pk for row in rows[len(slots) :]]).update(series=None, slot=None)
    del rows[len(slots) :]
    for row, slot in _without_collisions(list(zip(rows, map(on_the_wall, slots), strict=True))):
        changed: dict[str, Any] = {"slot": slot, "series_id": series.pk}
        if row.starts == row.slot:
            changed |= moments(slot, row.zone, row.minutes)
        Meeting.objects.filter(pk=row.pk).update(slot=slot, series_id=series.pk)
        apply(
            row, {name: value for name, value in changed.items() if name not in {"slot", "series_id"}}, by=by, via=via
        )
        row.refresh_from_db()
    return series


def _without_collisions(pairs: list[tuple[Meeting, datetime]]) -> list[tuple[Meeting, datetime]]:
    """Order moves so that no row takes a slot that another still has: the later ones first where they go later."""
    later = [pair for pair in pairs if pair[0].slot is not None and pair[1] > pair[0].slot]
    return [*reversed(later), *(pair for pair in pairs if pair not in later)]


def _split_off(series: Series, meeting: Meeting) -> Series:
    """Let a series end before a meeting, and begin another one there."""
    rest = Series.objects.get(pk=series.pk)
    rest.pk, rest.uid, rest.sequence, rest._state.adding = None, new_uid(), 0, True
    rest.save(force_insert=True)
    _end_before(series, meeting)
    return rest


def _end_before(series: Series, meeting: Meeting) -> None:
    assert meeting.slot is not None, "it is of a series"
    last = meeting.slot.replace(tzinfo=None) - timedelta(minutes=1)
    rule = recurrence.ended(recurrence.parse(series.rule, zone=series.zone), last)
    news = {"rule": str(rule), "ended_at": now(), "changed_at": now(), "sequence": series.sequence + 1}
    Series.objects.filter(pk=series.pk).update(**news)
    series.dates.filter(at__gte=meeting.slot).delete()


def _change_rows(series: Series, rows: list[Meeting], wanted: dict[str, Any], *, by: Actor, via: str) -> None:
    """Each row follows in what it had from the series; what was changed of it alone stays."""
    for row in rows:
        if row.is_over or row.cancelled_at:
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
