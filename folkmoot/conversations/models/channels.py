from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, allowed, where_allowed

MAIN = "main"  # what stands in the address of the board of the channel without a slug


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, person: Person | None) -> "ChannelQuerySet":
        """Those in groups where the person may read topics."""
        return self.filter(where_allowed(person, "topics.read"))

    def moderated_by(self, person: Person) -> "ChannelQuerySet":
        """Those in groups where the person looks after conversations."""
        return self.filter(where_allowed(person, "topics.moderate"))

    def in_order(self) -> "ChannelQuerySet":
        """The group's own address first."""
        return self.order_by("slug")


class Channel(models.Model):
    """Where a group talks: a board and a mailing list at once. The one without a slug is the group's own address."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="channels")
    slug = models.SlugField(max_length=20, blank=True)  # after the "+" of its mail address
    name = models.CharField(max_length=80, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    allows_anonymous = models.BooleanField(default=False)  # members may ask without their name
    allows_scheduled = models.BooleanField(default=True)  # members may write now what is said later
    closed_at = models.DateTimeField(null=True)  # still read, no longer written in
    created_at = models.DateTimeField(default=now)
    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "slug"], name="a_group_has_one_channel_of_a_slug")]

    def __str__(self) -> str:
        return f"{self.group.slug}+{self.slug}" if self.slug else self.group.slug

    @property
    def label(self) -> str:
        """What it is called among its group's channels: `#ops`; the group's own address has no slug to go by."""
        return f"#{self.slug}" if self.slug else self.name or _("General")

    def get_absolute_url(self) -> str:
        return reverse("channel", args=[self.group.slug, self.slug or MAIN])


class OldChannel(models.Model):
    """An address that a channel had before it came to another group: `local@` or `local+slug@`, and its page's."""

    local = models.CharField(max_length=64)  # the mail name before the "+"
    slug = models.SlugField(max_length=20, blank=True)
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="old_addresses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["local", "slug"], name="an_old_address_leads_to_one_channel")]

    def __str__(self) -> str:
        return f"{self.local}+{self.slug}" if self.slug else self.local


def may_read(person: Person | None, group: OuterRef) -> Q:
    """That a person may read topics in the outer row's group. Decides for one row at a time, by key."""
    return allowed(person, "topics.read", group)
