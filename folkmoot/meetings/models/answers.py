from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.meetings.models.plans import Meeting


class RsvpQuerySet(models.QuerySet["Rsvp"]):
    def coming(self) -> "RsvpQuerySet":
        """Those who have a seat."""
        return self.filter(answer=Rsvp.Answer.YES, waits_since=None)

    def waiting(self) -> "RsvpQuerySet":
        return self.filter(answer=Rsvp.Answer.YES, waits_since__isnull=False)

    def in_line(self) -> "RsvpQuerySet":
        return self.waiting().order_by("waits_since", "pk")

    def seats_taken(self, place: str) -> int:
        """How many seats those who come take, with their guests."""
        total = models.Sum(models.F("guests") + 1)
        return int(self.coming().filter(place=place).aggregate(taken=Coalesce(total, 0))["taken"])


class Rsvp(models.Model):
    """What somebody answered to one meeting: one row, the last answer."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        MAYBE = "maybe", _("Maybe")
        NO = "no", _("No")

    class Place(models.TextChoices):
        ROOM = "room", _("In the room")
        ONLINE = "online", _("Online")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="rsvps")
    person = models.ForeignKey(Person, models.CASCADE, related_name="rsvps")
    answer = models.CharField(max_length=5, choices=Answer)
    place = models.CharField(max_length=6, choices=Place, default=Place.ROOM)
    guests = models.PositiveSmallIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    waits_since = models.DateTimeField(null=True)  # said yes, and there was no seat
    offered_at = models.DateTimeField(null=True)  # a seat, which they have not taken yet
    said_at = models.DateTimeField()  # by the clock it was given on: of two answers the later one counts
    answered_at = models.DateTimeField(default=now)
    via = models.CharField(max_length=20)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # who said it for them; None: they
    objects = RsvpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="one_answer_each"),
            models.CheckConstraint(condition=Q(answer="yes") | Q(waits_since=None), name="who_waits_said_yes"),
            models.CheckConstraint(
                condition=Q(offered_at=None) | Q(waits_since__isnull=False), name="who_waits_is_offered"
            ),
        ]
        indexes = [models.Index(fields=["meeting", "answer", "waits_since"])]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.answer}"

    @property
    def comes(self) -> bool:
        return self.answer == self.Answer.YES and self.waits_since is None


class Wish(models.Model):
    """A question to those who say yes: what they eat, whether they bring a machine."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="wishes")
    words = models.CharField(max_length=200)
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.words


class WishAnswer(models.Model):
    wish = models.ForeignKey(Wish, models.CASCADE, related_name="answers")
    rsvp = models.ForeignKey(Rsvp, models.CASCADE, related_name="wishes")
    words = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wish", "rsvp"], name="a_wish_is_answered_once")]

    def __str__(self) -> str:
        return self.words
