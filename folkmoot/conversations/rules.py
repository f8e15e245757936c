"""Who may read and write in a conversation."""

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Channel, Topic
from folkmoot.groups.models import Group
from folkmoot.groups.rules import holds, is_member

PERMISSIONS = ("topics.read", "topics.post", "topics.moderate", "letters.moderate")


def can_read(person: Person | None, topic: Topic) -> bool:
    return holds(person, "topics.read", topic.channel.group)


def can_start(person: Person, channel: Channel) -> bool:
    return person.is_active and not channel.closed_at and holds(person, "topics.post", channel.group)


def can_reply(person: Person, topic: Topic) -> bool:
    return person.is_active and not topic.locked_at and holds(person, "topics.post", topic.channel.group)


def can_follow(person: Person, group: Group) -> bool:
    """Members say how much they want of what they may read."""
    return person.is_active and is_member(person, group) and holds(person, "topics.read", group)


def can_moderate_topics(person: Actor | None, group: Group) -> bool:
    """Pin, lock, move, merge and split conversations, and take back what others said."""
    return holds(person, "topics.moderate", group)


def can_moderate(person: Actor | None, group: Group) -> bool:
    """Decide about letters that are held."""
    return holds(person, "letters.moderate", group)


def can_bring_archive(person: Actor, group: Group) -> bool:
    """Whoever manages a group may bring its past along."""
    return holds(person, "group.manage", group)
