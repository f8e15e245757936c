from django.db import models
from django.db.models import OuterRef
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import Channel, may_read


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, person: Person | None) -> "TopicQuerySet":
        """Those in channels the person may read, for lists. Ids first: an OR across tables walks the whole index."""
        return self.filter(channel_id__in=list(Channel.objects.visible_to(person).values_list("pk", flat=True)))

    def readable_by(self, person: Person | None) -> "TopicQuerySet":
        """The same for one topic by its key: the permission is asked of that row alone."""
        return self.filter(may_read(person, OuterRef("channel__group")))

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
    objects = TopicQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["channel", "-last_post_at", "-id"], name="topic_newest_first")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("topic", args=[self.channel.group.slug, self.pk, slugify(self.title)[:60].strip("-") or "topic"])


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
