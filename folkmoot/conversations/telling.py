"""The words of what was done to channels and conversations, in a group's history, and what undoes it."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.conversations.models import Channel, Topic
from folkmoot.conversations.operations import change_channel, close_channel, lock, pin, reopen_channel, unlock, unpin
from folkmoot.groups.models import HistoryEntry

WORDS = {
    "channel.made": _("made a channel: %(channel)s"),
    "channel.changed": _("changed a channel: %(channel)s"),
    "channel.closed": _("closed a channel: %(channel)s"),
    "channel.reopened": _("opened a channel again: %(channel)s"),
    "topic.pinned": _("pinned a conversation: %(topic)s"),
    "topic.unpinned": _("unpinned a conversation: %(topic)s"),
    "topic.locked": _("closed a conversation: %(topic)s"),
    "topic.unlocked": _("opened a conversation again: %(topic)s"),
    "case.settled": _("decided what was reported about %(about)s"),
    "post.released": _("let a held post of %(about)s out"),
    "post.turned_down": _("turned a held post of %(about)s down"),
}
ABOUT = {"case": _("Reports"), "channel": _("Channels"), "post": _("Posts"), "topic": _("Conversations")}
NAMES = {"channel": (Channel, "name"), "topic": (Topic, "title")}


def _channel(entry: HistoryEntry) -> Channel:
    return Channel.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["channel"])


def _topic(entry: HistoryEntry) -> Topic:
    topics = Topic.objects.select_related("channel__group")
    return topics.get(channel__group=entry.group_id, pk=entry.facts["topic"])


def _channel_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    change_channel(_channel(entry), by=by, via=via, **entry.facts["before"])


UNDOES = {
    "channel.made": lambda entry, by, via: close_channel(_channel(entry), by=by, via=via),
    "channel.changed": _channel_as_before,
    "channel.closed": lambda entry, by, via: reopen_channel(_channel(entry), by=by, via=via),
    "channel.reopened": lambda entry, by, via: close_channel(_channel(entry), by=by, via=via),
    "topic.pinned": lambda entry, by, via: unpin(_topic(entry), by=by, via=via),
    "topic.unpinned": lambda entry, by, via: pin(_topic(entry), by=by, via=via),
    "topic.locked": lambda entry, by, via: unlock(_topic(entry), by=by, via=via),
    "topic.unlocked": lambda entry, by, via: lock(_topic(entry), by=by, via=via),
}
