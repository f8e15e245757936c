"""Traces: what was said in a conversation in the last seven days, as marks on one short line.

A crowd of marks says nothing. Neighbours within two in a hundred of the week (some three hours) are one mark, a bigger
one; and where there are still more than sixteen, neighbours further apart are.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from django.utils.text import get_text_list
from django.utils.timezone import localdate, localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from folkmoot.conversations.models import Post, Topic
from folkmoot.web.shelf import Shelf
from folkmoot.web.templatetags.face import by_door

WEEK = timedelta(days=7)
NEAR, MOST_MARKS = 2, 16
MANY = 5  # posts in one mark make it the biggest
MOST_SAID = 3_000  # posts asked for at once, the newest


class Said(NamedTuple):
    at: datetime
    via: str
    author: int


class Mark(NamedTuple):
    """One mark of a trace, `x` hundredths from its beginning."""

    x: int
    via: str
    is_old: bool
    size: str


class Trace(NamedTuple):
    marks: list[Mark]
    label: str


Key = tuple[int, datetime, int]  # of a topic: id, last talk, number of posts
_kept: Shelf[tuple[Said, ...]] = Shelf(200_000, size=lambda said: 1 + len(said))


def of_last_week(topics: Sequence[Key]) -> dict[int, tuple[Said, ...]]:
    """What was said in each topic in the last seven days, oldest first; asked again when more is said, or each hour."""
    hour = now().replace(minute=0, second=0, microsecond=0)
    found = dict(zip(topics, _kept.take([(key, hour) for key in topics]), strict=True))
    missing = [key for key, said in found.items() if said is None]
    asked = _ask([key[0] for key in missing]) if missing else {}
    for key in missing:
        found[key] = asked.get(key[0], ())
        _kept.keep((key, hour), asked.get(key[0], ()))
    return {key[0]: said or () for key, said in found.items()}


@dataclass(frozen=True)
class Week:
    """Seven days of one topic; drawn only where they are not kept as text by their key."""

    key: tuple[object, ...]
    said: Sequence[Said]

    @cached_property
    def trace(self) -> Trace:
        return draw(self.said)

    @cached_property
    def axis(self) -> list[date]:
        return axis()


def week_of(topic: Topic) -> Week | None:
    """The last seven days of one topic, for all readers alike. None if nothing was said in them."""
    if topic.last_post_at < now() - WEEK:
        return None
    said = of_last_week([(topic.pk, topic.last_post_at, topic.post_count)])[topic.pk]
    hour = localtime().replace(minute=0, second=0, microsecond=0)
    return Week((topic.pk, topic.started_at, topic.last_post_at, len(said), hour), said) if said else None


def axis() -> list[date]:
    """The seven days that end today."""
    return [localdate() - timedelta(days=days) for days in range(6, -1, -1)]


def _ask(topic_ids: Sequence[int]) -> dict[int, tuple[Said, ...]]:
    posts = Post.objects.filter(topic__in=topic_ids, posted_at__gt=now() - WEEK, removed_at=None)
    newest = posts.order_by("-posted_at").values_list("topic", "posted_at", "via", "author")[:MOST_SAID]
    in_order = sorted(newest, key=lambda row: (row[0], row[1]))
    return {topic: tuple(Said(*row[1:]) for row in rows) for topic, rows in groupby(in_order, key=lambda row: row[0])}


def draw(said: Sequence[Said], *, read_to: datetime | None = None, reader: int = 0) -> Trace:
    """Draw what was said. With `read_to`, what the reader has read, or said themselves, is grey."""
    end = now()
    points = [
        Mark(
            x=max(0, min(100, round(100 - (end - one.at) / WEEK * 100))),
            via=one.via,
            is_old=read_to is not None and (one.at <= read_to or one.author == reader),
            size="",
        )
        for one in said
    ]
    return Trace(merged(points), _label(points, counts_unread=read_to is not None))


def merged(points: Sequence[Mark]) -> list[Mark]:
    """Make one mark of neighbours, so few that each can be seen. Read and unread ones stay apart."""
    for near in range(NEAR, 100, 2):
        crowds = list(_crowds(points, near))
        if len(crowds) <= MOST_MARKS:
            break
    return [_one(crowd) for crowd in crowds[-MOST_MARKS:]]


def _crowds(points: Iterable[Mark], near: int) -> Iterable[list[Mark]]:
    crowd: list[Mark] = []
    for point in points:
        if crowd and (point.x - crowd[0].x > near or point.is_old != crowd[0].is_old):
            yield crowd
            crowd = []
        crowd.append(point)
    if crowd:
        yield crowd


def _one(crowd: Sequence[Mark]) -> Mark:
    """The mark of a crowd stands at its end and has the shape of most."""
    [(via, _times)] = Counter(point.via for point in crowd).most_common(1)
    size = "" if len(crowd) == 1 else "is-most" if len(crowd) >= MANY else "is-more"
    return Mark(crowd[-1].x, via, crowd[0].is_old, size)


def _label(points: Sequence[Mark], *, counts_unread: bool) -> str:
    """What somebody hears who does not see it: “7 posts, 4 unread, by mail and on the web”."""
    count, unread = len(points), sum(not point.is_old for point in points)
    words = [ngettext("%(n)d post this week", "%(n)d posts this week", count) % {"n": count}]
    if counts_unread and count:
        words.append(ngettext("%(n)d unread", "%(n)d unread", unread) % {"n": unread} if unread else _("all read"))
    doors = [by_door(via) for via, _times in Counter(point.via for point in points).most_common()]
    return ", ".join([*words, *([get_text_list(doors, _("and"))] if doors else [])])
