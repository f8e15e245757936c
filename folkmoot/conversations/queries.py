"""Reads that span models."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from folkmoot.conversations.models import Channel, Post, Reference, Topic
from folkmoot.kit import wordings as comparing

MOST_WORDINGS = 10  # of one post that are compared on a page


def topics_by_id(channel: Channel, message_ids: Sequence[str]) -> dict[str, Topic]:
    """The topics that these Message-IDs belong to in this channel. An id known elsewhere counts for nothing here."""
    rows = Reference.objects.filter(channel=channel, message_id__in=message_ids)
    return {row.message_id: row.topic for row in rows.select_related("topic__channel__group")}


def nearest_post(topic: Topic, parents: Sequence[str]) -> Post | None:
    """The post of this topic that a letter answers; `parents` are the ids that it names, nearest first."""
    posts = {post.message_id: post for post in Post.objects.filter(topic=topic, message_id__in=parents)}
    return next((posts[one] for one in parents if one in posts), None)


def waited_for(topic: Topic | None, said_at: datetime | None) -> bool:
    """Whether a topic holds answers that came before the letter they answer.

    Only one begun after the letter was written: nobody can lay claim to what another has yet to say.
    """
    return topic is not None and said_at is not None and topic.started_at >= said_at


def wordings(post: Post) -> list[dict[str, Any]]:
    """What a post has said, newest first, each compared word by word with what it said before."""
    editions = list(post.editions.select_related("replaced_by").order_by("pk"))
    bodies = [*(one.body for one in editions), post.body]
    times = [*(one.written_at for one in editions), post.edited_at or post.posted_at]
    writers = [post.author, *(one.replaced_by for one in editions)]
    before = ["", *bodies[:-1]]
    rows = zip(times, writers, before, bodies, strict=True)
    return [
        {"at": at, "by": by, "parts": comparing.compared(old, new), "is_first": number == 0}
        for number, (at, by, old, new) in list(enumerate(rows))[: -MOST_WORDINGS - 1 : -1]
    ]
