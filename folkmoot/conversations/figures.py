"""How groups below another do, in numbers: of those that agreed to share them, and no names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.groups.models import Group, Membership

WEEKS = 12


@dataclass(slots=True)
class Branch:
    """One group in the tree, where it stands there, and its numbers where it shares them."""

    group: Group
    level: int
    is_last: bool = False
    has_below: bool = False
    guides: list[bool] = field(default_factory=list)  # for each level above: whether the line goes on
    figures: dict[str, int] | None = None


def tree(group: Group, person: Person | None) -> list[Branch]:
    """The group and those below it that the reader may know of, each under its parent, by name."""
    below = Group.objects.visible_to(person).filter(reaching__above=group).exclude(pk=group.pk)
    children: dict[int | None, list[Group]] = {}
    for one in below.order_by("name", "pk"):
        children.setdefault(one.parent_id, []).append(one)
    branches = [Branch(group, 0, has_below=group.pk in children), *_under(group, children, [])]
    _count(branches)
    return branches


def _under(group: Group, children: dict[int | None, list[Group]], guides: list[bool]) -> list[Branch]:
    found: list[Branch] = []
    mine = children.get(group.pk, [])
    for number, one in enumerate(mine, 1):
        is_last = number == len(mine)
        found.append(Branch(one, len(guides) + 1, is_last, one.pk in children, guides))
        found += _under(one, children, [*guides, not is_last])
    return found


def _count(branches: Sequence[Branch]) -> None:
    """Numbers of the first, which is the reader's own, and of those that share theirs."""
    shown = [one.group for one in branches if one.group.shares_figures or one is branches[0]]
    counted = numbers(shown)
    for branch in branches:
        branch.figures = counted.get(branch.group.pk)


def numbers(shown: Sequence[Group]) -> dict[int, dict[str, int]]:
    """How many members, active members and posts of the last weeks each of some groups has, by its key."""
    members = _by_group(Membership.objects.current().filter(group__in=shown), "group")
    active: dict[int, int] = {}
    for days in {one.active_days for one in shown}:
        since = now() - timedelta(days=days)
        of_these = Membership.objects.current().filter(group__in=shown, group__active_days=days, active_at__gte=since)
        active |= _by_group(of_these, "group")
    since = now() - timedelta(weeks=WEEKS)
    said = _by_group(Post.objects.filter(channel__group__in=shown, posted_at__gte=since), "channel__group")
    kinds = {"members": members, "active": active, "posts": said}
    return {one.pk: {name: counted.get(one.pk, 0) for name, counted in kinds.items()} for one in shown}


def _by_group(rows: QuerySet[Any], group: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(group).annotate(n=Count("pk")))


def together(branches: Sequence[Branch]) -> dict[str, int]:
    """The sums over those that share their numbers."""
    shared = [one.figures for one in branches if one.figures]
    return {name: sum(one[name] for one in shared) for name in ("members", "active", "posts")}
