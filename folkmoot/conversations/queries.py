"""Reads that span models."""

from collections.abc import Sequence
from datetime import datetime

from folkmoot.conversations.models import Channel, Post, Reference, Topic


def topic_answered_by(channel: Channel, parents: Sequence[str]) -> tuple[Topic | None, Post | None]:
    """Find what a letter answers, in this channel only: the topic, and the post when we have it.

    `parents` are the Message-IDs the letter names, nearest first. An id known elsewhere counts for nothing here.
    """
    named = Reference.objects.filter(channel=channel, message_id__in=parents).select_related("topic__channel__group")
    known = {row.message_id: row for row in named}
    nearest = next((known[one] for one in parents if one in known), None)
    if nearest is None:
        return None, None
    posts = {post.message_id: post for post in Post.objects.filter(channel=channel, message_id__in=parents)}
    answered = next((posts[one] for one in parents if one in posts and posts[one].topic_id == nearest.topic_id), None)
    return nearest.topic, answered


def topic_that_waited_for(channel: Channel, message_id: str, said_at: datetime | None) -> Topic | None:
    """Find the topic of answers that came before the letter they answer.

    Only one begun after the letter was written: nobody can lay claim to what another has yet to say.
    """
    named = Reference.objects.filter(channel=channel, message_id=message_id).select_related("topic").first()
    if named is None or said_at is None or named.topic.started_at < said_at:
        return None
    return named.topic
