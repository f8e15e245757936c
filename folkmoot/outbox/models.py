from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import now


class Event(models.Model):
    """Something that happened, written in the same transaction as the change itself. Ids only, no content."""

    kind = models.CharField(max_length=60)  # "post.added"
    subject_id = models.BigIntegerField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    via = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)
    fanned_out_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(fanned_out_at=None), name="event_to_fan_out"),
            models.Index(fields=["at"], name="event_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class Delivery(models.Model):
    """One subscriber's duty to act on one event, tried again until it is done."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=40)
    due_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_delivery_each"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(done_at=None), name="delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber}: {self.event_id}"


class Tick(models.Model):
    """When something that is looked at again and again is due next. Whoever claims the row does it."""

    name = models.CharField(max_length=60, unique=True)
    due_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.name
