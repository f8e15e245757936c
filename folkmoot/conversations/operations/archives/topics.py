"""The topics of an archive's letters: new ones, those that get more posts, and those that turn out to be one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from folkmoot.conversations.models import Channel, OldTopic, Post, Reference, Topic
from folkmoot.conversations.operations.archives.letters import ArchivedLetter
from folkmoot.conversations.operations.archives.ties import Known, Ties
from folkmoot.conversations.operations.posting import clean_title

NOT_YET, LONG_AGO = datetime(9999, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)
KEPT_RIGHT = ["title", "started_at", "last_post_at", "last_via", "post_count"]


def lock(numbers: Iterable[int]) -> dict[int, Known]:
    """Lock topics, so that nobody writes in them meanwhile, and tell what the letters may do with them."""
    rows = Topic.objects.select_for_update(no_key=True).filter(pk__in=list(numbers)).order_by("pk")
    starts = dict(rows.values_list("pk", "started_at"))
    live = set(Post.objects.filter(topic__in=list(starts), archive=None).values_list("topic_id", flat=True).distinct())
    return {pk: Known(pk, started_at, pk in live) for pk, started_at in starts.items()}


def rearrange(channel: Channel, letters: Sequence[ArchivedLetter], ties: Ties) -> dict[int, Topic]:
    """Bring topics into the order that the ties ask for. Returns those that get letters, by number."""
    merged = ties.merged()
    gaining = {ties.topic_of(letter.message_id) for letter in letters} | set(merged.values())
    found = Topic.objects.in_bulk([number for number in {*gaining, *merged} if number > 0])
    rows = {number: found.get(number) or _blank(channel) for number in gaining}
    for old, number in merged.items():
        _absorb(rows[number], found[old])
    for letter in letters:
        number = ties.topic_of(letter.message_id)
        _count(rows[number], letter, is_live=number in ties.known and ties.known[number].is_live)
    Topic.objects.bulk_create([topic for number, topic in rows.items() if number < 0])
    Topic.objects.bulk_update([topic for number, topic in rows.items() if number > 0], KEPT_RIGHT, batch_size=100)
    _move(merged)
    return rows


def _blank(channel: Channel) -> Topic:
    return Topic(channel=channel, started_at=NOT_YET, last_post_at=LONG_AGO, last_via="mail")


def _absorb(topic: Topic, other: Topic) -> None:
    topic.post_count += other.post_count
    if other.last_post_at > topic.last_post_at:
        topic.last_post_at, topic.last_via = other.last_post_at, other.last_via


def _count(topic: Topic, letter: ArchivedLetter, *, is_live: bool) -> None:
    """A topic is called what its first post is called, unless it began here."""
    topic.post_count += 1
    if letter.posted_at < topic.started_at and not is_live:
        topic.started_at, topic.title = letter.posted_at, clean_title(letter.topic_title)
    if letter.posted_at > topic.last_post_at:
        topic.last_post_at, topic.last_via = letter.posted_at, "mail"


def _move(merged: Mapping[int, int]) -> None:
    """Move all that a topic holds to the one that it is part of now; its page redirects."""
    for old, number in merged.items():
        for rows in (Post.objects, Reference.objects, OldTopic.objects):
            rows.filter(topic=old).update(topic=number)
    OldTopic.objects.bulk_create([OldTopic(number=old, topic_id=number) for old, number in merged.items()])
    Topic.objects.filter(pk__in=list(merged)).delete()
