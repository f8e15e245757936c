"""What each person has read, follows, and has begun to write."""

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import Channel
from folkmoot.conversations.models.posts import Post
from folkmoot.conversations.models.topics import Topic
from folkmoot.groups.models import Group


class ReadMark(models.Model):
    """How far somebody has read a topic, and what they want with it. No row: as far as when they joined."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="read_marks")
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="read_marks")
    read_to = models.DateTimeField()  # posts of this moment and before have been read
    seen_at = models.DateTimeField(default=now)  # when they were last there and read something new
    done_at = models.DateTimeField(null=True)  # put away; what is said later brings it back
    later_at = models.DateTimeField(null=True)  # kept for later, since then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "topic"], name="one_read_mark_a_topic")]
        indexes = [models.Index(fields=["person", "later_at"], condition=~Q(later_at=None), name="kept_for_later")]

    def __str__(self) -> str:
        return f"{self.person_id} has read {self.topic_id} to {self.read_to:%Y-%m-%d %H:%M}"


class Subscription(models.Model):
    """How much somebody wants of a channel or of one topic. A topic's goes before its channel's."""

    class Level(models.TextChoices):
        EVERYTHING = "everything", pgettext_lazy("subscription", "Everything")
        MENTIONS = "mentions", pgettext_lazy("subscription", "Only what names me")
        MUTED = "muted", pgettext_lazy("subscription", "Nothing")

    person = models.ForeignKey(Person, models.CASCADE, related_name="subscriptions")
    channel = models.ForeignKey(Channel, models.CASCADE, null=True, related_name="subscriptions")
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, related_name="subscriptions")
    level = models.CharField(max_length=10, choices=Level)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "channel"], name="one_subscription_a_channel"),
            models.UniqueConstraint(fields=["person", "topic"], name="one_subscription_a_topic"),
            models.CheckConstraint(
                condition=Q(channel=None, topic__isnull=False) | Q(topic=None, channel__isnull=False),
                name="a_subscription_is_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.level}"


class DraftQuerySet(models.QuerySet["Draft"]):
    def in_use(self) -> "DraftQuerySet":
        """Those that were not thrown away."""
        return self.filter(thrown_at=None)


class Draft(models.Model):
    """What somebody has begun to write and not yet sent."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="drafts")
    key = models.CharField(max_length=60)  # of the box it stands in: "topic-7", "new-tarn", "post-12"
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    saved_at = models.DateTimeField(default=now)
    thrown_at = models.DateTimeField(null=True)  # for a day it can be had again
    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="one_draft_a_box")]

    def __str__(self) -> str:
        return f"{self.key} of {self.person_id}"


class ScheduledPostQuerySet(models.QuerySet["ScheduledPost"]):
    def waiting_of(self, person: Person) -> "ScheduledPostQuerySet":
        """What somebody's waits for its time, and what came to its time and was refused."""
        return self.filter(Q(done_at=None) | ~Q(refusal=""), author=person)

    def held_in(self, group: Group) -> "ScheduledPostQuerySet":
        """What waits for a moderator of the group."""
        return self.filter(channel__group=group, held_at__isnull=False, done_at=None)


class ScheduledPost(models.Model):
    """What is to be said later: an answer in a topic, or a new topic where there is none."""

    author = models.ForeignKey(Person, models.CASCADE, related_name="scheduled_posts")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="scheduled_posts")
    topic = models.ForeignKey(Topic, models.CASCADE, null=True, related_name="scheduled_posts")
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    is_anonymous = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)  # since when it waits for a moderator, and no longer for its time
    post = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")  # what became of it
    refusal = models.CharField(max_length=300, blank=True)  # or why nothing did
    done_at = models.DateTimeField(null=True)
    objects = ScheduledPostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="scheduled_post_due")]

    def __str__(self) -> str:
        return f"{self.author_id} at {self.due_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """What it is about: its own title, or that of the topic it goes to."""
        return self.topic.title if self.topic else self.title
