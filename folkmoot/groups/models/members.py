from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Address, Organization, Person
from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.roles import Denial, Role, RoleGrant, RolePermission, Side, allowed, reaching


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)

    def visible_to(self, person: Person | None) -> "MembershipQuerySet":
        """Those in groups where the person may see who is a member."""
        return self.filter(allowed(person, "members.read", OuterRef("group")))

    def holding(self, permission: str, *, without: Role | None = None) -> "MembershipQuerySet":
        """Those whose roles, as members or granted, hold the permission in their group. For mail to many.

        `without` leaves a role out, as if it did not hold the permission.
        """
        rows = RolePermission.objects.filter(reaching(OuterRef("group")), name=permission)
        rows = rows if without is None else rows.exclude(role=without)
        for_anyone = Exists(rows.filter(role__audience=Role.Audience.ANYONE))
        here = Q(memberships__person=OuterRef(OuterRef("person")), memberships__left_at=None)
        role_group = Group.objects.filter(pk=OuterRef("role__group"))
        of_side = Exists(role_group.filter(here, memberships__side=OuterRef("role__audience")))
        as_member = rows.filter(
            Q(Exists(role_group.filter(here)), role__audience=Role.Audience.MEMBERS)
            | Q(of_side, role__audience__in=Side.values)
        )
        theirs = RoleGrant.objects.valid().filter(membership__person=OuterRef(OuterRef("person"))).values("role")
        granted = rows.filter(Q(role__audience=Role.Audience.SIGNED_IN) | Q(role__in=theirs))
        denied = Denial.objects.valid().filter(
            person=OuterRef("person"), permission__in=["", permission], group__reached__below=OuterRef("group")
        )
        held = Q(for_anyone) | (Q(Exists(as_member)) | Q(Exists(granted))) & ~Q(Exists(denied))
        return self.filter(held, person__is_active=True)

    def with_owners(self) -> "models.QuerySet[Membership, Any]":
        """The same, each with `is_owner`: whether they carry the owner's role of the group now."""
        owns = RoleGrant.objects.valid().filter(membership=OuterRef("pk"), role__key=Role.BuiltIn.OWNER)
        return self.annotate(is_owner=Exists(owns))

    def by_name(self) -> "MembershipQuerySet":
        return self.order_by("person__name", "pk")

    def beginning_with(self, letters: str) -> "MembershipQuerySet":
        """Those of people whose handle or name, or a further part of it, begins so."""
        names = Q(person__name__istartswith=letters) | Q(person__name__icontains=f" {letters}")
        return self.filter(names | Q(person__handle__istartswith=letters), person__is_active=True).by_name()


class Membership(models.Model):
    """That a person is in a group, or was."""

    class Mail(models.TextChoices):
        EACH = "each", _("Each post by mail")
        NONE = "none", _("No mail; I read on the web")

    class Arrival(models.TextChoices):
        FOUNDED = "founded", pgettext_lazy("arrival", "founded the group")
        JOINED = "joined", pgettext_lazy("arrival", "joined")
        ADDED = "added", pgettext_lazy("arrival", "was added")
        INVITED = "invited", pgettext_lazy("arrival", "was invited")
        LINK = "link", pgettext_lazy("arrival", "came by an invitation link")
        APPLIED = "applied", pgettext_lazy("arrival", "asked to join")
        RULE = "rule", pgettext_lazy("arrival", "was placed by a rule")
        IMPORTED = "imported", pgettext_lazy("arrival", "came with a list")

    class Departure(models.TextChoices):
        LEFT = "left", pgettext_lazy("departure", "left")
        REMOVED = "removed", pgettext_lazy("departure", "was removed")
        RULE = "rule", pgettext_lazy("departure", "no longer fits the rule")

    class Activity(models.TextChoices):
        """What counts as being active."""

        SPOKE = "spoke", pgettext_lazy("activity", "wrote")
        REACTED = "reacted", pgettext_lazy("activity", "reacted")
        READ = "read", pgettext_lazy("activity", "read")
        ANSWERED = "answered", pgettext_lazy("activity", "answered a letter")
        CAME = "came", pgettext_lazy("activity", "came to a meeting")

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.EACH)
    own_posts = models.BooleanField(default=False)  # whether one's own posts come back as mail
    # Where this group's letters go; an administrator who added it, or its owner, has vouched for it.
    address = models.ForeignKey(Address, models.SET_NULL, null=True, related_name="+")
    arrived_by = models.CharField(max_length=12, choices=Arrival, default=Arrival.JOINED)
    # The rule that brought them in; it may take them out again.
    placed_by = models.ForeignKey("groups.PlacementRule", models.SET_NULL, null=True, related_name="placed")
    departed_by = models.CharField(max_length=12, choices=Departure, blank=True)
    departed_why = models.CharField(max_length=500, blank=True)
    # How the member stands to the companies that take part, made of affiliations and the group's sides. "" where the
    # group knows no companies.
    side = models.CharField(max_length=10, choices=Side, blank=True)
    organization = models.ForeignKey(Organization, models.SET_NULL, null=True, related_name="memberships")
    active_at = models.DateTimeField(null=True)  # when the member last did something, by whichever door
    active_by = models.CharField(max_length=10, choices=Activity, blank=True)
    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="one_membership_each")]
        indexes = [
            models.Index(
                fields=["group", "person"], condition=Q(left_at=None), name="member_here"
            ),  # near the names’ order
            models.Index(fields=["group", "mail", "id"], condition=Q(left_at=None), name="member_by_mail"),
            # All that says whether somebody is active, and left_at, without which SQLite looks at each row as well.
            models.Index(
                fields=["group", "active_at", "joined_at", "person", "left_at"],
                condition=Q(left_at=None),
                name="member_by_activity",
            ),
            models.Index(fields=["group", "side"], condition=Q(left_at=None), name="member_by_side"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group_id}"
