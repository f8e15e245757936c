"""What somebody has to catch up on, over all their groups.

Bounded in time and number: four weeks back, and the newest so many conversations. What is older stands on the boards.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db.models import Case, Count, Exists, F, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Greatest
from django.utils.timezone import localdate

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Draft, Mention, Post, Subscription, Topic
from folkmoot.conversations.unread import COLUMNS, reading, with_marks
from folkmoot.groups.deciding import held_among
from folkmoot.groups.models import Group, Membership
from folkmoot.store.prepared import Prepared

HORIZON = timedelta(weeks=4)
MOST = 200  # conversations, the newest
WEEK = timedelta(days=7)
ANSWERED_WITHIN = timedelta(days=90)  # of what one said, answers are looked for
LISTS = ("everything", "for-me", "unanswered", "later")
TOPIC = ("id", "title", "channel__group", "last_post_at", "post_count", "answer")
MINE = ("read_to", "done_at", "later_at", "topic_level", "channel_level")


class Home(NamedTuple):
    """A group that somebody is in, as far as lists show it."""

    pk: int
    slug: str
    name: str
    initials: str
    hue: int
    access_version: int
    joined_at: datetime

    @property
    def shown(self) -> tuple[Any, ...]:
        """What lists show of it."""
        return self[: Home._fields.index("access_version")]


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
    is_own: bool | None  # begun by the reader, asked only of what nobody has answered
    unread: int | None
    my_joined_at: datetime | None = None  # known of the group
    my_seen_at: None = None


_HOMES = Prepared(
    lambda person: (
        Group.objects.filter(memberships__person=person, memberships__left_at=None)
        .order_by("name", "pk")
        .values_list(*Home._fields[:-1], "memberships__joined_at")
    )
)
_DRAFTS = Prepared(lambda person: Draft.objects.in_use().filter(person=person).values_list("pk")[:100])


@dataclass(slots=True, frozen=True)
class Conversation:
    """A conversation in somebody's inbox."""

    row: Row
    group: Home
    read_to: datetime
    is_later: bool
    is_done: bool
    level: str
    is_for_me: bool  # something of late names the reader or answers them
    waits: bool  # and that is unread

    @property
    def unread(self) -> int:
        """How many posts are new: not one's own, nor what was taken back."""
        return self.row.unread or 0

    @property
    def is_wanted(self) -> bool:
        """Whether it belongs into everything: not muted, not put away, not kept for later."""
        quiet = self.level == Subscription.Level.MENTIONS and not self.is_for_me
        return not (quiet or self.is_later or self.is_done)

    @property
    def is_unanswered(self) -> bool:
        """Whether it waits for the first answer, and not to the reader."""
        is_alone = self.row.post_count == 1 and self.row.answer is None
        return is_alone and not self.row.is_own and self.is_wanted


