"""Who may read and write in a conversation."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Channel, Poll, Post, Topic
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, Membership, RoleGrant
from folkmoot.groups.permissions import Permission, Section
from folkmoot.groups.rules import is_denied, is_member

PERMISSIONS = (
    Permission("topics.read", Section.TALK, _("Read the board"), is_open=True),
    Permission("topics.post", Section.TALK, _("Start and answer conversations"), is_open=True),
    Permission("topics.tend", Section.TALK, _("Rename any conversation, and say which post answers it")),
    Permission("topics.moderate", Section.TALK, _("Pin, close, move, merge and hide what others wrote")),
    Permission("letters.moderate", Section.TALK, _("Decide about letters that are held")),
)


def can_read(person: Person | None, topic: Topic) -> bool:
    return holds(person, "topics.read", topic.channel.group)


def can_start(person: Person, channel: Channel) -> bool:
    return (
        person.is_active
        and not (channel.closed_at or channel.group.closed_at)
        and holds(person, "topics.post", channel.group)
    )


def can_reply(person: Person, topic: Topic) -> bool:
    """In a conversation that is not closed, in a channel that is not."""
    is_open = not (topic.locked_at or topic.channel.closed_at or topic.channel.group.closed_at)
    return person.is_active and is_open and holds(person, "topics.post", topic.channel.group)


def can_follow(person: Person, group: Group) -> bool:
    """Members say how much they want of what they may read."""
    return person.is_active and is_member(person, group) and holds(person, "topics.read", group)


def can_moderate_topics(person: Actor | None, group: Group) -> bool:
    """Take back what others said, put it back, and see what it was; also in a closed group."""
    return holds(person, "topics.moderate", group)


def can_arrange(person: Actor | None, group: Group) -> bool:
    """Pin, lock, move, merge and split conversations; in a closed group all stays as it is."""
    return not group.closed_at and can_moderate_topics(person, group)


def has_begun(person: Actor, topic: Topic) -> bool:
    """Whether its first words are theirs; what an archive put into somebody's mouth counts once they have said so."""
    first = topic.posts.in_order().first()
    is_said = first is not None and (first.archive_id is None or first.confirmed_at is not None)
    return is_said and isinstance(person, Person) and first is not None and first.author_id == person.pk


def can_tend(person: Actor, topic: Topic) -> bool:
    """Rename a conversation and say which post answers it: who tends them, or whoever began it and may write here."""
    group = topic.channel.group
    if group.closed_at:
        return False
    if holds(person, "topics.tend", group) or can_moderate_topics(person, group):
        return True
    return holds(person, "topics.post", group) and has_begun(person, topic)


def can_run_channels(person: Actor, group: Group) -> bool:
    """Whoever manages a group says which channels it has."""
    return holds(person, "group.manage", group)


def can_edit(person: Person, post: Post) -> bool:
    """Change the words: one's own, once it is certain that they are; a moderator what was written on the web."""
    if not person.is_active or post.removed_at or post.channel.group.closed_at:
        return False
    if is_own(person, post):
        is_stopped = post.topic.locked_at or is_denied(person, "topics.post", post.channel.group)
        return not is_stopped and holds(person, "topics.read", post.channel.group)
    return post.via == "web" and not post.archive_id and can_moderate_topics(person, post.channel.group)


def can_take_back(person: Person, post: Post) -> bool:
    if not person.is_active or post.removed_at:
        return False
    return is_own(person, post) or can_moderate_topics(person, post.channel.group)


def can_put_back(person: Person, post: Post) -> bool:
    """Whoever took it back may put it back; a moderator always, an author not what a moderator took."""
    if not person.is_active or not post.removed_at:
        return False
    took_it = is_own(person, post) and post.removed_by_id == person.pk
    return took_it or can_moderate_topics(person, post.channel.group)


def can_react(person: Person, post: Post) -> bool:
    """Whoever may write here, to what others said."""
    if not person.is_active or post.removed_at or post.author_id == person.pk:
        return False
    return not post.channel.group.closed_at and holds(person, "topics.post", post.channel.group)


def can_report(person: Person, post: Post) -> bool:
    """Whoever may read what somebody else said."""
    is_others = person.is_active and post.author_id != person.pk and not post.removed_at
    return is_others and holds(person, "topics.read", post.channel.group)


def can_see_past(person: Person | None, post: Post) -> bool:
    """Read what a post said before; of one that was taken back only moderators do."""
    permission = "topics.moderate" if post.removed_at else "topics.read"
    return holds(person, permission, post.channel.group)


def can_vote(person: Person, poll: Poll) -> bool:
    """Those the poll is for, as long as they may read what it is about."""
    group = poll.post.channel.group
    if not person.is_active or poll.post.removed_at or group.closed_at or not holds(person, "topics.read", group):
        return False
    if poll.voters == Poll.Voters.POSTERS:
        return holds(person, "topics.post", group)
    members = Membership.objects.current().filter(person=person, group=group)
    if poll.voters == Poll.Voters.ROLE:
        return RoleGrant.objects.valid().filter(membership__person=person, role=poll.role_id).exists()
    if poll.voters == Poll.Voters.ACTIVE:
        members = members.filter(active_at__gte=poll.opened_at - timedelta(days=group.active_days))
    return members.exists()


def can_close_poll(person: Actor, poll: Poll) -> bool:
    """Whoever asked, and moderators."""
    if can_moderate_topics(person, poll.post.channel.group):
        return True
    return isinstance(person, Person) and person.is_active and is_own(person, poll.post)


def is_own(person: Person, post: Post) -> bool:
    """An archive can put words into anybody's mouth, so those count only once they are confirmed."""
    return post.author_id == person.pk and (not post.archive_id or post.confirmed_at is not None)


def can_moderate(person: Actor | None, group: Group) -> bool:
    """Decide about letters that are held."""
    return holds(person, "letters.moderate", group)


def can_bring_archive(person: Actor, group: Group) -> bool:
    """Whoever manages a group may bring its past along, while it is open."""
    return not group.closed_at and holds(person, "group.manage", group)
