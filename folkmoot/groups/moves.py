"""Reads of how far a group has come over."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet, Sum
from django.utils.timezone import localdate

from folkmoot.groups.models import Group, Membership, Move, Moved
from folkmoot.groups.models.moves import WEEK
from folkmoot.groups.queries import open_links

MOST_WEEKS = 54


class Counts(NamedTuple):
    """How many of an old place were reached, and how many joined. The page says in words what that is."""

    there: int
    known: int  # by an address that they gave
    joined: int  # of these, who are members
    opened: int  # times that the page was opened
    by_page: int  # who opened it and came

    @property
    def others(self) -> int:
        """Openings by which nobody came, as far as that can be told."""
        return max(0, self.opened - self.by_page)

    @property
    def reached(self) -> int:
        """Never more than there were, unless more are known than the number that was said."""
        return max(self.known, min(self.there, self.known + self.others))


class Week(NamedTuple):
    """A week of a move: when it began, how often the page was opened in it, how many had joined at its end."""

    begins: datetime
    opened: int
    joined: int


def move_of(group: Group) -> Move | None:
    """The move that is going on, or else the last one."""
    known = group.moves.select_related("link", "group").order_by("-begun_at", "-pk")
    return known.filter(ended_at=None).first() or known.first()


def counts_of(move: Move) -> Counts:
    """Count what is known of a move."""
    gone = Membership.objects.filter(group=move.group_id, left_at__isnull=False).values("person")
    known = Moved.objects.filter(move=move, person__is_active=True).exclude(person__in=gone)
    return Counts(
        there=move.members,
        known=known.count(),
        joined=members_of(move).count(),
        opened=move.days.aggregate(n=Sum("opened"))["n"] or 0,
        by_page=Moved.objects.filter(move=move, way=Moved.Way.PAGE).count(),
    )


def members_of(move: Move) -> QuerySet[Membership]:
    """Those of the old place who are members."""
    members = Membership.objects.current().filter(group=move.group_id, person__is_active=True)
    return members.filter(person__in=Moved.objects.filter(move=move).values("person"))


def weeks_of(move: Move) -> Sequence[Week]:
    """Tell of each week up to now."""
    days = list(move.days.values_list("day", "opened"))
    members = members_of(move).values("person")
    came = list(Moved.objects.filter(move=move, person__in=members).values_list("at", flat=True))
    weeks = []
    for number in range(min(move.week + 1, MOST_WEEKS)):
        begins, ends = move.begun_at + number * WEEK, move.begun_at + (number + 1) * WEEK
        opened = sum(n for day, n in days if localdate(begins) <= day < localdate(ends))
        weeks.append(Week(begins, opened, sum(at < ends for at in came)))
    return weeks


def is_page_open(move: Move) -> bool:
    """Whether somebody can come by the page: whoever opened it looks after members still."""
    return move.link_id is not None and open_links(move.group).filter(pk=move.link_id).exists()
