from django.http import Http404

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import unread
from folkmoot.conversations.models import Topic
from folkmoot.groups.http import standing


def readable(request: SignedIn, topic_id: int) -> Topic:
    """Load a topic that the person may read, with how far they have; there is no other."""
    topics = Topic.objects.filter(pk=topic_id).select_related("channel__group")
    topic = unread.as_read_by(topics, request.user.pk).first()
    if topic is None or "topics.read" not in standing(topic.channel.group, request.user).permissions:
        raise Http404
    return topic
