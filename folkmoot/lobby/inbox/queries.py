"""What somebody has to catch up on, over all their groups.

Bounded in time and number: four weeks back, and the newest so many conversations. What is older stands on the boards.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.timezone import localdate

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Draft, Mention, Post, Subscription, Topic
from folkmoot.conversations.unread import COLUMNS, as_read_by, reading
from folkmoot.groups.models import Group
from folkmoot.store.prepared import Prepared

HORIZON = timedelta(weeks=4)
MOST = 200  # conversations, the newest
WEEK = timedelta(days=7)
ANSWERED_WITHIN = timedelta(days=90)  # of what one said, answers are looked for
LISTS = ("everything", "for-me", "unanswered", "later")
TOPIC = ("id", "title", "channel__group", "last_post_at", "post_count", "answer")
MINE = ("read_to", "done_at", "later_at", "topic_level", "channel_level", "joined_at")


class Home(NamedTuple):
    """A group that somebody is in, as far as lists show it."""

    pk: int
    slug: str
    name: str
    initials: str
    hue: int
    access_version: int


class Row(NamedTuple):
    """A conversation as the query brings it: the topic's columns, then the reader's."""

    id: int
    title: str
    group: int
    last_post_at: datetime
    post_count: int
    answer: int | None
    my_read_to: datetime | None
    my_done_at: datetime | None
    my_later_at: datetime | None
    my_topic_level: str | None
    my_channel_level: str | None
    my_joined_at: datetime | None
    my_seen_at: None = None


_HOMES = Prepared(
    lambda person: (
        Group.objects.filter(memberships__person=person, memberships__left_at=None)
        .order_by("name", "pk")
        .values_list(*Home._fields)
    )
)
_DRAFTS = Prepared(lambda person: Draft.objects.filter(person=person).values_list("pk")[:100])


@dataclass(slots=True)
class Conversation:
    """A conversation in somebody's inbox."""

    row: Row
    group: Home
    read_to: datetime
    is_later: bool
    is_done: bool
    level: str
    is_for_me: bool = False  # something of late names the reader or answers them
    waits: bool = False  # and that is unread
    unread: int = 0

    @property
    def is_new(self) -> bool:
        return self.row.last_post_at > self.read_to

    @property
    def is_wanted(self) -> bool:
        """Whether it belongs into everything: not muted, not put away, not kept for later."""
        quiet = self.level == Subscription.Level.MENTIONS and not self.is_for_me
        return not (quiet or self.is_later or self.is_done)

    @property
    def is_unanswered(self) -> bool:
        return self.row.post_count == 1 and self.row.answer is None and self.is_wanted


