import secrets

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Address, Person

LONGEST_SLUG = 32  # so that a signed return address fits into the 64 characters before the @


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, person: Person | None) -> "GroupQuerySet":
        """Those whose front page the person may open: all but hidden groups of others."""
        if person is None:
            return self.exclude(visibility=Group.Visibility.HIDDEN)
        invited = Invitation.objects.filter(group=OuterRef("pk"), address__in=_proven(person), answered_at=None)
        mine = Exists(Membership.objects.filter(group=OuterRef("pk"), person=person, left_at=None)) | Exists(invited)
        return self.filter(~Q(visibility=Group.Visibility.HIDDEN) | mine)

    def joined_by(self, person: Person) -> "GroupQuerySet":
        return self.filter(pk__in=Membership.objects.filter(person=person, left_at=None).values("group"))


def new_version() -> int:
    """Return a number that was never an access_version, also not in a transaction that came to nothing."""
    return secrets.randbits(62)


class Group(models.Model):
    """People with something in common. A subgroup is a group."""

    class Type(models.TextChoices):
        SOCIAL = "social", _("Social group")
        INTEREST = "interest", _("Special interest group")
        PRODUCT = "product", _("Software user group")
        COMPANY = "company", _("Company group")

    class Visibility(models.TextChoices):
        PUBLIC = "public", pgettext_lazy("visibility", "Visible to all")
        LISTED = "listed", pgettext_lazy("visibility", "Listed: strangers see the front page only")
        HIDDEN = "hidden", pgettext_lazy("visibility", "Hidden: only members know of it")

    class Joining(models.TextChoices):
        OPEN = "open", _("Anyone may join")
        APPROVAL = "approval", _("Anyone may ask to join")
        INVITATION = "invitation", _("By invitation")

    class Proof(models.TextChoices):
        """How well the sender of a letter has to be proven before it becomes a post."""

        FROM = "from", _("A member's address in From is enough, unless the mail server says it is forged")
        PASS = "pass", _("The mail server has to vouch for the sender")
        SIGNED = "signed", _("Only letters to the member's own signed address")
        CONFIRM = "confirm", _("Each letter is confirmed by its sender")

    slug = models.SlugField(max_length=LONGEST_SLUG, unique=True)
    list_name = models.SlugField(max_length=LONGEST_SLUG)  # its first slug: what mail filters know it by, for good
    name = models.CharField(max_length=100)
    type = models.CharField(max_length=10, choices=Type, default=Type.SOCIAL)
    purpose = models.TextField(max_length=2000, blank=True)
    topics = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=20, default="en")
    place = models.CharField(max_length=100, blank=True)
    is_online = models.BooleanField(default=False)
    time_zone = models.CharField(max_length=40, default="UTC")
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    joining = models.CharField(max_length=10, choices=Joining, default=Joining.OPEN)
    question = models.CharField(max_length=200, blank=True)  # asked of whoever wants to join
    proof = models.CharField(max_length=10, choices=Proof, default=Proof.FROM)
    hue = models.PositiveSmallIntegerField(default=170)
    initials = models.CharField(max_length=4)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="subgroups")
    access_version = models.BigIntegerField(default=new_version)  # another whenever who may do what has changed
    created_at = models.DateTimeField(default=now)
    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="group_has_a_name"),
            models.CheckConstraint(condition=Q(hue__lt=360), name="group_hue_is_an_angle"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.slug])


