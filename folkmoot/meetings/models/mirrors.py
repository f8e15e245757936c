from django.db import models
from django.utils.timezone import now

from folkmoot.groups.models import Move


class Mirror(models.Model):
    """The calendar of an old place, whose meetings to come are brought along each day while the group comes over."""

    move = models.OneToOneField(Move, models.CASCADE, related_name="mirror")
    address = models.URLField(max_length=500)
    set_at = models.DateTimeField(default=now)
    asked_at = models.DateTimeField(null=True)  # when it was tried last
    read_at = models.DateTimeField(null=True)  # when it could be read last
    trouble = models.CharField(max_length=300, blank=True)  # why it could not

    def __str__(self) -> str:
        return self.address
