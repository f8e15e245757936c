from django.db import models
from django.utils.timezone import now

from folkmoot.accounts.models import Person


class FeedKey(models.Model):
    """What lets a feed reader read as a person, who has no other way to say who it is. It only reads feeds."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="feed_key")
    key = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"feed key of {self.person_id}"
