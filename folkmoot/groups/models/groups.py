import secrets
from datetime import timedelta

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.store.prepared import moment

INVITED_FOR = timedelta(days=30)  # how long an invitation can be answered
LONGEST_SLUG = 32  # so that a signed return address fits into the 64 characters before the @


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, person: Person | None) -> "GroupQuerySet":
        """Those whose front page the person may open: all but hidden groups of others, and what is part of another."""
        there = self.filter(merged_into=None)
        if person is None:
            return there.exclude(visibility=Group.Visibility.HIDDEN)
        this = Group.objects.filter(pk=OuterRef("pk"))
        proven = person.addresses.filter(verified=True).values_list("email", flat=True)
        fresh = {"invitations__answered_at": None, "invitations__invited_at__gte": now() - INVITED_FOR}
        invited = this.filter(invitations__address__in=proven, **fresh)
        above = Group.objects.joined_by(person).filter(reached__below=OuterRef("pk"), reached__is_open=True)
        mine = Q(Exists(this.joined_by(person)) | Exists(invited) | Exists(above))
        if person.is_administrator:
            mine |= Q(Exists(this.inspected_by(person)))
        return there.filter(~Q(visibility=Group.Visibility.HIDDEN) | mine)

    def closing_with(self, group: "Group") -> "GroupQuerySet":
        """Those below a group that close when it does: all that are open."""
        below = self.filter(reaching__above=group, closed_at=None, merged_into=None)
        return below.exclude(pk=group.pk)

    def opening_with(self, group: "Group") -> "GroupQuerySet":
        """Those that were closed with a group, and open when it does."""
        return self.filter(closed_with=group, closed_at__isnull=False, merged_into=None)

    def joined_by(self, person: Person) -> "GroupQuerySet":
        return self.filter(memberships__person=person, memberships__left_at=None)

    def inspected_by(self, person: Person) -> "GroupQuerySet":
        """Those that an administrator looks into now, having said why."""
        open_ones = {"inspections__ended_at": None, "inspections__ends_at__gt": moment()}
        return self.filter(inspections__administrator=person, **open_ones)


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

    class ForWhom(models.TextChoices):
        """Whom the group is for, where companies take part; who is on the other side can't become a member."""

        EVERYONE = "", _("Everyone")
        INSIDERS = "insiders", _("Insiders only")
        OUTSIDERS = "outsiders", _("Outsiders only: partners, customers, everyone else")

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
    inherits_roles = models.BooleanField(default=True)  # roles of the groups above count here; or it closes itself
    for_whom = models.CharField(max_length=10, choices=ForWhom, default=ForWhom.EVERYONE, blank=True)
    shares_figures = models.BooleanField(default=False)  # with the groups above: numbers, never names
    active_days = models.PositiveSmallIntegerField(default=90)  # who did something in so many days is active
    silent_days = models.PositiveSmallIntegerField(default=180)  # after which the last owner's successor is found
    vote_days = models.PositiveSmallIntegerField(default=14)  # how long members vote about a successor
    quorum = models.PositiveSmallIntegerField(default=10)  # percent of the active members who have to vote
    first_posts_held = models.PositiveSmallIntegerField(default=0)  # of a new member, for a moderator to look at
    closed_at = models.DateTimeField(null=True)  # still read, nothing new is written
    closed_why = models.CharField(max_length=500, blank=True)  # as an administrator told its owners
    closed_with = models.ForeignKey(  # the one above that took it along, and opens it again
        "self", models.SET_NULL, null=True, default=None, related_name="closed_along"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    access_version = models.BigIntegerField(default=new_version)  # another whenever who may do what has changed
    created_at = models.DateTimeField(default=now)
    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="group_has_a_name"),
            models.CheckConstraint(condition=Q(hue__lt=360), name="group_hue_is_an_angle"),
            models.CheckConstraint(condition=Q(quorum__lte=100), name="group_quorum_is_a_percentage"),
            # Roles from above would let in those whom it is not for.
            models.CheckConstraint(
                condition=Q(for_whom="") | Q(parent=None) | Q(inherits_roles=False),
                name="a_subgroup_for_one_side_is_closed",
            ),
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


class FoundingRequest(models.Model):
    """Somebody's wish to found a group, where the installation wants to be asked."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="founding_requests")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=LONGEST_SLUG)
    settings = models.JSONField(default=dict)  # as the founding form gave them
    words = models.CharField(max_length=1000, blank=True)  # what the group is for, to whoever decides
    asked_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, related_name="+")  # what became of it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "slug"], condition=Q(decided_at=None), name="one_open_wish_to_found_a_group"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} wants to found {self.slug}"
