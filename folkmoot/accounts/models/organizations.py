from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models.people import Person


class Organization(models.Model):
    """A company, or what people work for otherwise."""

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=40, unique=True)
    created_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name


class OrganizationDomain(models.Model):
    """A domain whose mail addresses belong to a company's people."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=200, unique=True)  # small letters; those below it count, too

    def __str__(self) -> str:
        return self.domain


class AffiliationQuerySet(models.QuerySet["Affiliation"]):
    def current(self) -> "AffiliationQuerySet":
        today = localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=today), starts_on__lte=today)


class Affiliation(models.Model):
    """A person's tie to a company, from a day to a day."""

    class Proof(models.TextChoices):
        ADDRESS = "address", _("by a proven address")
        WORD = "word", _("by an administrator's word")

    person = models.ForeignKey(Person, models.CASCADE, related_name="affiliations")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="affiliations")
    proof = models.CharField(max_length=10, choices=Proof)
    said_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    starts_on = models.DateField(default=localdate)
    ends_on = models.DateField(null=True)  # its last day
    objects = AffiliationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization", "proof"], condition=Q(ends_on=None), name="one_open_tie_of_a_kind"
            ),
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="a_tie_has_length"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} of {self.organization_id}"
