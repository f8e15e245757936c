"""What somebody has to catch up on, over all their groups.

Bounded in time and number: four weeks back, and the newest so many conversations. What is older stands on the boards.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Mention, Post, Subscription, Topic
from folkmoot.conversations.unread import COLUMNS, as_read_by, reading
from folkmoot.groups.models import Group

HORIZON = timedelta(weeks=4)
MOST = 300  # conversations, the newest
WEEK = timedelta(days=7)
ANSWERED_WITHIN = timedelta(days=90)  # of what one said, answers are looked for
LISTS = ("everything", "for-me", "unanswered", "later")
TOPIC = ("id", "title", "channel_id", "started_at", "last_post_at", "last_via", "post_count", "answer_id")


class Row(NamedTuple):
    """A conversation as the query brings it: the topic's columns, then the reader's."""

    id: int
    title: str
    channel_id: int
    started_at: datetime
    last_post_at: datetime
    last_via: str
    post_count: int
    answer_id: int | None
    my_read_to: datetime | None
    my_seen_at: datetime | None
    my_done_at: datetime | None
    my_later_at: datetime | None
    my_topic_level: str | None
    my_channel_level: str | None
    my_joined_at: datetime | None


@dataclass(slots=True)
class Conversation:
    """A conversation in somebody's inbox."""

    row: Row
    group: Group
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
        return self.row.post_count == 1 and self.row.answer_id is None and self.is_wanted


@dataclass
class Inbox:
    """All that is counted and listed."""

    groups: Sequence[Group]
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
    groups = {one.pk: one for one in Group.objects.joined_by(person).order_by("name", "pk")}
    channels = _channels(person, list(groups.values()))
    rows = _rows(person, list(channels)) if channels else []
    found = [one for row in rows if (one := _conversation(row, groups[channels[row.channel_id]]))]
    named = _named(person) if found else {}
    for one in found:
        one.is_for_me = one.row.id in named
        one.waits = one.is_for_me and named[one.row.id] > one.read_to
    _count(person, [one for one in found if one.is_new])
    lonely = [one.row.id for one in found if one.row.post_count == 1]
    own = Post.objects.filter(topic__in=lonely, author=person).values_list("topic", flat=True) if lonely else []
    return Inbox(list(groups.values()), found, frozenset(own))


def _channels(person: Person, groups: Sequence[Group]) -> dict[int, int]:
    """The groups' channels that the person may read, each with its group."""
    readable = _readable(person.pk, person.created_at, tuple((one.pk, one.access_version) for one in groups))
    return dict(Channel.objects.filter(group__in=readable).values_list("pk", "group"))


@lru_cache(maxsize=5_000)
def _readable(person_id: int, _born: datetime, groups: tuple[tuple[int, int], ...]) -> frozenset[int]:
    """Asked once for each access_version: whatever changes who may read changes it."""
    visible = Channel.objects.visible_to(Person(pk=person_id)).filter(group__in=[pk for pk, _version in groups])
    return frozenset(visible.values_list("group", flat=True))


def _rows(person: Person, channels: Sequence[int]) -> list[Row]:
    recent = Topic.objects.filter(channel__in=channels, last_post_at__gt=now() - HORIZON)
    newest = as_read_by(recent, person.pk).order_by("-last_post_at", "-pk")
    return [Row(*values) for values in newest.values_list(*TOPIC, *COLUMNS)[:MOST]]


def _conversation(row: Row, group: Group) -> Conversation | None:
    mine = reading(row)
    if mine is None or mine.level == Subscription.Level.MUTED:
        return None
    is_done = mine.done_at is not None and mine.done_at >= row.last_post_at
    return Conversation(row, group, mine.read_to, mine.later_at is not None, is_done, mine.level)


def _named(person: Person) -> dict[int, datetime]:
    """The topics where a post of late names the person or answers them, and when the newest did."""
    since = now() - HORIZON
    named = Mention.objects.filter(person=person, post__posted_at__gt=since, post__removed_at=None)
    answers = Post.objects.filter(
        answers__author=person, answers__posted_at__gt=since - ANSWERED_WITHIN, posted_at__gt=since, removed_at=None
    ).exclude(author=person)
    rows = named.values_list("post__topic", "post__posted_at").union(
        answers.values_list("topic", "posted_at"), all=True
    )
    latest: dict[int, datetime] = {}
    for topic, at in rows:
        latest[topic] = max(at, latest.get(topic, at))
    return latest


def _count(person: Person, conversations: Sequence[Conversation]) -> None:
    """Count what is unread in each: not one's own words, nor what was taken back."""
    if not conversations:
        return
    topics = as_read_by(Topic.objects.filter(pk__in=[one.row.id for one in conversations]), person.pk)
    read_to = Coalesce("my_mark__read_to", "my_membership__joined_at")
    new = Post.objects.filter(topic=OuterRef("pk"), posted_at__gt=OuterRef("floor"), removed_at=None)
    number = new.exclude(author=person).order_by().values("topic").annotate(n=Count("pk")).values("n")
    counted = topics.annotate(floor=Greatest(read_to, Coalesce("my_mark__done_at", read_to)))
    counts = dict(counted.annotate(n=Subquery(number)).values_list("pk", "n"))
    for one in conversations:
        one.unread = counts.get(one.row.id) or 0
