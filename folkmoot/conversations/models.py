from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.text import slugify
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, RolePermission, carried_by


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, person: Person | None) -> "ChannelQuerySet":
        """Those in groups where the person may read topics."""
        return self.filter(_may_read(person, OuterRef("group")))


class Channel(models.Model):
    """Where a group talks: a board and a mailing list at once. The one without a slug is the group's own address."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="channels")
    slug = models.SlugField(max_length=20, blank=True)  # after the "+" of its mail address
    name = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)
    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "slug"], name="a_group_has_one_channel_of_a_slug")]

    def __str__(self) -> str:
        return f"{self.group.slug}+{self.slug}" if self.slug else self.group.slug


class TopicQuerySet(models.QuerySet["Topic"]):
    def visible_to(self, person: Person | None) -> "TopicQuerySet":
        """Those in channels the person may read, for lists. Ids first: an OR across tables walks the whole index."""
        return self.filter(channel_id__in=list(Channel.objects.visible_to(person).values_list("pk", flat=True)))

    def readable_by(self, person: Person | None) -> "TopicQuerySet":
        """The same for one topic by its key: the permission is asked of that row alone."""
        return self.filter(_may_read(person, OuterRef("channel__group")))

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


class Archive(models.Model):
    """A mailing list's past that was brought along; who brought it, from what, and how far that has come."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="archives")
    file_name = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # of the file's beginning, to know it again
    brought_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    begun_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True)
    position = models.BigIntegerField(default=0)  # messages dealt with
    digest = models.CharField(max_length=64, blank=True)  # of those messages, to know that the file is still the same
    tally = models.JSONField(default=dict)  # what became of them, counted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "fingerprint"], name="an_archive_is_brought_once")]

    def __str__(self) -> str:
        return self.file_name


class ArchiveRemark(models.Model):
    """A message of an archive that did not simply become a post, and why."""

    class Kind(models.TextChoices):
        UNREADABLE = "unreadable"
        CLASH = "clash"  # another text under an id that was taken: kept under an id of our making

    archive = models.ForeignKey(Archive, models.CASCADE, related_name="remarks")
    number = models.BigIntegerField()  # of the message in the file, from 0
    kind = models.CharField(max_length=10, choices=Kind)
    message_id = models.CharField(max_length=250, blank=True)
    words = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["archive", "number"], name="one_remark_a_message")]

    def __str__(self) -> str:
        return f"{self.number}: {self.words}"


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, person: Person | None) -> "PostQuerySet":
        return self.filter(_may_read(person, OuterRef("channel__group")))

    def in_order(self) -> "PostQuerySet":
        return self.order_by("posted_at", "pk")


class Post(models.Model):
    """One thing said, by whichever door."""

    class Markup(models.TextChoices):
        MARKDOWN = "markdown"
        TEXT = "text"  # as mail programs write it: line breaks count, quotes begin with ">"

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="posts")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="posts")  # as its topic's
    author = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    answers = models.ForeignKey("self", models.SET_NULL, null=True, related_name="answered_by")
    title = models.CharField(max_length=200)  # the subject it was said under, which may differ from the topic's
    body = models.TextField()
    markup = models.CharField(max_length=10, choices=Markup, default=Markup.MARKDOWN)
    html = models.TextField()  # the body, rendered once
    html_version = models.PositiveSmallIntegerField(default=1)  # of the renderer, so that a mended one can do it again
    version = models.PositiveIntegerField(default=1)  # counts what changes how the post looks
    via = models.CharField(max_length=20)
    message_id = models.CharField(max_length=250)
    references = models.TextField(blank=True)  # Message-IDs that the letter named, oldest first
    said_at = models.DateTimeField(null=True)  # what the letter itself says; never later than it came
    posted_at = models.DateTimeField(default=now)
    archive = models.ForeignKey(Archive, models.SET_NULL, null=True, related_name="posts")
    confirmed_at = models.DateTimeField(null=True)  # when an imported post's author said "yes, that was me"
    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["topic", "posted_at", "id"], name="post_in_order"),
            models.Index(fields=["author", "posted_at"], name="post_by_author"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "message_id"], name="a_letter_is_one_post_in_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.pk])


class StoredFile(models.Model):
    """A kept file's facts; the content lies under its hash in the data folder."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)  # what it is, as found by looking, not as said
    kept_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.sha256


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, person: Person | None) -> "AttachmentQuerySet":
        return self.filter(_may_read(person, OuterRef("post__channel__group")))


class Attachment(models.Model):
    """A file that came with a post."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="attachments")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=120)
    is_inline = models.BooleanField(default=False)  # shown in the text, like a picture
    content_id = models.CharField(max_length=250, blank=True)  # by which the text names it, as `cid:...`
    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "file", "name"], name="a_file_is_attached_once")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("file", args=[self.file.sha256, self.name])


def _may_read(person: Person | None, group: OuterRef) -> Exists:
    rows = RolePermission.objects.filter(name="topics.read", role__group__reaching__below=group)
    return Exists(rows.filter(carried_by(person)))
