from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.groups.models.groups import Group
from folkmoot.store.prepared import moment

INSPECTED = frozenset(
    {"topics.read", "meetings.read", "members.read"}
)  # what an administrator may who looks into a group


class Side(models.TextChoices):
    """How a member stands to the companies that take part in a group."""

    INSIDE = "inside", _("inside")
    PARTNER = "partner", _("partner")
    CUSTOMER = "customer", _("customer")
    OUTSIDE = "outside", _("outside")


class Role(models.Model):
    """A list of permissions. Audiences (anyone, the signed in, members, a side of them) have theirs by being so; other
    roles are granted.
    """

    class Audience(models.TextChoices):
        GRANTED = "", _("Those it is granted to")
        ANYONE = "anyone", _("Anyone")
        SIGNED_IN = "signed_in", _("Signed in")
        MEMBERS = "members", _("Members")
        INSIDE = Side.INSIDE.value, _("Members who are inside")
        PARTNER = Side.PARTNER.value, _("Members who are partners")
        CUSTOMER = Side.CUSTOMER.value, _("Members who are customers")
        OUTSIDE = Side.OUTSIDE.value, _("Members who are outside")

    class BuiltIn(models.TextChoices):
        """Those that each group has."""

        ANYONE = "anyone", pgettext_lazy("role", "Anyone")
        SIGNED_IN = "signed_in", pgettext_lazy("role", "Signed in")
        MEMBER = "member", pgettext_lazy("role", "Member")
        INSIDE = "inside", pgettext_lazy("role", "Inside")
        PARTNER = "partner", pgettext_lazy("role", "Partner")
        CUSTOMER = "customer", pgettext_lazy("role", "Customer")
        OUTSIDE = "outside", pgettext_lazy("role", "Outside")
        OWNER = "owner", pgettext_lazy("role", "Owner")
        MODERATOR = "moderator", pgettext_lazy("role", "Moderator")
        ORGANISER = "organiser", pgettext_lazy("role", "Meeting organiser")
        SUPPORT = "support", pgettext_lazy("role", "Support staff")
        EDITOR = "editor", pgettext_lazy("role", "News editor")

    group = models.ForeignKey(Group, models.CASCADE, related_name="roles")
    key = models.CharField(max_length=20, choices=BuiltIn, blank=True)  # "" for the group's own
    name = models.CharField(max_length=60)  # of a built-in one its key
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.GRANTED, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="a_group_has_one_role_of_a_name"),
            models.UniqueConstraint(
                fields=["group", "key"], condition=~Q(key=""), name="a_built_in_role_is_there_once"
            ),
            models.UniqueConstraint(
                fields=["group", "audience"], condition=~Q(audience=""), name="a_group_has_one_role_an_audience"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """What people call it: a built-in one in the reader's language."""
        return self.get_key_display() if self.key else self.name


class RolePermission(models.Model):
    role = models.ForeignKey(Role, models.CASCADE, related_name="permissions")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "name"], name="a_role_holds_a_permission_once")]

    def __str__(self) -> str:
        return self.name


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def valid(self) -> "RoleGrantQuerySet":
        at = moment()
        begun = Q(starts_at=None) | Q(starts_at__lte=at)
        return self.filter(begun, Q(ends_at=None) | Q(ends_at__gt=at), membership__left_at=None)


class RoleGrant(models.Model):
    """That a member carries a role, for a term or for good."""

    membership = models.ForeignKey("groups.Membership", models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    granted_at = models.DateTimeField(default=now)
    begun_at = models.DateTimeField(null=True)  # when the clock saw it begin; None for one that begins later
    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="a_role_is_granted_once"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="a_term_has_length"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=~Q(ends_at=None), name="grant_that_ends"),
            models.Index(fields=["starts_at"], condition=Q(begun_at=None), name="grant_that_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} for {self.membership_id}"


class Reach(models.Model):
    """That a group lies below another; each group reaches itself. Roles count below where the way there is open,
    denials everywhere.
    """

    above = models.ForeignKey(Group, models.CASCADE, related_name="reached")
    below = models.ForeignKey(Group, models.CASCADE, related_name="reaching")
    is_open = models.BooleanField(default=True)  # no group on the way, the lowest included, has closed itself

    class Meta:
        constraints = [models.UniqueConstraint(fields=["below", "above"], name="a_group_reaches_another_once")]

    def __str__(self) -> str:
        return f"{self.above_id} reaches {self.below_id}"


class DenialQuerySet(models.QuerySet["Denial"]):
    def valid(self) -> "DenialQuerySet":
        return self.unlifted().filter(starts_at__lte=moment())

    def unlifted(self) -> "DenialQuerySet":
        """Those in force, and those that begin later."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=moment()), lifted_at=None)

    def ended(self) -> "DenialQuerySet":
        """Those that are over by their date, and whose end nobody has seen to."""
        return self.filter(ends_at__lte=now(), lifted_at=None)


class Denial(models.Model):
    """That a person may not do something in a group and in all below it, whatever roles say, until a time.

    It never takes what a stranger may.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="denials")
    group = models.ForeignKey(Group, models.CASCADE, related_name="denials")
    permission = models.CharField(max_length=60, blank=True)  # "" for all of them
    reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    starts_at = models.DateTimeField(default=now)
    ends_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)  # when the clock saw it begin; None for one that begins later
    objects = DenialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "group", "permission"], condition=Q(lifted_at=None), name="a_thing_is_denied_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="a_denial_has_length"
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(lifted_at=None), name="denial_that_ends"),
            models.Index(fields=["starts_at"], condition=Q(begun_at=None), name="denial_that_begins"),
        ]

    def __str__(self) -> str:
        return f"{self.permission or 'everything'} denied to {self.person_id} in {self.group_id}"


