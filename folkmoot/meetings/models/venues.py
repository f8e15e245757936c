from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from folkmoot.groups.models import Group


class VenueQuerySet(models.QuerySet["Venue"]):
    def in_use(self) -> "VenueQuerySet":
        return self.filter(retired_at=None)


class Venue(models.Model):
    """A place in a group's address book, with what somebody needs to know who has never been there."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="venues")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=300, blank=True)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1 alpha-2
    latitude = models.FloatField(null=True, validators=[MinValueValidator(-90), MaxValueValidator(90)])  # degrees
    longitude = models.FloatField(null=True, validators=[MinValueValidator(-180), MaxValueValidator(180)])
    seats = models.PositiveIntegerField(null=True)  # how many fit in; None: nobody has counted
    is_step_free = models.BooleanField(null=True)  # None: nobody has said
    has_hearing_loop = models.BooleanField(null=True)
    parking = models.CharField(max_length=300, blank=True)
    doors = models.CharField(max_length=120, blank=True)  # when they open
    directions = models.TextField(max_length=2000, blank=True)
    contact = models.CharField(max_length=200, blank=True)  # for those who organise, never shown to others
    brought_as = models.CharField(max_length=32, blank=True, default="")  # mark of its name where it came from
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    objects = VenueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="a_place_has_both_coordinates",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        """Name, address and town as one line, as a calendar shows it."""
        return ", ".join(part for part in (self.name, self.address, self.city) if part)
