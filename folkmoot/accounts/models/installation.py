from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LONGEST = {"imprint": 10_000, "privacy": 50_000, "terms": 50_000}  # characters of the notices


class Installation(models.Model):
    """What its administrators have decided for the whole installation. One row."""

    class Founding(models.TextChoices):
        ANYONE = "anyone", _("Anyone who is signed in")
        APPROVAL = "approval", _("Anyone may ask; an administrator decides")
        STAFF = "staff", _("Administrators only")

    class SignUp(models.TextChoices):
        OPEN = "open", _("Anyone may sign up")
        INVITED = "invited", _("Only who was invited, or was added to a group")
        CLOSED = "closed", _("Nobody")

    name = models.CharField(max_length=60, blank=True)
    founding = models.CharField(max_length=10, choices=Founding, default=Founding.ANYONE)
    sign_up = models.CharField(max_length=10, choices=SignUp, default=SignUp.OPEN)
    most_groups = models.PositiveIntegerField(null=True)  # that one person founds
    most_members = models.PositiveIntegerField(null=True)  # of one group
    imprint = models.TextField(max_length=LONGEST["imprint"], blank=True)
    privacy = models.TextField(max_length=LONGEST["privacy"], blank=True)
    terms = models.TextField(max_length=LONGEST["terms"], blank=True)
    hue = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="there_is_one_installation"),
            models.CheckConstraint(condition=Q(hue=None) | Q(hue__lt=360), name="installation_hue_is_an_angle"),
        ]

    def __str__(self) -> str:
        return self.name or "Folkmoot"
