from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.roles import Denial
from folkmoot.store.prepared import moment


class ModerationCase(models.Model):
    """All that is reported about one person in one group, until somebody decides. One at a time."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="moderation_cases")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(closed_at=None), name="one_moderation_case_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"case of {self.person_id} in {self.group_id}"


class SanctionQuerySet(models.QuerySet["Sanction"]):
    def in_force(self) -> "SanctionQuerySet":
        """Those that have neither ended nor been lifted."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now()), lifted_at=None)


class Sanction(models.Model):
    """What a moderator has laid on somebody in a group, for a term and with a reason."""

    class Kind(models.TextChoices):
        WARN = "warn", pgettext_lazy("sanction", "Warn")
        SLOW = "slow", pgettext_lazy("sanction", "Slow down: one post an hour")
        HOLD = "hold", pgettext_lazy("sanction", "Hold each post for a moderator")
        SUSPEND = "suspend", pgettext_lazy("sanction", "Suspend: read, but not write")
        BAN = "ban", pgettext_lazy("sanction", "Ban from the group and those below it")

    group = models.ForeignKey(Group, models.CASCADE, related_name="sanctions")
    person = models.ForeignKey(Person, models.CASCADE, related_name="sanctions")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.CharField(max_length=500)
    case = models.ForeignKey(ModerationCase, models.SET_NULL, null=True, related_name="sanctions")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    denials = models.ManyToManyField(Denial, related_name="+")  # by which it is done
    appeal = models.CharField(max_length=2000, blank=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_answer = models.CharField(max_length=1000, blank=True)
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    objects = SanctionQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_sanction_has_a_reason")]
        indexes = [
            models.Index(fields=["group", "person"], condition=Q(lifted_at=None), name="sanction_in_force"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} in {self.group_id}"

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None and (self.ends_at is None or self.ends_at > now())


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def open(self) -> "InspectionQuerySet":
        return self.filter(ended_at=None, ends_at__gt=moment())


class Inspection(models.Model):
    """That an administrator of the installation looks into a group they are not in. Its owners see this."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="inspections")
    administrator = models.ForeignKey(Person, models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500)
    began_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # before its time, or when the clock saw that it is over
    objects = InspectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="an_inspection_has_a_reason"),
            models.UniqueConstraint(
                fields=["group", "administrator"], condition=Q(ended_at=None), name="one_inspection_of_a_group_each"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.administrator_id} looks into {self.group_id}"
