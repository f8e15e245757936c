from django.db import models
from django.db.models import OuterRef
from django.urls import reverse
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import may_read
from folkmoot.conversations.models.posts import Post

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # kinds that pages show


class StoredFile(models.Model):
    """A kept file's facts; the content lies under its hash in the data folder."""

    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)  # what it is, as found by looking, not as said
    kept_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.sha256

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def visible_to(self, person: Person | None) -> "AttachmentQuerySet":
        """Those of posts the person may read; what was taken back has no files any more."""
        return self.filter(may_read(person, OuterRef("post__channel__group")), post__removed_at=None)


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


class Upload(models.Model):
    """A file that a writer has sent ahead, before the post that it belongs to; nobody else sees it."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="uploads")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="uploads")
    name = models.CharField(max_length=120)
    uploaded_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "file", "name"], name="a_file_is_sent_ahead_once")]

    def __str__(self) -> str:
        return self.name