def allowed(person: Person | None, permission: str, group: OuterRef) -> Q:
    """That a person holds a permission in the outer row's group. Decides for one row at a time, by key."""
    rows = RolePermission.objects.filter(reaching(group), name=permission)
    for_anyone = Exists(rows.filter(role__audience=Role.Audience.ANYONE))
    if person is None or not person.is_active:
        return Q(for_anyone)
    denied = Denial.objects.valid().filter(person=person, permission__in=["", permission], group__reached__below=group)
    held = Q(for_anyone) | Q(Exists(rows.filter(carried_by(person)))) & ~Q(Exists(denied))
    if not (person.is_administrator and permission in INSPECTED):
        return held
    return held | Q(Exists(Group.objects.inspected_by(person).filter(pk=group)))


def where_allowed(person: Person | None, permission: str) -> Q:
    """The same of rows with a `group`, for lists: what a person carries is gathered once, not asked of each row."""
    permitted = RolePermission.objects.filter(name=permission)
    said_here = permitted.values("role__group")
    for_anyone = Q(group__in=said_here.filter(role__audience=Role.Audience.ANYONE))
    if person is None or not person.is_active:
        return for_anyone
    signed_in = Q(group__in=said_here.filter(role__audience=Role.Audience.SIGNED_IN))
    mine = {"role__group__memberships__person": person, "role__group__memberships__left_at": None}
    as_member = permitted.filter(**mine, role__audience=Role.Audience.MEMBERS)
    of_side = permitted.filter(
        **mine, role__group__memberships__side=F("role__audience"), role__audience__in=Side.values
    )
    granted = permitted.filter(role__in=RoleGrant.objects.valid().filter(membership__person=person).values("role"))
    carried = signed_in | _reached_by(as_member) | _reached_by(of_side) | _reached_by(granted)
    denied = Denial.objects.valid().filter(person=person, permission__in=["", permission])
    held = for_anyone | carried & ~Q(group__in=Reach.objects.filter(above__denials__in=denied).values("below"))
    if not (person.is_administrator and permission in INSPECTED):
        return held
    return held | Q(group__in=Group.objects.inspected_by(person).values("pk"))


def _reached_by(rows: models.QuerySet[RolePermission]) -> Q:
    """In the groups of these roles, and below them as far as the way is open."""
    open_ways = rows.filter(role__group__reached__is_open=True)
    return Q(group__in=open_ways.values("role__group__reached__below"))


def reaching(group: OuterRef | int) -> Q:
    """Of RolePermission rows, those of roles that count in a group: its own, and those above up to a closed one.

    What strangers, or all who are signed in, may is said by each group for itself alone.
    """
    counts = Q(role__group__reached__below=group, role__group__reached__is_open=True)
    return counts & (~Q(role__audience__in=[Role.Audience.ANYONE, Role.Audience.SIGNED_IN]) | Q(role__group=group))


def carried_by(person: Person | None) -> Q:
    """Of RolePermission rows, those of roles that the person carries. Asks nothing about denials."""
    anyone = Q(role__audience=Role.Audience.ANYONE)
    if person is None or not person.is_active:
        return anyone
    of_side = Group.objects.filter(  # one filter, so that it is the person's own membership that has the side
        pk=OuterRef("role__group"),
        memberships__person=person,
        memberships__left_at=None,
        memberships__side=OuterRef("role__audience"),
    )
    return (
        anyone
        | Q(role__audience=Role.Audience.SIGNED_IN)
        | Q(role__audience=Role.Audience.MEMBERS, role__group__in=Group.objects.joined_by(person).values("pk"))
        | Q(Exists(of_side), role__audience__in=Side.values)
        | Q(role__in=RoleGrant.objects.valid().filter(membership__person=person).values("role"))
    )
