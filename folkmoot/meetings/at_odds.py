"""What was changed here and where it came from, and stays as it is here: said to those who organise."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import now

from folkmoot.groups.models import Group, HistoryEntry
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations.brought import WORDS

LATELY = timedelta(days=30)
MOST = 20


@dataclass(frozen=True, slots=True)
class AtOdds:
    """A meeting or a series, with the parts that are otherwise there."""

    title: str
    url: str
    parts: str


def lately(group: Group) -> list[AtOdds]:
    """The newest first, each once."""
    noted = HistoryEntry.objects.filter(group=group, kind__in=("meeting.kept", "series.kept"), at__gt=now() - LATELY)
    newest: dict[tuple[bool, int], list[str]] = {}
    for entry in noted.order_by("-at", "-pk")[: MOST * 5]:
        is_series = entry.kind == "series.kept"
        key = entry.facts.get("series" if is_series else "meeting", 0)  # none where the history came in a package
        newest.setdefault((is_series, key), entry.facts.get("parts", []))
    of_group = Meeting.objects.filter(group=group).select_related("group")
    meetings = of_group.in_bulk([key for is_series, key in newest if not is_series])
    series = Series.objects.filter(group=group).in_bulk([key for is_series, key in newest if is_series])
    found = []
    for (is_series, key), parts in newest.items():
        if is_series and key in series:
            found.append(AtOdds(series[key].title, "", in_words(parts)))
        elif not is_series and key in meetings:
            found.append(AtOdds(meetings[key].title, meetings[key].get_absolute_url(), in_words(parts)))
    return found[:MOST]


def in_words(parts: Iterable[str]) -> str:
    return ", ".join(str(WORDS[part]) for part in parts if part in WORDS)
