"""Reads that span models."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, OldTopic, Post, Reference, Topic
from folkmoot.conversations.models.topics import TopicQuerySet
from folkmoot.conversations.unread import as_read_by


def topics_by_id(channel: Channel, message_ids: Sequence[str]) -> dict[str, Topic]:
    """The topics that these Message-IDs belong to in this channel. An id known elsewhere counts for nothing here."""
    rows = Reference.objects.filter(channel=channel, message_id__in=message_ids)
    return {row.message_id: row.topic for row in rows.select_related("topic__channel__group")}


def topic_at(mail_name: str, number: int) -> Topic | None:
    """The topic of a number, also a former one, that is in the group of this name or has been moved away from it."""
    became = OldTopic.objects.filter(number=number).values_list("topic", flat=True).first()
    topic = Topic.objects.filter(pk=became or number).select_related("channel__group").first()
    here = {"group__mail_names__local": mail_name}
    if topic is None or Channel.objects.filter(pk=topic.channel_id, **here).exists():
        return topic
    was_here = Channel.objects.filter(references__topic=topic, **here).exists()
    return topic if was_here else None


def nearest_post(topic: Topic, parents: Sequence[str]) -> Post | None:
    """The post of this topic that a letter answers; `parents` are the ids that it names, nearest first."""
    posts = {post.message_id: post for post in Post.objects.filter(topic=topic, message_id__in=parents)}
    return next((posts[one] for one in parents if one in posts), None)


def waited_for(topic: Topic | None, said_at: datetime | None) -> bool:
    """Whether a topic holds answers that came before the letter they answer.

    Only one begun after the letter was written: nobody can lay claim to what another has yet to say.
    """
    return topic is not None and said_at is not None and topic.started_at >= said_at


def last_speaker() -> Subquery:
    """For each row of topics, who spoke last, as far as everybody may know."""
    spoke = Post.objects.filter(topic=OuterRef("pk")).order_by("-posted_at", "-pk")
    name = Case(When(is_anonymous=True, then=Value(_("A member"))), default=F("author__name"))
    return Subquery(spoke.annotate(shown=name).values("shown")[:1])


def pinned(channels: Sequence[int]) -> list[int]:
    """The topics that stand at the head of these channels' board."""
    rows = Topic.objects.filter(channel__in=channels).exclude(pinned_at=None)
    return list(rows.order_by("-pinned_at", "-pk").values_list("pk", flat=True))


def board(channels: Sequence[int], *, show: str, person: Person | None) -> TopicQuerySet:
    """The topics of these channels: all, those that wait for a first reply, or those that the person took part in."""
    topics = Topic.objects.filter(channel__in=channels)
    if show == "unanswered":
        topics = topics.unanswered()
    elif show == "mine":
        mine = Post.objects.filter(author=person, channel__in=channels)
        topics = topics.filter(pk__in=mine.values("topic")) if person else topics.none()
    return topics.newest_first()


def with_facts(topic_ids: Sequence[int], *, person: Person | None) -> list[Topic]:
    """Load these topics, in this order, with all that a row of the board says, and how far the person has read."""
    rows = Topic.objects.select_related("channel__group", "answer__author").annotate(last_by=last_speaker())
    found = (as_read_by(rows, person.pk) if person else rows).in_bulk(topic_ids)
    return [found[pk] for pk in topic_ids if pk in found]
