from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.joining import InvitationLink

WEEK = timedelta(days=7)


class MoveQuerySet(models.QuerySet["Move"]):
    def going_on(self) -> "MoveQuerySet":
        return self.filter(ended_at=None)


class Move(models.Model):
    """That a group comes over from a place elsewhere, where it was before, and how long that goes on."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="moves")
    name = models.CharField(max_length=80)  # of the old place, as people call it
    address = models.URLField(max_length=500)  # of the group there
    members = models.PositiveIntegerField()  # how many were there when it began
    link = models.OneToOneField(InvitationLink, models.SET_NULL, null=True, related_name="move")  # of its page
    begun_at = models.DateTimeField(default=now)
    begun_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    objects = MoveQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(ended_at=None), name="one_move_at_a_time"),
            models.CheckConstraint(condition=Q(members__gt=0), name="somebody_was_there"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} comes over from {self.name}"

    @property
    def week(self) -> int:
        """How many weeks of it are over."""
        return max(0, ((self.ended_at or now()) - self.begun_at) // WEEK)


class MoveDay(models.Model):
    """How often a move's page was opened on a day. By whom is nowhere."""

    move = models.ForeignKey(Move, models.CASCADE, related_name="days")
    day = models.DateField()
    opened = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "day"], name="a_day_of_a_move_is_counted_once")]

    def __str__(self) -> str:
        return f"{self.day}: {self.opened}"


class Moved(models.Model):
    """Somebody of the old place whom the group knows by an address that they gave it."""

    class Way(models.TextChoices):
        """How that came to be known."""

        PAGE = "page", _("by the invitation page")
        LIST = "list", _("by a list of people")
        MEETING = "meeting", _("was at a meeting there, and is known here by their address")

    move = models.ForeignKey(Move, models.CASCADE, related_name="people")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    way = models.CharField(max_length=8, choices=Way)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["move", "person"], name="nobody_comes_over_twice")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.move_id}"