@dataclass
class Inbox:
    """All that is counted and listed."""

    groups: Sequence[Home]
    conversations: Sequence[Conversation]
    own: frozenset[int] = field(default=frozenset())  # topics that the reader started and nobody has answered

    def of(self, name: str, group: str = "") -> list[Conversation]:
        """The conversations of a list, in the order that helps: what waits for me, then what is new, newest first.

        A question to me is where somebody waits; what is merely new can be skimmed; what is read stands below so that
        a conversation just opened is not lost.
        """
        mine = [one for one in self.conversations if self._belongs(one, name) and group in {"", one.group.slug}]
        return sorted(mine, key=lambda one: (not one.waits, not one.unread))

    def _belongs(self, one: Conversation, name: str) -> bool:
        if name == "later":
            return one.is_later
        if name == "for-me":
            return one.is_wanted and one.is_for_me
        if name == "unanswered":
            return one.is_unanswered and one.row.id not in self.own
        return one.is_wanted

    @cached_property
    def unread(self) -> int:
        return sum(one.unread for one in self.of("everything"))

    @cached_property
    def for_me(self) -> int:
        return sum(one.waits for one in self.of("for-me"))

    @cached_property
    def unread_by_group(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for one in self.of("everything"):
            counts[one.group.slug] += one.unread
        return counts


def inbox(person: Person) -> Inbox:
    """Load what one has to catch up on: in groups one is in and may read, what is muted left out."""
    homes = [Home(*values) for values in _HOMES.rows(person.pk)]
    readable = _readable(person.pk, person.created_at, tuple((one.pk, one.access_version) for one in homes))
    groups = {one.pk: one for one in homes if one.pk in readable}
    rows = [Row(*values) for values in _recent(localdate()).rows(person.pk)] if groups else []
    found = [one for row in rows if row.group in groups and (one := _conversation(row, groups[row.group]))]
    named = _named(person) if found else {}
    for one in found:
        one.is_for_me = one.row.id in named
        one.waits = one.is_for_me and named[one.row.id] > one.read_to
    _count(person, [one for one in found if one.is_new])
    lonely = [one.row.id for one in found if one.row.post_count == 1]
    own = Post.objects.filter(topic__in=lonely, author=person).values_list("topic", flat=True) if lonely else []
    return Inbox(homes, found, frozenset(own))


def drafts(person: Person) -> int:
    """How many drafts somebody has."""
    return len(_DRAFTS.rows(person.pk))


@lru_cache(maxsize=5_000)
def _readable(person_id: int, _born: datetime, groups: tuple[tuple[int, int], ...]) -> frozenset[int]:
    """Asked once for each access_version: whatever changes who may read changes it."""
    visible = Channel.objects.visible_to(Person(pk=person_id)).filter(group__in=[pk for pk, _version in groups])
    return frozenset(visible.values_list("group", flat=True))


# These begin with a day, so that their SQL is written once a day and not for each look.


@lru_cache(maxsize=3)
def _recent(day: date) -> Prepared[tuple[Any, ...]]:
    """The newest conversations of one's groups. From the membership on, each step is an index of the next table."""

    def made(person: int) -> QuerySet[Topic, tuple[Any, ...]]:
        columns = [COLUMNS[f"my_{name}"] for name in MINE]
        return _since(day, person).order_by("-last_post_at", "-pk").values_list(*TOPIC, *columns)[:MOST]

    return Prepared(made)


@lru_cache(maxsize=3)
def _mentions(day: date) -> Prepared[tuple[int, datetime]]:
    recent = Mention.objects.filter(post__posted_at__gt=_midnight(day) - HORIZON, post__removed_at=None)
    return Prepared(lambda person: recent.filter(person=person).values_list("post__topic", "post__posted_at"))


@lru_cache(maxsize=3)
def _answers(day: date) -> Prepared[tuple[int, datetime]]:
    since = _midnight(day) - HORIZON
    recent = Post.objects.filter(posted_at__gt=since, answers__posted_at__gt=since - ANSWERED_WITHIN, removed_at=None)
    return Prepared(
        lambda person: recent.filter(answers__author=person).exclude(author=person).values_list("topic", "posted_at")
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _conversation(row: Row, group: Home) -> Conversation | None:
    mine = reading(row)
    if mine is None or mine.level == Subscription.Level.MUTED:
        return None
    is_done = mine.done_at is not None and mine.done_at >= row.last_post_at
    return Conversation(row, group, mine.read_to, mine.later_at is not None, is_done, mine.level)


def _named(person: Person) -> dict[int, datetime]:
    """The topics where a post of late names the person or answers them, and when the newest did."""
    today, latest = localdate(), dict[int, datetime]()
    for topic, at in [*_mentions(today).rows(person.pk), *_answers(today).rows(person.pk)]:
        latest[topic] = max(at, latest.get(topic, at))
    return latest


def _count(person: Person, conversations: Sequence[Conversation]) -> None:
    """Count what is unread in each: not one's own words, nor what was taken back."""
    counts = dict(_counts(localdate()).rows(person.pk)) if conversations else {}
    for one in conversations:
        one.unread = counts.get(one.row.id) or 0


@lru_cache(maxsize=3)
def _counts(day: date) -> Prepared[tuple[int, int]]:
    def made(person: int) -> QuerySet[Topic, tuple[int, int]]:
        read_to = Coalesce("my_mark__read_to", "my_membership__joined_at")
        new = Post.objects.filter(topic=OuterRef("pk"), posted_at__gt=OuterRef("floor"), removed_at=None)
        number = new.exclude(author=person).order_by().values("topic").annotate(n=Count("pk")).values("n")
        topics = _since(day, person).annotate(floor=Greatest(read_to, Coalesce("my_mark__done_at", read_to)))
        return topics.filter(last_post_at__gt=F("floor")).annotate(n=Subquery(number)).values_list("pk", "n")

    return Prepared(made)


def _since(day: date, person: int) -> QuerySet[Topic]:
    """What was talked about of late in the person's groups, with their reading of it."""
    recent = Topic.objects.filter(last_post_at__gt=_midnight(day) - HORIZON)
    return as_read_by(recent, person).filter(**{"my_membership__person": person})
