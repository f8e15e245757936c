from django.db import models
from django.utils.timezone import now

from folkmoot.accounts.models import Person


class CalendarKey(models.Model):
    """What lets a calendar program read as a person. Only its hash is kept: the secret itself is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="calendar_keys")
    name = models.CharField(max_length=60)  # of the program or device, in the person's own words
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.name} of {self.person_id}"
