"""Reads that span models."""

from collections.abc import Sequence

from folkmoot.conversations.models import Channel, Post, Reference, Topic


def topic_answered_by(channel: Channel, parents: Sequence[str]) -> tuple[Topic | None, Post | None]:
    """Find what a letter answers, in this channel only: the topic, and the post when we have it.

    `parents` are the Message-IDs the letter names, nearest first. An id known elsewhere counts for nothing here.
    """
    known = {row.message_id: row for row in Reference.objects.filter(channel=channel, message_id__in=parents)}
    nearest = next((known[one] for one in parents if one in known), None)
    if nearest is None:
        return None, None
    posts = {post.message_id: post for post in Post.objects.filter(channel=channel, message_id__in=parents)}
    answered = next((posts[one] for one in parents if one in posts and posts[one].topic_id == nearest.topic_id), None)
    return nearest.topic, answered
