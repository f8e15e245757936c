"""Reads of the programme: talks, and agendas with their times."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import pgettext

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import AgendaItem, Meeting, Point, Proposal


class AgendaRow(NamedTuple):
    """One item, and when its turn is by the plan."""

    item: AgendaItem
    starts_at: datetime
    ends_at: datetime
    zone: str
    has_hours: bool = True

    @property
    def hour(self) -> str:
        """When it begins by the clocks of the meeting, whatever the page's own are; none where none is planned."""
        if not self.has_hours:
            return ""
        return date_format(to_local(self.starts_at, self.zone), pgettext("date format: hour", "H:i"))


def agenda_of(meeting: Meeting) -> list[AgendaRow]:
    """Return the agenda with its times: each begins when what stands before it ends."""
    items = meeting.agenda.in_order().select_related("proposal__speaker", "proposal__by", "slides", "point")
    return list(_timed(items, meeting))


def _timed(items: Any, meeting: Meeting) -> Iterator[AgendaRow]:
    at, has_hours = meeting.starts_at, not meeting.is_whole_days
    for item in items:
        end = at + timedelta(minutes=item.minutes)
        yield AgendaRow(item, at, end, meeting.zone, has_hours)
        at = end


def open_talks(group: Group, person: Person | None) -> QuerySet[Proposal]:
    """Those that wait for a meeting, the one that most want to hear first."""
    there = Proposal.objects.visible_to(person).open().filter(group=group).select_related("speaker", "by")
    return there.annotate(wanted=Count("interests")).order_by("-wanted", "created_at", "pk")


def given_talks(group: Group, person: Person | None) -> QuerySet[AgendaItem]:
    """Those that a meeting has or had, newest first."""
    there = AgendaItem.objects.visible_to(person).filter(proposal__group=group)
    return there.select_related("meeting__group", "proposal__speaker", "slides").order_by("-meeting__starts_at", "-pk")


def from_last_time(meeting: Meeting) -> QuerySet[Point]:
    """Points of earlier meetings that nobody has closed, and that are not on this agenda yet."""
    earlier = Point.objects.open().filter(group=meeting.group_id, meeting__starts_at__lt=meeting.starts_at)
    open_ones = earlier.exclude(sort=Point.Sort.DECISION).exclude(meeting=meeting.pk)
    return open_ones.exclude(items__meeting=meeting.pk).select_related("owner", "meeting").order_by("created_at", "pk")


def slides_in_use() -> QuerySet[Any]:
    """The files that agendas have, for the sweeper."""
    return AgendaItem.objects.exclude(slides=None).values("slides")
