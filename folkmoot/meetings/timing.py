"""When the meetings of a series are, by its clock."""

from datetime import datetime, timedelta

from folkmoot.kit import recurrence
from folkmoot.meetings.models import Series

AHEAD = timedelta(days=366)  # for so long a series has rows


def rule_of(series: Series) -> recurrence.Rule:
    return recurrence.parse(series.rule, zone=series.zone)


def first_of(series: Series) -> datetime:
    return series.first.replace(tzinfo=None)


def times(series: Series, *, start: datetime, end: datetime) -> list[datetime]:
    """Return the times of a series from `start` to before `end`: the rule's, added ones, without what is left out."""
    found = set(recurrence.between(rule_of(series), first_of(series), start=start, end=end))
    for date in series.dates.all():
        at = date.at.replace(tzinfo=None)
        if not date.is_extra:
            found.discard(at)
        elif start <= at < end:
            found.add(at)
    return sorted(found)
