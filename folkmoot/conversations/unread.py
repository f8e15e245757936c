"""What is new for somebody: how far they have read each topic, and how much of it they want."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpRequest

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Subscription, Topic
from folkmoot.store.prepared import Prepared

COLUMNS = {
    "my_read_to": "my_mark__read_to",
    "my_seen_at": "my_mark__seen_at",
    "my_done_at": "my_mark__done_at",
    "my_later_at": "my_mark__later_at",
    "my_topic_level": "my_topic__level",
    "my_channel_level": "my_channel__level",
    "my_joined_at": "my_membership__joined_at",
}


_LEVEL = Prepared(
    lambda channel, person: Subscription.objects.filter(channel=channel, person=person).values_list("level")
)


class Reading(NamedTuple):
    """How a member stands to a topic."""

    read_to: datetime  # what was said until then is read, or was put away
    seen_at: datetime | None  # when they were last there; None for never
    done_at: datetime | None
    later_at: datetime | None
    own_level: str  # chosen for this topic; "" for none
    level: str  # what counts: the topic's before the channel's


def as_read_by(topics: QuerySet[Topic], person: int) -> QuerySet[Topic]:
    """Add to topics what `reading` needs: how far the person has read, joined into the one query."""
    return with_marks(topics, person).annotate(**{name: F(path) for name, path in COLUMNS.items()})


def with_marks(topics: QuerySet[Topic], person: int) -> QuerySet[Topic]:
    """Name what the person has noted of topics, so that a query may use it."""
    return topics.annotate(
        my_mark=FilteredRelation("read_marks", condition=Q(read_marks__person=person)),
        my_topic=FilteredRelation("subscriptions", condition=Q(subscriptions__person=person)),
        my_channel=FilteredRelation("channel__subscriptions", condition=Q(channel__subscriptions__person=person)),
        my_membership=FilteredRelation(
            "channel__group__memberships",
            condition=Q(channel__group__memberships__person=person, channel__group__memberships__left_at=None),
        ),
    )


def reading(row: Any) -> Reading | None:
    """How the person of `as_read_by` stands to one of its topics. None for who is no member: nothing is new to them."""
    if getattr(row, "my_joined_at", None) is None:
        return None
    known = [at for at in (row.my_read_to or row.my_joined_at, row.my_done_at) if at]
    return Reading(
        read_to=max(known),
        seen_at=row.my_seen_at,
        done_at=row.my_done_at,
        later_at=row.my_later_at,
        own_level=row.my_topic_level or "",
        level=row.my_topic_level or row.my_channel_level or Subscription.Level.EVERYTHING,
    )


def level_of(channel_id: int, person: Person | None) -> str:
    """How much somebody wants of a channel."""
    chosen = _LEVEL.first(channel_id, person.pk) if person else None
    return chosen[0] if chosen else Subscription.Level.EVERYTHING


def is_unread(row: Any) -> bool:
    """Whether something was said since, as far as the row alone tells."""
    mine = reading(row)
    return mine is not None and mine.level != Subscription.Level.MUTED and row.last_post_at > mine.read_to


def first_unread(topic: Topic, *, person: Person, read_to: datetime) -> Post | None:
    """The first post that the person has not read. One's own are never new."""
    newer = topic.posts.filter(posted_at__gt=read_to, removed_at=None).exclude(author=person)
    return newer.in_order().first()


def first_new(posts: Iterable[tuple[datetime, int]], *, person: Person, read_to: datetime) -> int | None:
    """Where among posts (time and author) the first that is new to the person stands."""
    new = (at for at, (posted_at, author) in enumerate(posts) if posted_at > read_to and author != person.pk)
    return next(new, None)


def is_looked_at(request: HttpRequest) -> bool:
    """Whether somebody sees the answer: browsers also fetch what may be opened next, and say so."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return request.method == "GET" and not any("prefetch" in one or "preview" in one for one in purposes)
