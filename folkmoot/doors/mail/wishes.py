"""What members want of one post by mail, where they want other than their membership says."""

from functools import cached_property

from folkmoot.conversations.models import Mention, Post, Subscription
from folkmoot.doors.mail.invitations.queue import invitees
from folkmoot.groups.models import Membership
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import announcing

EVERYTHING, MENTIONS = Subscription.Level.EVERYTHING, Subscription.Level.MENTIONS


class Wishes:
    """The levels that people chose for a post's topic or channel: asked once for a mailing, not for each member."""

    def __init__(self, post: Post) -> None:
        self._post = post

    def let_pass(self, member: Membership) -> bool:
        """Whether a member whose way of reading is by mail gets this post."""
        person = member.person_id
        if person in self._invited:
            return False
        if person == self._post.author_id:
            return member.own_posts
        level = self._levels.get(person, EVERYTHING)
        return level == EVERYTHING or (level == MENTIONS and person in self._named)

    @cached_property
    def followers(self) -> frozenset[int]:
        """Who asked for everything of this topic: by mail, also where they read the group on the web."""
        return frozenset(person for person, level in self._of_topic.items() if level == EVERYTHING)

    @cached_property
    def _invited(self) -> frozenset[int]:
        """Who gets an invitation to a meeting in place of this post, which begins the conversation about it.

        What is posted there after that, like its minutes, is for all.
        """
        meeting = None
        if self._post.via == announcing.VIA:
            announced = Meeting.objects.filter(topic=self._post.topic_id, announced_at__gte=self._post.posted_at)
            meeting = announced.select_related("group", "topic").first()
        return frozenset(invitees(meeting).values_list("person", flat=True)) if meeting else frozenset()

    @cached_property
    def _levels(self) -> dict[int, str]:
        """By person. The topic's level goes before the channel's."""
        of_channel = Subscription.objects.filter(channel=self._post.channel_id).values_list("person", "level")
        return {**dict(of_channel), **self._of_topic}

    @cached_property
    def _of_topic(self) -> dict[int, str]:
        return dict(Subscription.objects.filter(topic=self._post.topic_id).values_list("person", "level"))

    @cached_property
    def _named(self) -> frozenset[int]:
        return frozenset(Mention.objects.filter(post=self._post).values_list("person", flat=True))
