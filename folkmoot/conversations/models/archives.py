from django.db import models
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import Channel


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