class MailName(models.Model):
    """The one table of taken names before the @. A name is never used twice, so an old one can stay an alias."""

    local = models.CharField(max_length=64, unique=True, validators=[RegexValidator(r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$")])
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="mail_names")
    taken_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.local


class Role(models.Model):
    """A list of permissions. Audiences (anyone, signed in, members) have theirs by being; other roles are granted."""

    class Audience(models.TextChoices):
        GRANTED = "", _("Those it is granted to")
        ANYONE = "anyone", _("Anyone")
        SIGNED_IN = "signed_in", _("Signed in")
        MEMBERS = "members", _("Members")

    group = models.ForeignKey(Group, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=60)  # the built-in ones: anyone, signed in, member, owner
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.GRANTED, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="a_group_has_one_role_of_a_name"),
            models.UniqueConstraint(
                fields=["group", "audience"], condition=~Q(audience=""), name="a_group_has_one_role_an_audience"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RolePermission(models.Model):
    role = models.ForeignKey(Role, models.CASCADE, related_name="permissions")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "name"], name="a_role_holds_a_permission_once")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        return self.filter(left_at=None)

    def visible_to(self, person: Person | None) -> "MembershipQuerySet":
        """Those in groups where the person may see who is a member."""
        return self.filter(_reached_by(person, "members.read", OuterRef("group")))

    def holding(self, permission: str) -> "MembershipQuerySet":
        """Those whose roles, as members or granted, hold the permission in their group. For mail to many."""
        rows = RolePermission.objects.filter(name=permission, role__group__reaching__below=OuterRef("group"))
        here = Q(role__audience=Role.Audience.MEMBERS, role__group=OuterRef("group"))
        wide = Exists(rows.filter(here | Q(role__audience__in=[Role.Audience.ANYONE, Role.Audience.SIGNED_IN])))
        granted = RoleGrant.objects.valid().filter(membership=OuterRef("pk"), role__permissions__name=permission)
        return self.filter(wide | Exists(granted), person__is_active=True)

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

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=now)
    left_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=10, choices=Mail, default=Mail.EACH)
    own_posts = models.BooleanField(default=False)  # whether one's own posts come back as mail
    # Where this group's letters go; an administrator who added it, or its owner, has vouched for it.
    address = models.ForeignKey(Address, models.SET_NULL, null=True, related_name="+")
    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="one_membership_each")]
        indexes = [models.Index(fields=["group", "mail", "id"], condition=Q(left_at=None), name="member_by_mail")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.group_id}"


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def valid(self) -> "RoleGrantQuerySet":
        at = now()
        begun = Q(starts_at=None) | Q(starts_at__lte=at)
        return self.filter(begun, Q(ends_at=None) | Q(ends_at__gt=at), membership__left_at=None)


class RoleGrant(models.Model):
    """That a member carries a role, for a term or for good."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="grants")
    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "role"], name="a_role_is_granted_once"),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="a_term_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} for {self.membership_id}"


class Reach(models.Model):
    """That roles in the group above count in the group below; each group reaches itself."""

    above = models.ForeignKey(Group, models.CASCADE, related_name="reached")
    below = models.ForeignKey(Group, models.CASCADE, related_name="reaching")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["below", "above"], name="a_group_reaches_another_once")]

    def __str__(self) -> str:
        return f"{self.above_id} reaches {self.below_id}"


class Application(models.Model):
    """Somebody's wish to join, and what became of it."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="applications")
    person = models.ForeignKey(Person, models.CASCADE, related_name="applications")
    answer = models.CharField(max_length=1000, blank=True)
    asked_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    is_accepted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], condition=Q(decided_at=None), name="one_open_application_each"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} asks to join {self.group_id}"


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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "address"], condition=Q(answered_at=None), name="one_open_invitation_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.address} to {self.group_id}"


def _proven(person: Person) -> QuerySet[Address, str]:
    return person.addresses.filter(verified=True).values_list("email", flat=True)


def _reached_by(person: Person | None, permission: str, group: OuterRef) -> Exists:
    """That a person holds a permission in the outer row's group. Decides for one row at a time, by key."""
    rows = RolePermission.objects.filter(name=permission, role__group__reaching__below=group)
    return Exists(rows.filter(carried_by(person)))


def carried_by(person: Person | None) -> Q:  # public: rules.py asks it too
    """Of RolePermission rows, those of roles that the person carries."""
    anyone = Q(role__audience=Role.Audience.ANYONE)
    if person is None or not person.is_active:
        return anyone
    member = Membership.objects.filter(person=person, left_at=None)
    return (
        anyone
        | Q(role__audience=Role.Audience.SIGNED_IN)
        | Q(role__audience=Role.Audience.MEMBERS, role__group__in=member.values("group"))
        | Q(role__in=RoleGrant.objects.valid().filter(membership__person=person).values("role"))
    )
