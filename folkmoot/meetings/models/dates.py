from django.db import models
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Group, where_allowed
from folkmoot.meetings.models.plans import Meeting


class DatePollQuerySet(models.QuerySet["DatePoll"]):
    def visible_to(self, person: Person | None) -> "DatePollQuerySet":
        """Those of groups whose meetings one may see."""
        return self.filter(where_allowed(person, "meetings.read"))

    def newest_first(self) -> "DatePollQuerySet":
        return self.order_by("-created_at", "-pk")


class DatePoll(models.Model):
    """The question when a group could meet."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="date_polls")
    title = models.CharField(max_length=200)
    about = models.CharField(max_length=1000, blank=True)
    zone = models.CharField(max_length=40)  # in which the times were thought of
    minutes = models.PositiveIntegerField(default=120)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    meeting = models.ForeignKey(Meeting, models.SET_NULL, null=True, related_name="+")  # what came of it
    created_at = models.DateTimeField(default=now)
    objects = DatePollQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("dates", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and (self.closes_at is None or now() < self.closes_at)


class DateChoice(models.Model):
    """One time that could be."""

    poll = models.ForeignKey(DatePoll, models.CASCADE, related_name="choices")
    starts_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "starts_at"], name="a_time_is_asked_for_once")]

    def __str__(self) -> str:
        return f"{self.starts_at}"


class DateAnswer(models.Model):
    """Whether one time suits somebody."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        IF_NEED_BE = "if", _("If need be")
        NO = "no", _("No")

    choice = models.ForeignKey(DateChoice, models.CASCADE, related_name="answers")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    answer = models.CharField(max_length=3, choices=Answer)
    via = models.CharField(max_length=20)
    answered_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["choice", "person"], name="a_time_is_answered_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.answer}"


class Reminder(models.Model):
    """A letter so many hours before a meeting, to some of those whom it concerns."""

    class To(models.TextChoices):
        COMING = "coming", _("Those who come")
        SILENT = "silent", _("Members who have not answered")
        WAITING = "waiting", _("Those who wait for a seat")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="reminders")
    hours = models.PositiveSmallIntegerField()  # before it starts
    to = models.CharField(max_length=10, choices=To, default=To.COMING)
    words = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "hours", "to"], name="one_reminder_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.hours} h before {self.meeting_id}"
