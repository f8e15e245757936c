"""Planned times: what a clock on the wall shows, and where it hangs."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def names() -> frozenset[str]:
    """Return the zones that we know."""
    return frozenset(available_timezones())


def to_utc(local: datetime, zone: str) -> datetime:
    """Return the moment at which the clocks of a zone show a time.

    A time that they skip counts by the offset before the gap, one that they show twice is the first (RFC 5545, 3.3.5).
    """
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def to_local(moment: datetime, zone: str) -> datetime:
    """Return what the clocks of a zone show at a moment, without the zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def on_the_wall(local: datetime) -> datetime:
    """Return what a clock shows as it is kept: as if it were UTC, since a database knows moments only."""
    return local.replace(tzinfo=UTC)
