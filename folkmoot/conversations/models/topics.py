from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import Channel, may_read


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, person: Person | None) -> "TopicQuerySet":
        """Those in channels the person may read, for lists. An OR across tables would walk the whole index."""
        return self.filter(channel_id__in=Channel.objects.visible_to(person).values("pk"))

    def readable_by(self, person: Person | None) -> "TopicQuerySet":
        """The same for one topic by its key: the permission is asked of that row alone."""
        return self.filter(may_read(person, OuterRef("channel__group")))

    def unanswered(self) -> "TopicQuerySet":
        """Those that wait for the first reply."""
        return self.filter(post_count__lte=1, answer=None, locked_at=None)

    def newest_first(self) -> "TopicQuerySet":
        return self.order_by("-last_post_at", "-pk")


class Topic(models.Model):
    """One conversation, however people reach it."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="topics")
    title = models.CharField(max_length=200)
    started_at = models.DateTimeField(default=now)
    last_post_at = models.DateTimeField(default=now)
    last_via = models.CharField(max_length=20, default="web")
    post_count = models.PositiveIntegerField(default=0)
    locked_at = models.DateTimeField(null=True)
    pinned_at = models.DateTimeField(null=True)
    answer = models.ForeignKey("Post", models.SET_NULL, null=True, related_name="+")  # the accepted one
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # who accepted it
    happened_at = models.DateTimeField(null=True)  # when something was last done to it; most have no such lines
    objects = TopicQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["channel", "-last_post_at", "-id"], name="topic_newest_first"),
            models.Index(
                fields=["channel", "-last_post_at", "-id"],
                condition=Q(post_count__lte=1, answer=None, locked_at=None),
                name="topic_unanswered",
            ),
            models.Index(fields=["channel", "-pinned_at"], condition=~Q(pinned_at=None), name="topic_pinned"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has replied yet, and somebody could."""
        return self.post_count <= 1 and self.answer_id is None and self.locked_at is None

    def get_absolute_url(self) -> str:
        return topic_address(self.channel.group.slug, self.pk, self.title)


def topic_address(group: str, number: int, title: str) -> str:
    return reverse("topic", args=[group, number, slugify(title)[:60].strip("-") or "topic"])


class Happening(models.Model):
    """Something done to a conversation that its readers should know: a small line between its posts."""

    class Kind(models.TextChoices):
        CLOSED = "closed"
        OPENED = "opened"
        RENAMED = "renamed"  # was called `words`
        MOVED = "moved"  # from `channel`
        MERGED = "merged"  # with what was called `words` and had this `number`
        SPLIT_OFF = "split_off"  # a part of it became `other`
        SPLIT_FROM = "split_from"  # it was a part of `other`

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="happenings")
    kind = models.CharField(max_length=10, choices=Kind)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # nobody: one who spoke without a name
    at = models.DateTimeField(default=now)
    words = models.CharField(max_length=200, blank=True)  # a reason, or a title
    channel = models.ForeignKey(Channel, models.SET_NULL, null=True, related_name="+")
    other = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="+")
    number = models.BigIntegerField(null=True)
    posts = models.JSONField(default=list)  # the ids of those that came with it, so that it can be undone

    class Meta:
        indexes = [models.Index(fields=["topic", "at"], name="happening_in_order")]

    def __str__(self) -> str:
        return f"{self.topic_id} was {self.kind}"


class OldTopic(models.Model):
    """The number of a topic that became part of another; its page redirects."""

    number = models.BigIntegerField(primary_key=True)
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="old_numbers")

    def __str__(self) -> str:
        return f"{self.number} is {self.topic_id}"


class Reference(models.Model):
    """A Message-ID known in a channel, of a post or only named by one, and the topic that it belongs to."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="references")
    message_id = models.CharField(max_length=250)
    topic = models.ForeignKey(Topic, models.CASCADE, related_name="references")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "message_id"], name="an_id_belongs_to_one_topic_of_a_channel")
        ]

    def __str__(self) -> str:
        return self.message_id
