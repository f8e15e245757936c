"""What templates ask of a topic that `as_read_by` loaded."""

from django import template
from django.urls import reverse

from folkmoot.conversations import unread
from folkmoot.conversations.models import Topic

register = template.Library()
register.filter(unread.is_unread)


@register.filter
def is_plain(topic: Topic) -> bool:
    """Whether nobody keeps marks of what is read here: for strangers, and who is no member."""
    return unread.reading(topic) is None


@register.filter
def way_in(topic: Topic) -> str:
    """Where the row leads: to the first post that is new, or to the topic."""
    return reverse("topic_unread", args=[topic.pk]) if unread.is_unread(topic) else topic.get_absolute_url()
