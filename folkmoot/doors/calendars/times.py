"""The times of a series as calendars are told them: its rule's, made to agree with the meetings that there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from folkmoot.kit import recurrence
from folkmoot.meetings.models import Meeting, Series, SeriesDate
from folkmoot.meetings.timing import first_of, rule_of


@dataclass(frozen=True, slots=True)
class Times:
    """What is told beside the rule, so that whoever follows it comes to our meetings and no others."""

    added: frozenset[datetime]
    left_out: frozenset[datetime]
    kept: tuple[Meeting, ...]  # the meetings that a calendar has by these times
    beside: tuple[Meeting, ...]  # those of them that take place though the rule does not give them
    is_by_no_rule: bool  # the rule ends before it begins
    changed_at: datetime


def times_of(series: Series, dates: Iterable[SeriesDate], meetings: list[Meeting]) -> Times:
    """Compare the rule with the rows, as far as there are rows: a time without one is left out, and the other way."""
    rule, first = rule_of(series), first_of(series)
    is_by_no_rule = rule.until is not None and rule.until < first
    slots = {slot_of(one) for one in meetings}
    extra, left_out = _said(dates)
    start = min(slots)
    end = max(max(slots) + timedelta(minutes=1), wall(series.filled_to) if series.filled_to else first)
    by_rule = set() if is_by_no_rule else set(recurrence.between(rule, first, start=start, end=end))
    given = (by_rule - left_out) | {at for at in extra if rule.until is None or at <= rule.until}
    odd = [one for one in meetings if slot_of(one) not in given]
    beside = {slot_of(one): one for one in odd if not one.cancelled_at}
    missing = {at for at in given - slots if start <= at < end}
    return Times(
        added=frozenset((extra - missing - {slot_of(one) for one in odd}) | beside.keys()),
        left_out=frozenset((left_out - beside.keys()) | (missing & by_rule)),
        kept=tuple(one for one in meetings if one not in odd or slot_of(one) in beside),
        beside=tuple(beside.values()),
        is_by_no_rule=is_by_no_rule,
        changed_at=max([series.changed_at, *(one.changed_at for one in odd)]),
    )


def slot_of(meeting: Meeting) -> datetime:
    """Return the time that its series meant a meeting for, by the clock."""
    assert meeting.slot is not None, "it is of a series"
    return wall(meeting.slot)


def wall(kept: datetime) -> datetime:
    """Return a time on the wall as it is said, without the zone that it is kept with."""
    return kept.replace(tzinfo=None)


def _said(dates: Iterable[SeriesDate]) -> tuple[set[datetime], set[datetime]]:
    """What organisers added to the rule, and what they left out."""
    both: tuple[set[datetime], set[datetime]] = (set(), set())
    for one in dates:
        both[0 if one.is_extra else 1].add(wall(one.at))
    return both
