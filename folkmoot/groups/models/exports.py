from datetime import timedelta

from django.db import models
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models.groups import Group

KEPT_FOR = timedelta(days=7)
WAITED_FOR = timedelta(hours=6)  # what is not ready by then never will be


class GroupExportQuerySet(models.QuerySet["GroupExport"]):
    def kept(self) -> "GroupExportQuerySet":
        """Those that are not a week old."""
        return self.filter(asked_at__gt=now() - KEPT_FOR)

    def waited_for(self) -> "GroupExportQuerySet":
        """Those that are being made, or will be."""
        return self.filter(ready_at=None, asked_at__gt=now() - WAITED_FOR)


class GroupExport(models.Model):
    """An owner's wish for the whole group as one file; it lies in the data folder for some days."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="exports")
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="group_exports")
    asked_at = models.DateTimeField(default=now)
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    ready_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    objects = GroupExportQuerySet.as_manager()

    @property
    def is_given_up(self) -> bool:
        return self.ready_at is None and self.asked_at <= now() - WAITED_FOR

    def __str__(self) -> str:
        return f"export of {self.group_id}"