@dataclass(frozen=True)
class Inbox:
    """All that is counted and listed. Kept as long as nothing of it changes, so that each is counted once."""

    groups: Sequence[Home]
    conversations: Sequence[Conversation]

    def of(self, name: str, group: str = "") -> list[Conversation]:
        """The conversations of a list, in the order that helps: what waits for me, then what is new, newest first.

        A question to me is where somebody waits; what is merely new can be skimmed; what is read stands below so that
        a conversation just opened is not lost.
        """
        return [one for one in self._lists[name] if group in {"", one.group.slug}]

    @cached_property
    def _lists(self) -> dict[str, list[Conversation]]:
        ordered = sorted(self.conversations, key=lambda one: (not one.waits, not one.unread))
        wanted = [one for one in ordered if one.is_wanted]
        return {
            "everything": wanted,
            "for-me": [one for one in wanted if one.is_for_me],
            "unanswered": [one for one in wanted if one.is_unanswered],
            "later": [one for one in ordered if one.is_later],
        }

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many conversations each list has."""
        return {name: len(found) for name, found in self._lists.items()}

    @cached_property
    def new(self) -> int:
        """In how many conversations something is unread."""
        return sum(one.unread > 0 for one in self._lists["everything"])

    @cached_property
    def unread(self) -> int:
        return sum(one.unread for one in self._lists["everything"])

    @cached_property
    def for_me(self) -> int:
        return sum(one.waits for one in self._lists["for-me"])

    @cached_property
    def unread_by_group(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for one in self._lists["everything"]:
            counts[one.group.slug] += one.unread
        return counts

    @cached_property
    def figures(self) -> str:
        """All that the rail shows, as one key."""
        groups = [(one.shown, self.unread_by_group[one.slug]) for one in self.groups]
        return str((groups, self.unread, self.for_me, self.counts))


def inbox(person: Person) -> Inbox:
    """Load what one has to catch up on: in groups one is in and may read, what is muted left out."""
    homes, today = tuple(_HOMES.rows(person.pk)), localdate()
    if not homes:
        return Inbox((), ())
    recent, mentions, answers = (one(today).rows(person.pk) for one in (_recent, _mentions, _answers))
    return _sorted_out(person.pk, person.created_at, homes, tuple(recent), (*mentions, *answers))


def drafts(person: Person) -> int:
    """How many drafts somebody has."""
    return len(_DRAFTS.rows(person.pk))


Values = tuple[Any, ...]
Named = tuple[int, datetime]  # a topic, and when a post in it named or answered the reader


@lru_cache(maxsize=200)
def _sorted_out(
    person_id: int,
    born: datetime,
    homes: tuple[Values, ...],
    recent: tuple[Values, ...],
    named: tuple[Named, ...],
) -> Inbox:
    """Make an inbox of what was asked. Kept by all of that: whatever changes it is another key."""
    groups = [Home(*values) for values in homes]
    reader = Person(pk=person_id, created_at=born)
    readable = held_among([(one.pk, one.access_version) for one in groups], "topics.read", reader)
    by_id = {one.pk: one for one in groups if one.pk in readable}
    latest = _latest(named)
    rows = [row for row in (Row(*values) for values in recent) if row.group in by_id]
    found = [one for row in rows if (one := _conversation(row, by_id[row.group], latest))]
    return Inbox(groups, found)


def _latest(named: Sequence[Named]) -> dict[int, datetime]:
    latest = dict[int, datetime]()
    for topic, at in named:
        latest[topic] = max(at, latest.get(topic, at))
    return latest


def _conversation(row: Row, group: Home, named: Mapping[int, datetime]) -> Conversation | None:
    mine = reading(row._replace(my_joined_at=group.joined_at))
    if mine is None or mine.level == Subscription.Level.MUTED:
        return None
    return Conversation(
        row,
        group,
        mine.read_to,
        is_later=mine.later_at is not None,
        is_done=mine.done_at is not None and mine.done_at >= row.last_post_at,
        level=mine.level,
        is_for_me=row.id in named,
        waits=row.id in named and named[row.id] > mine.read_to,
    )


# These begin with a day, so that their SQL is written once a day and not for each look.


@lru_cache(maxsize=3)
def _recent(day: date) -> Prepared[Values]:
    """The newest conversations of one's groups, with how far one has read and how much is new in each.

    Which they are is read off an index alone, from the membership on; all else is asked of those few.
    """

    def made(person: int) -> QuerySet[Topic, Values]:
        mine = {"channel__group__memberships__person": person, "channel__group__memberships__left_at": None}
        recent = Topic.objects.filter(**mine, last_post_at__gt=_midnight(day) - HORIZON).newest_first()
        topics = with_marks(Topic.objects.filter(pk__in=recent.values("pk")[:MOST]), person)
        columns = [COLUMNS[f"my_{name}"] for name in MINE]
        return (
            _counted(topics, person).order_by("-last_post_at", "-pk").values_list(*TOPIC, *columns, "is_own", "unread")
        )

    return Prepared(made)


def _counted(topics: QuerySet[Topic], person: int) -> QuerySet[Topic]:
    """Add how much is unread, and of what nobody has answered whether the person began it."""
    membership = Membership.objects.current().filter(group=OuterRef("channel__group"), person=person)
    read_to = Coalesce("my_mark__read_to", Subquery(membership.values("joined_at")))
    new = Post.objects.filter(topic=OuterRef("pk"), posted_at__gt=OuterRef("floor"), removed_at=None)
    number = new.exclude(author=person).order_by().values("topic").annotate(n=Count("pk")).values("n")
    own = Exists(Post.objects.filter(topic=OuterRef("pk"), author=person))
    return topics.annotate(floor=Greatest(read_to, Coalesce("my_mark__done_at", read_to))).annotate(
        is_own=Case(When(post_count=1, then=own)),
        unread=Case(When(last_post_at__gt=F("floor"), then=Subquery(number))),
    )


@lru_cache(maxsize=3)
def _mentions(day: date) -> Prepared[Named]:
    recent = Mention.objects.filter(post__posted_at__gt=_midnight(day) - HORIZON, post__removed_at=None)
    return Prepared(lambda person: recent.filter(person=person).values_list("post__topic", "post__posted_at"))


@lru_cache(maxsize=3)
def _answers(day: date) -> Prepared[Named]:
    """Found from one's own posts on, which are far fewer than all that is said in four weeks."""
    since = _midnight(day) - HORIZON

    def made(person: int) -> QuerySet[Post, Named]:
        own = Post.objects.filter(author=person, posted_at__gt=since - ANSWERED_WITHIN)
        others = Post.objects.filter(answers__in=own, posted_at__gt=since, removed_at=None).exclude(author=person)
        return others.values_list("topic", "posted_at")

    return Prepared(made)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
