from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.members import Membership


class MemberField(models.Model):
    """Something that a group wants to know of its members."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        LINK = "link", _("Link")
        CHECK = "check", _("Yes or no")
        CHOICE = "choice", _("One of several")

    class Audience(models.TextChoices):
        MEMBERS = "members", pgettext_lazy("audience", "Members")
        MANAGERS = "managers", pgettext_lazy("audience", "Those who look after members")

    group = models.ForeignKey(Group, models.CASCADE, related_name="member_fields")
    key = models.SlugField(max_length=40)  # what the column is called in files
    label = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    choices = models.JSONField(default=list)
    is_required = models.BooleanField(default=False)
    is_set_by_members = models.BooleanField(default=True)  # or only by those who look after members
    seen_by = models.CharField(max_length=10, choices=Audience, default=Audience.MEMBERS)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "key"], name="a_group_has_one_field_of_a_key")]

    def __str__(self) -> str:
        return self.label


class MemberValue(models.Model):
    """What a member says in a field."""

    field = models.ForeignKey(MemberField, models.CASCADE, related_name="values")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="values")
    value = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["field", "membership"], name="a_member_has_one_value_a_field")]
        indexes = [models.Index(fields=["field", "value"], name="member_by_value")]

    def __str__(self) -> str:
        return self.value
