"""Reads that span meetings and their answers, or many groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group
from folkmoot.meetings.models import Meeting, Rsvp


@dataclass(frozen=True, slots=True)
class Figures:
    """How many come to a meeting, with their guests, and how many don't know or wait."""

    room: int = 0
    online: int = 0
    waiting: int = 0
    maybe: int = 0
    no: int = 0

    @property
    def coming(self) -> int:
        return self.room + self.online


def figures(meetings: Iterable[Meeting]) -> dict[int, Figures]:
    """Count the answers to many meetings with one query."""
    rows = Rsvp.objects.filter(meeting__in=[one.pk for one in meetings]).order_by().values("meeting")
    heads = Sum(F("guests") + 1, filter=Q(answer=Rsvp.Answer.YES, waits_since=None, place=Rsvp.Place.ROOM))
    online = Sum(F("guests") + 1, filter=Q(answer=Rsvp.Answer.YES, waits_since=None, place=Rsvp.Place.ONLINE))
    counted = rows.annotate(
        room=Coalesce(heads, 0),
        online=Coalesce(online, 0),
        waiting=Count("pk", filter=Q(waits_since__isnull=False)),
        maybe=Count("pk", filter=Q(answer=Rsvp.Answer.MAYBE)),
        no=Count("pk", filter=Q(answer=Rsvp.Answer.NO)),
    )
    columns = ("room", "online", "waiting", "maybe", "no")
    return {key: Figures(*counts) for key, *counts in counted.values_list("meeting", *columns)}


def answers_of(person: Person | None, meetings: Iterable[Meeting]) -> dict[int, Rsvp]:
    """Return what somebody answered to many meetings, with one query."""
    if person is None:
        return {}
    mine = Rsvp.objects.filter(person=person, meeting__in=[one.pk for one in meetings])
    return {one.meeting_id: one for one in mine}


def next_of(group: Group, person: Person | None, most: int) -> list[Meeting]:
    """Return the next meetings of a group that somebody may see."""
    return list(_next(person).filter(group=group)[:most])


def next_for(person: Person, groups: Sequence[int], most: int) -> list[Meeting]:
    """Return the next meetings in these groups of somebody's, without those to which they said no."""
    declined = Rsvp.objects.filter(meeting=OuterRef("pk"), person=person, answer=Rsvp.Answer.NO)
    mine = _next(person).filter(group__in=groups)
    return list(mine.exclude(Exists(declined))[:most])


def next_anywhere(most: int) -> list[Meeting]:
    """Return the next meetings that everybody may see."""
    return list(_next(None)[:most])


def beside(meeting: Meeting, person: Person | None) -> tuple[Meeting | None, Meeting | None]:
    """Return the meetings of its series before and after it that somebody may see."""
    if meeting.series_id is None:
        return None, None
    others = Meeting.objects.visible_to(person).filter(series=meeting.series_id).exclude(pk=meeting.pk)
    before = others.filter(starts_at__lt=meeting.starts_at).order_by("-starts_at").first()
    return before, others.filter(starts_at__gt=meeting.starts_at).order_by("starts_at").first()


def place_in_line(rsvp: Rsvp) -> int:
    """Return how far they are from a seat: 1 is the next."""
    line = Rsvp.objects.waiting().filter(meeting=rsvp.meeting_id, place=rsvp.place)
    earlier = Q(waits_since__lt=rsvp.waits_since) | Q(waits_since=rsvp.waits_since, pk__lt=rsvp.pk)
    return line.filter(earlier).count() + 1


def _next(person: Person | None) -> QuerySet[Meeting]:
    shown: QuerySet[Meeting] = Meeting.objects.visible_to(person).taking_place().to_come().in_order()
    return shown.select_related("group", "venue")


def listed(meetings: Sequence[Meeting], person: Person | None) -> list[tuple[Meeting, Figures, Rsvp | None]]:
    """Return each meeting with its figures and the reader's answer: two queries, however many there are."""
    counted, mine = figures(meetings), answers_of(person, meetings)
    return [(one, counted.get(one.pk, Figures()), mine.get(one.pk)) for one in meetings]
