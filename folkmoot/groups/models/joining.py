from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Organization, Person
from folkmoot.groups.models.fields import MemberField
from folkmoot.groups.models.groups import INVITED_FOR, Group
from folkmoot.groups.models.roles import Role, Side


class JoinQuestion(models.Model):
    """What a group asks of whoever wants to join."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="questions")
    words = models.CharField(max_length=300)
    is_required = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.words


class Application(models.Model):
    """Somebody's wish to join, and what became of it."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="applications")
    person = models.ForeignKey(Person, models.CASCADE, related_name="applications")
    answer = models.CharField(max_length=1000, blank=True)
    answers = models.JSONField(default=list)  # to the group's questions, each as [question, answer], as it was then
    asked_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    is_accepted = models.BooleanField(null=True)
    reason = models.CharField(max_length=500, blank=True)  # what the applicant is told

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(decided_at=None), name="one_open_application_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} asks to join {self.group_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Those that can still be answered."""
        return self.filter(answered_at=None, invited_at__gte=now() - INVITED_FOR)


class Invitation(models.Model):
    """A letter to an address that asks its reader to join; nobody is a member before they say yes."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="invitations")
    address = models.EmailField()
    name = models.CharField(max_length=100, blank=True)
    token = models.CharField(max_length=40, unique=True)
    invited_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    invited_at = models.DateTimeField(default=now)
    answered_at = models.DateTimeField(null=True)
    is_accepted = models.BooleanField(null=True)
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="+")  # on arrival
    move = models.ForeignKey("groups.Move", models.SET_NULL, null=True, related_name="+")  # of whose list they are
    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "address"], condition=Q(answered_at=None), name="one_open_invitation_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} to {self.group_id}"


class InvitationLink(models.Model):
    """A link that lets whoever has it join, as often and as long as it says."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="invitation_links")
    token = models.CharField(max_length=40, unique=True)
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True)
    most_uses = models.PositiveIntegerField(null=True)
    uses = models.PositiveIntegerField(default=0)
    domain = models.CharField(max_length=200, blank=True)  # only who has proven an address there
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="+")  # on arrival
    subgroups = models.ManyToManyField(Group, related_name="+")  # on arrival, too
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(most_uses=None) | Q(uses__lte=F("most_uses")), name="a_link_is_not_used_too_often"
            )
        ]

    def __str__(self) -> str:
        return f"link to {self.group_id}"


class PlacementRuleQuerySet(models.QuerySet["PlacementRule"]):
    def whole(self) -> "PlacementRuleQuerySet":
        """With all that a rule is about."""
        return self.select_related("group", "of_group", "field", "organization")


class PlacementRule(models.Model):
    """Who becomes a member without being asked, because of something that is known of them."""

    class About(models.TextChoices):
        DOMAIN = "domain", _("a proven address at a domain")
        GROUP = "group", _("being in another group")
        SIDE = "side", _("how they stand to the companies of the group above")
        ORGANIZATION = "organization", _("the company they belong to")
        FIELD = "field", _("what they say in a field of the group above")

    group = models.ForeignKey(Group, models.CASCADE, related_name="placement_rules")
    about = models.CharField(max_length=12, choices=About)
    value = models.CharField(max_length=200, blank=True)  # the domain, or what stands in the field
    of_group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+")
    side = models.CharField(max_length=10, choices=Side, blank=True)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, related_name="+")
    field = models.ForeignKey(MemberField, models.CASCADE, null=True, related_name="+")
    takes_out = models.BooleanField(default=False)  # whoever no longer fits and came by this rule
    made_at = models.DateTimeField(default=now)
    objects = PlacementRuleQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.about} into {self.group_id}"
