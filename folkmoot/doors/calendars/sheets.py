"""What a calendar shows to whom: asked anew each time, so that whoever may no longer see a group sees none of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.db.models import Count, Max, Q, Sum
from django.utils.timezone import now
from django.utils.translation import get_language

from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Denial, Group
from folkmoot.meetings.models import Meeting, MeetingQuerySet, Rsvp, Series, SeriesDate

BACK = timedelta(days=366)  # so long a meeting stays in calendars
MOST = 3_000  # meetings of one calendar; the latest are shown
HOW_WRITTEN = 2  # another number whenever the same rows are written otherwise, so that programs fetch them again
_SEEING = frozenset({"meetings.read", "meetings.organise"})
_STATE = (Count("pk"), Sum("pk"), Max("changed_at"), Max("published_at"), Sum("sequence"))


@dataclass(frozen=True)
class Sheet:
    """The meetings of some groups as one reader may see them."""

    name: str
    groups: tuple[int, ...]
    person: Person | None
    answering: tuple[int, ...] = ()  # of the groups those in which an answer of the reader's counts
    only_coming: bool = False

    @property
    def meetings(self) -> MeetingQuerySet:
        there = Meeting.objects.published().filter(group__in=self.groups)
        there = there.filter(Q(ends_at__gt=now() - BACK) | Q(series__isnull=False))
        return there.filter(pk__in=self.coming.values("meeting")) if self.only_coming else there

    @property
    def answers(self) -> Any:
        return Rsvp.objects.filter(person=self.person, meeting__group__in=self.answering)

    @property
    def coming(self) -> Any:
        return self.answers.filter(answer__in=[Rsvp.Answer.YES, Rsvp.Answer.MAYBE])

    @cached_property
    def tag(self) -> str:
        """Another one whenever the calendar would look otherwise; made without looking at each meeting."""
        series = Series.objects.filter(group__in=self.groups)
        places = (Sum("venue__latitude"), Sum("venue__longitude"))
        seen: list[Any] = [HOW_WRITTEN, self.name, self.groups, self.only_coming, get_language()]
        seen.append(self.meetings.aggregate(*_STATE, *places))
        seen.append(series.aggregate(*_STATE, Count("dates"), *places))
        if self.person is not None:
            seen += list(self.answers.order_by("pk").values_list("meeting", "answer", "waits_since"))
        return f'"{blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'

    @cached_property
    def shown(self) -> "Shown":
        rows = self.meetings.select_related("venue", "group").order_by("-starts_at", "-pk")[:MOST]
        meetings = sorted(rows, key=lambda one: (one.starts_at, one.pk))
        answers = {one.meeting_id: one for one in self.answers} if self.person else {}
        if self.only_coming:
            return Shown(meetings, {}, {}, answers)
        series, dates = _series_of(meetings)
        return Shown(_recent(meetings, series), series, dates, answers)


@dataclass(frozen=True)
class Shown:
    """The rows of a sheet, and what is told of each to its reader."""

    meetings: list[Meeting]
    series: dict[int, Series]
    dates: dict[int, list[SeriesDate]]
    answers: dict[int, Rsvp]
    is_open: bool = False  # for those who run the place: links and numbers are told

    def comes(self, meeting: Meeting) -> bool:
        if self.is_open:
            return True
        answer = self.answers.get(meeting.pk)
        return answer is not None and answer.comes

    def is_unsure(self, meeting: Meeting) -> bool:
        """Who may come, or waits for a seat."""
        answer = self.answers.get(meeting.pk)
        return answer is not None and answer.answer != Rsvp.Answer.NO and not answer.comes


def of_group(group: Group, person: Person | None) -> Sheet:
    """Return what one group has for a reader; an empty sheet for whoever may see none of it."""
    return Sheet(group.name, *_that([group], person))


def of_person(person: Person, *, name: str, only_coming: bool = False) -> Sheet:
    """Return the meetings of all groups that somebody is in, where they may see them."""
    return Sheet(name, *_that(Group.objects.joined_by(person).order_by("pk"), person), only_coming)


def _that(groups: Iterable[Group], person: Person | None) -> tuple[tuple[int, ...], Person | None, tuple[int, ...]]:
    """Of some groups those whose meetings the reader may see, and those of them in which they may come."""
    may = {one.pk: permissions_in(one, person) for one in groups}
    seen = tuple(pk for pk, held in may.items() if held & _SEEING)
    denied = Denial.objects.valid().filter(person=person, permission__in=["", "meetings.answer"])
    closed = set(denied.values_list("group__reached__below", flat=True)) if person else set()
    return seen, person, tuple(pk for pk in seen if "meetings.answer" in may[pk] and pk not in closed)


def everything(group: Group) -> Shown:
    """Return all published meetings of a group, also of long ago, with links and numbers."""
    rows = Meeting.objects.published().filter(group=group).select_related("venue", "group")
    meetings = list(rows.in_order())
    return Shown(meetings, *_series_of(meetings), answers={}, is_open=True)


def _series_of(meetings: Iterable[Meeting]) -> tuple[dict[int, Series], dict[int, list[SeriesDate]]]:
    """The series that meetings are of, and what each adds to its rule and leaves out."""
    ids = {one.series_id for one in meetings if one.series_id}
    there = Series.objects.exclude(published_at=None).select_related("venue", "group")
    series = {one.pk: one for one in there.filter(pk__in=ids)}
    dates: dict[int, list[SeriesDate]] = {}
    for date in SeriesDate.objects.filter(series__in=series).order_by("at"):
        dates.setdefault(date.series_id, []).append(date)
    return series, dates


def _recent(meetings: Iterable[Meeting], series: dict[int, Series]) -> list[Meeting]:
    """Without the series that ended long ago: each other one is there with all its meetings, or its rule would lie."""
    oldest = now() - BACK
    latest: dict[int, datetime] = {}
    kept = list(meetings)
    for one in kept:
        if one.series_id:
            latest[one.series_id] = max(one.ends_at, latest.get(one.series_id, one.ends_at))
    over = {pk for pk, at in latest.items() if at <= oldest}
    for pk in over:
        series.pop(pk, None)
    return [one for one in kept if one.series_id not in over]
