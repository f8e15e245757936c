"""Reads of who is expected, who came, and the figures of it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import Group
from folkmoot.meetings.models import Attendance, Meeting, Rsvp
from folkmoot.meetings.tickets import ticket


class AtTheDoor(NamedTuple):
    """One line of the door's list."""

    name: str
    person_id: int | None
    rsvp: Rsvp | None
    came: Attendance | None
    code: str

    @property
    def guests(self) -> int:
        return self.came.guests if self.came else self.rsvp.guests if self.rsvp else 0


def at_the_door(meeting: Meeting) -> list[AtTheDoor]:
    """Return everybody who is expected, or has come without a word, by name."""
    came = {row.person_id or row.key: row for row in meeting.attendances.select_related("person")}
    answers = meeting.rsvps.filter(answer=Rsvp.Answer.YES).select_related("person")
    lines = []
    for rsvp in answers:
        code = ticket(meeting, rsvp.person_id)
        lines.append(AtTheDoor(rsvp.person.name, rsvp.person_id, rsvp, came.pop(rsvp.person_id, None), code))
    for row in came.values():
        name = row.person.name if row.person else row.name
        lines.append(AtTheDoor(name, row.person_id, None, row, ""))
    return sorted(lines, key=lambda line: (line.name.casefold(), line.person_id or 0))


class Figures(NamedTuple):
    """How many said that they come to a meeting, and how many did."""

    meeting: Meeting
    yes: int
    came: int
    missing: int  # said yes, and did not come
    first: int | None  # for the first time, as far as the lists of this group tell; None without a list
    again: int | None  # who had been there before
    is_counted_elsewhere: bool = False  # there is a number, and no list


def figures(group: Group, most: int = 50) -> list[Figures]:
    """Return the figures of meetings that are over, newest first."""
    past = Meeting.objects.taking_place().past().filter(group=group).select_related("group")
    over = list(past.order_by("-starts_at", "-pk")[:most])
    yes = Rsvp.objects.coming().filter(meeting__in=over)
    there = Attendance.objects.filter(meeting__in=over)
    came = Exists(Attendance.objects.filter(meeting=OuterRef("meeting"), person=OuterRef("person")))
    counted = [_of_each(rows) for rows in (yes, there, yes.exclude(came), there.filter(_was_there_before()))]
    return [_figures(meeting, *(numbers[meeting.pk] for numbers in counted)) for meeting in over]


def _of_each(rows: QuerySet[Any]) -> Counter[int]:
    """How many rows each meeting has."""
    return Counter(dict(rows.order_by().values_list("meeting").annotate(Count("pk"))))


def _figures(meeting: Meeting, yes: int, came: int, missing: int, again: int) -> Figures:
    if not came and meeting.counted:
        return Figures(meeting, yes, meeting.counted, 0, None, None, is_counted_elsewhere=True)
    return Figures(meeting, yes, came, missing, came - again, again)


def _was_there_before() -> Q:
    """A person is known again by themselves; who is a name only, by that name."""
    before = Attendance.objects.filter(
        meeting__group=OuterRef("meeting__group"), meeting__starts_at__lt=OuterRef("meeting__starts_at")
    )
    is_same_person = Exists(before.filter(person=OuterRef("person")))
    has_same_name = Exists(before.filter(person=None, name=OuterRef("name")))
    return Q(is_same_person) | (Q(person=None) & Q(has_same_name))


RATINGS = ((5, _("Very good")), (4, _("Good")), (3, _("All right")), (2, _("Not so good")), (1, _("Bad")))
FEWEST = 3  # answers: of fewer it would be plain who said what
OPEN_FOR = timedelta(days=7)  # after the end; what comes in is shown at once when nothing more can come


class Opinion(NamedTuple):
    """What those who came thought of a meeting."""

    answers: int
    average: float
    spread: list[tuple[str, int]]  # how many said that it was very good, good, …
    words: list[str]  # in alphabetical order, which tells nothing of who said them


def feedback_ends_at(meeting: Meeting) -> datetime:
    return meeting.ends_at + OPEN_FOR


def opinion_of(meeting: Meeting) -> Opinion | None:
    """Return what people thought; None where too few have answered, or somebody still can.

    A figure that moves with each answer tells whoever watches it who said what.
    """
    if now() < feedback_ends_at(meeting):
        return None
    given = list(meeting.feedback.values_list("rating", "words"))
    if len(given) < FEWEST:
        return None
    ratings = [rating for rating, _words in given]
    spread = [(str(words), ratings.count(rating)) for rating, words in RATINGS]
    words = sorted(said for _rating, said in given if said)
    return Opinion(len(given), sum(ratings) / len(ratings), spread, words)
