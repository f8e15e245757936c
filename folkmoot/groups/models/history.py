from django.db import models
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models.groups import Group


class HistoryEntry(models.Model):
    """One administrative act: who did what, when, from where. Kept as long as the group; names nobody by text."""

    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="history")  # None: of the installation
    kind = models.CharField(max_length=60)  # "role.granted"
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # None: the command line, or the clock
    via = models.CharField(max_length=20)
    about = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)  # ids, settings, numbers; what undoing it needs
    undone_by = models.OneToOneField("self", models.SET_NULL, null=True, related_name="undoes")

    class Meta:
        indexes = [models.Index(fields=["group", "-at", "-id"], name="history_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.group_id}"
