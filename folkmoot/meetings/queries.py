"""Reads that span meetings and their answers, or many groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import held_among, permissions_in
from folkmoot.groups.models import Group
from folkmoot.meetings.models import Meeting, MeetingQuerySet, Point, Rsvp
from folkmoot.meetings.rules import can_close, can_look_after, can_organise, can_take
from folkmoot.store.prepared import Prepared

MOST = 100  # meetings to come that are looked at for one person
SHOWING = frozenset({"meetings.read", "meetings.organise"})  # either shows what is published


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
    return list(_coming().filter(group=group)[:most]) if SHOWING & permissions_in(group, person) else []


def next_for(person: Person, groups: Sequence[tuple[int, int]], most: int) -> list[Meeting]:
    """Return the next meetings in these groups of somebody's, without those to which they said no.

    The groups are keys with their access_version. Who may see them is not asked of the database each time: this
    stands on the page that is opened most.
    """
    seen = frozenset().union(*(held_among(groups, one, person) for one in SHOWING))
    at = now()
    coming = _coming_to_members(at.date()).rows(person.pk) if seen else []
    keys = [key for key, group, ends_at in coming if group in seen and ends_at > at][:most]
    return list(_coming().filter(pk__in=keys)) if keys else []


@lru_cache(maxsize=3)
def _coming_to_members(day: date) -> Prepared[tuple[int, int, datetime]]:
    """The next meetings in the groups somebody is in, from the beginning of a day: the SQL is written once a day.

    The day is one by UTC; where the reader is it may be tomorrow already.
    """
    midnight = datetime.combine(day, time(), tzinfo=UTC)

    def made(person: int) -> QuerySet[Meeting, tuple[int, int, datetime]]:
        declined = Rsvp.objects.filter(meeting=OuterRef("pk"), person=person, answer=Rsvp.Answer.NO)
        mine = {"group__memberships__person": person, "group__memberships__left_at": None}
        coming = Meeting.objects.taking_place().filter(**mine, ends_at__gt=midnight).exclude(Exists(declined))
        return coming.in_order().values_list("pk", "group", "ends_at")[:MOST]

    return Prepared(made)


def next_anywhere(most: int) -> list[Meeting]:
    """Return the next meetings that everybody may see."""
    return list(_coming().visible_to(None)[:most])


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


@dataclass(frozen=True, slots=True)
class Handling:
    """Which open points of a group somebody may close, give to somebody and take on, by their keys."""

    closes: frozenset[int] = frozenset()
    gives: frozenset[int] = frozenset()
    takes: frozenset[int] = frozenset()


def handling(person: Person | None, group: Group, points: Sequence[Point]) -> Handling:
    """Ask the rules of points that somebody sees: once for all, and of each only where it is theirs or they hosted."""
    if person is None:
        return Handling()
    nobodys = [one for one in points if one.owner_id is None]
    takes = frozenset(one.pk for one in nobodys) if nobodys and can_take(person, nobodys[0]) else frozenset()
    if can_organise(person, group):
        keys = frozenset(one.pk for one in points)
        return Handling(keys, keys, takes)
    near = [one for one in points if person.pk in {one.owner_id, one.meeting.host_id}]
    closes = frozenset(one.pk for one in near if can_close(person, one))
    return Handling(closes, frozenset(one.pk for one in near if can_look_after(person, one.meeting)), takes)


def _coming() -> MeetingQuerySet:
    return Meeting.objects.taking_place().to_come().in_order().select_related("group", "venue")


def listed(meetings: Sequence[Meeting], person: Person | None) -> list[tuple[Meeting, Figures, Rsvp | None]]:
    """Return each meeting with its figures and the reader's answer: two queries, however many there are."""
    if not meetings:
        return []
    counted, mine = figures(meetings), answers_of(person, meetings)
    return [(one, counted.get(one.pk, Figures()), mine.get(one.pk)) for one in meetings]
