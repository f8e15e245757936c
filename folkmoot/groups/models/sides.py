from django.db import models

from folkmoot.accounts.models import Organization
from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.roles import Side


class OrganizationSide(models.Model):
    """What a company is to a group and those below it: its own, a partner, a customer."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="organization_sides")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="sides")
    side = models.CharField(max_length=10, choices=Side)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "organization"], name="a_company_has_one_side_in_a_group"),
            models.CheckConstraint(condition=~models.Q(side=Side.OUTSIDE), name="a_side_is_no_outside"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}: {self.side} of {self.group_id}"
