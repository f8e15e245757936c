"""Other times for the meetings of a series, from one on. Inside the transaction that holds the series."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import now

from folkmoot.accounts.models import Actor
from folkmoot.kit import recurrence
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import Meeting, Series, SeriesDate, moments
from folkmoot.meetings.operations.planning import apply, cancel, new_uid
from folkmoot.meetings.timing import AHEAD, first_of, rule_of, times

FURTHEST = AHEAD * 4  # rows lie no further ahead than this
Move = Callable[[datetime], datetime | None]  # where a time of the old rule goes; None: nowhere


def end_otherwise(series: Series, rows: list[Meeting], *, rule: recurrence.Rule, by: Actor, via: str) -> None:
    """Let a series end at another time, or go on for good; nothing else of it changes.

    `rule` counts from the first of the rows. Rows past the end are called off, and are meetings of their own then.
    """
    here, old = _slot(rows[0]), rule_of(series)
    earlier = len(recurrence.between(old, first_of(series), start=first_of(series), end=here))
    count = rule.count + earlier if rule.count else None
    series.rule, series.filled_to = str(recurrence.Rule(old.parts, rule.until, count)), rows[0].slot
    series.save(update_fields=["rule", "filled_to"])
    left = set(times(series, start=here, end=here + FURTHEST))
    _let_go([row for row in rows if _slot(row) not in left], by=by, via=via)


def retime(
    series: Series, rows: list[Meeting], *, first: datetime, rule: recurrence.Rule, by: Actor, via: str
) -> Series:
    """Give the rows the times of another rule: each the one that stands where its own stood in the old rule.

    What was added or left out goes along. Where rows before these stay, these become a series of their own.
    """
    move = _mover(series, rows[0], first, rule)
    dates = [(date.at, date.is_extra) for date in series.dates.filter(at__gte=rows[0].slot)]
    if series.meetings.filter(slot__lt=rows[0].slot).exists():
        series = _split_off(series, rows[0])
    series.dates.all().delete()
    series.first, series.rule, series.filled_to = on_the_wall(first), str(rule), None
    series.save(update_fields=["first", "rule", "filled_to"])
    _carry(dates, series, move)
    pairs: dict[datetime, Meeting] = {}
    for row in rows:
        if (slot := move(_slot(row))) is not None:
            pairs.setdefault(slot, row)
    _let_go([row for row in rows if row not in pairs.values()], by=by, via=via)
    for row, slot in _without_collisions([(row, on_the_wall(slot)) for slot, row in sorted(pairs.items())]):
        _move_row(row, slot, series, by=by, via=via)
    return series


def end_before(series: Series, meeting: Meeting) -> None:
    """Let a series end before one of its meetings. One that has ended already does not end later."""
    assert meeting.slot is not None, "it is of a series"
    rule, last = rule_of(series), _slot(meeting) - timedelta(minutes=1)
    ended = recurrence.ended(rule, min(rule.until or last, last))
    news = {"rule": str(ended), "ended_at": now(), "changed_at": now(), "sequence": series.sequence + 1}
    Series.objects.filter(pk=series.pk).update(**news)
    series.dates.filter(at__gte=meeting.slot).delete()


def _mover(series: Series, here: Meeting, first: datetime, rule: recurrence.Rule) -> Move:
    """How times of the old rule, from one of them on, become times of the new one: by their place in it."""
    start, old = _slot(here), rule_of(series)
    before = recurrence.between(old, first_of(series), start=start, end=start + FURTHEST)
    after = recurrence.between(rule, first, start=first, end=first + FURTHEST, most=len(before))
    known = dict(zip(before, after, strict=False))
    by_rule = set(before)

    def move(at: datetime) -> datetime | None:
        return known.get(at) if at in by_rule else at + (first - start)

    return move


def _carry(dates: list[tuple[datetime, bool]], series: Series, move: Move) -> None:
    """What was added, and what was left out, moves as the meetings do."""
    moved = [(move(at.replace(tzinfo=None)), is_extra) for at, is_extra in dates]
    kept = [SeriesDate(series=series, at=on_the_wall(at), is_extra=is_extra) for at, is_extra in moved if at]
    SeriesDate.objects.bulk_create(kept, ignore_conflicts=True)


def _let_go(rows: list[Meeting], *, by: Actor, via: str) -> None:
    """Call off those for which there is no time any more; they are no part of the series then."""
    for row in rows:
        cancel(row, by=by, via=via)
    Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(series=None, slot=None)


def _move_row(row: Meeting, slot: datetime, series: Series, *, by: Actor, via: str) -> None:
    """Give a row its slot. It goes there itself, unless it was moved alone."""
    changed: dict[str, Any] = moments(slot, row.zone, row.minutes) if row.starts == row.slot else {}
    Meeting.objects.filter(pk=row.pk).update(slot=slot, series_id=series.pk)
    apply(row, changed, by=by, via=via)
    row.refresh_from_db()


def _without_collisions(pairs: list[tuple[Meeting, datetime]]) -> list[tuple[Meeting, datetime]]:
    """Order moves so that no row takes a slot that another still has: the later ones first where they go later."""
    later = [pair for pair in pairs if pair[0].slot is not None and pair[1] > pair[0].slot]
    return [*reversed(later), *(pair for pair in pairs if pair not in later)]


def _split_off(series: Series, meeting: Meeting) -> Series:
    """Let a series end before a meeting, and begin another one there."""
    rest = Series.objects.get(pk=series.pk)
    rest.pk, rest.uid, rest.sequence, rest.ended_at, rest._state.adding = None, new_uid(), 0, None, True
    rest.save(force_insert=True)
    end_before(series, meeting)
    return rest


def _slot(row: Meeting) -> datetime:
    assert row.slot is not None, "it is of a series"
    return row.slot.replace(tzinfo=None)
