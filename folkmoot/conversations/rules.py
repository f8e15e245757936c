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
    """In a conversation that is not closed, in a channel that is not."""
    is_open = not (topic.locked_at or topic.channel.closed_at)
    return person.is_active and is_open and holds(person, "topics.post", topic.channel.group)


def can_follow(person: Person, group: Group) -> bool:
    """Members say how much they want of what they may read."""
    return person.is_active and is_member(person, group) and holds(person, "topics.read", group)


def can_moderate_topics(person: Actor | None, group: Group) -> bool:
    """Pin, lock, move, merge and split conversations, and take back what others said."""
    return holds(person, "topics.moderate", group)


def has_begun(person: Actor, topic: Topic) -> bool:
    """Whether its first words are theirs; what an archive put into somebody's mouth counts once they have said so."""
    first = topic.posts.in_order().first()
    is_said = first is not None and (first.archive_id is None or first.confirmed_at is not None)
    return is_said and isinstance(person, Person) and first is not None and first.author_id == person.pk


def can_tend(person: Actor, topic: Topic) -> bool:
    """Rename a conversation and say which post answers it: a moderator, or whoever began it and may write here."""
    if can_moderate_topics(person, topic.channel.group):
        return True
    return holds(person, "topics.post", topic.channel.group) and has_begun(person, topic)


def can_run_channels(person: Actor, group: Group) -> bool:
    """Whoever manages a group says which channels it has."""
    return holds(person, "group.manage", group)


def can_moderate(person: Actor | None, group: Group) -> bool:
    """Decide about letters that are held."""
    return holds(person, "letters.moderate", group)


def can_bring_archive(person: Actor, group: Group) -> bool:
    """Whoever manages a group may bring its past along."""
    return holds(person, "group.manage", group)
