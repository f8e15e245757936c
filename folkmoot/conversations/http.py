"""What the pages of conversations share."""

from django.http import Http404, HttpRequest

from folkmoot.accounts.http import reader
from folkmoot.conversations.models import Post, Topic
from folkmoot.conversations.rules import can_moderate_topics
from folkmoot.groups.http import standing
from folkmoot.store.prepared import Prepared

_TOPIC = Prepared(lambda key: Topic.objects.filter(pk=key).select_related("channel__group"))


def readable(request: HttpRequest, topic_id: int) -> Topic | None:
    """The same as Topic.objects.readable_by, decided by the standing that is kept: these pages have to be quick."""
    topic = _TOPIC.first(topic_id)
    if topic and "topics.read" in standing(topic.channel.group, reader(request)).permissions:
        return topic
    return None


def readable_post(request: HttpRequest, post_id: int, *, past: bool = False) -> Post:
    """Load a post that the reader may read; 404 otherwise. Its past words too only if they may read those."""
    posts = Post.objects.visible_to(reader(request)).select_related("topic__channel__group", "channel__group", "author")
    post = posts.filter(pk=post_id).first()
    if post is None or (past and post.removed_at and not can_moderate_topics(reader(request), post.channel.group)):
        raise Http404
    return post
