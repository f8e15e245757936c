from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Topic
from folkmoot.groups.models import Group, where_allowed
from folkmoot.kit.zones import on_the_wall, to_local, to_utc
from folkmoot.meetings.models.venues import Venue


class Particulars(models.Model):
    """What a series has for all its meetings, and each meeting for itself."""

    class Policy(models.TextChoices):
        """Who gets a seat that comes free."""

        FIRST = "first", _("Whoever waits longest moves up")
        OFFER = "offer", _("All who wait are asked; the first to say yes has it")
        MEMBERS = "members", _("Members move up before others")
        HAND = "hand", _("The organisers choose")

    title = models.CharField(max_length=200)
    about = models.TextField(max_length=20_000, blank=True)  # Markdown
    zone = models.CharField(max_length=40)
    minutes = models.PositiveIntegerField(default=120)  # how long it takes
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, related_name="+")
    room = models.CharField(max_length=120, blank=True)  # at the venue
    link = models.URLField(max_length=500, blank=True)  # only for those who come
    dial_in = models.CharField(max_length=200, blank=True)
    pin = models.CharField(max_length=40, blank=True)
    seats = models.PositiveIntegerField(null=True)  # in the room; None: enough for all
    online_seats = models.PositiveIntegerField(null=True)
    guests = models.PositiveSmallIntegerField(default=0)  # how many somebody may bring
    policy = models.CharField(max_length=10, choices=Policy, default=Policy.FIRST)
    cutoff = models.PositiveSmallIntegerField(default=24)  # hours before it: from then on nobody is moved unasked
    closes = models.PositiveSmallIntegerField(default=0)  # hours before it that answers end

    class Meta:
        abstract = True

    @property
    def is_online(self) -> bool:
        return bool(self.link or self.dial_in)

    @property
    def is_in_a_room(self) -> bool:
        return self.venue_id is not None or bool(self.room)

    @property
    def is_hybrid(self) -> bool:
        return self.is_online and self.is_in_a_room


PARTICULARS = tuple(field.name for field in Particulars._meta.local_fields)


class SeriesQuerySet(models.QuerySet["Series"]):
    def going_on(self) -> "SeriesQuerySet":
        return self.filter(ended_at=None)


class Series(Particulars):
    """Meetings by a rule. Those of the time ahead are rows of their own; the rule makes more of them each night."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="series")
    uid = models.CharField(max_length=255)  # as calendars name it
    rule = models.CharField(max_length=300)  # RFC 5545, 3.3.10, by the clock of the zone
    first = models.DateTimeField()  # by the clock of the zone, kept as if it were UTC
    filled_to = models.DateTimeField(null=True)  # up to which of its times there are rows; kept as `first` is
    sequence = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)  # None: its meetings are drafts
    ended_at = models.DateTimeField(null=True)  # nothing more comes of it
    brought = models.JSONField(default=dict)  # by parts, the mark of what was said where it came from
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    objects = SeriesQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "uid"], name="one_series_of_a_uid")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_whole_days(self) -> bool:
        return are_whole_days(self.first, self.minutes)


class SeriesDate(models.Model):
    """One time that the rule does not give, or one of the rule's that is left out (RDATE and EXDATE)."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="dates")
    at = models.DateTimeField()  # as `first` is
    is_extra = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "at"], name="a_time_is_added_or_left_out_once")]

    def __str__(self) -> str:
        return f"{'+' if self.is_extra else '-'}{self.at}"


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, person: Person | None) -> "MeetingQuerySet":
        """Published ones of the groups whose meetings they may see, and drafts where they organise."""
        published = where_allowed(person, "meetings.read") & Q(published_at__isnull=False)
        return self.filter(published | where_allowed(person, "meetings.organise"))

    def published(self) -> "MeetingQuerySet":
        return self.exclude(published_at=None)

    def taking_place(self) -> "MeetingQuerySet":
        return self.filter(published_at__isnull=False, cancelled_at=None)

    def to_come(self, at: datetime | None = None) -> "MeetingQuerySet":
        return self.filter(ends_at__gt=at or now())

    def past(self, at: datetime | None = None) -> "MeetingQuerySet":
        return self.filter(ends_at__lte=at or now())

    def in_order(self) -> "MeetingQuerySet":
        return self.order_by("starts_at", "pk")


class Meeting(Particulars):
    """One occasion on which people meet. (An *event* is a row in the outbox.)"""

    group = models.ForeignKey(Group, models.CASCADE, related_name="meetings")
    series = models.ForeignKey(Series, models.CASCADE, null=True, related_name="meetings")
    slot = models.DateTimeField(null=True)  # the time the series meant it for: its RECURRENCE-ID; kept as `starts`
    uid = models.CharField(max_length=255)  # its own, also in a series
    sequence = models.PositiveIntegerField(default=0)
    starts = models.DateTimeField()  # by the clock of the zone, kept as if it were UTC: this is what was planned
    starts_at = models.DateTimeField()  # when that is
    ends_at = models.DateTimeField()
    host = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="hosts")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    topic = models.ForeignKey(Topic, models.SET_NULL, null=True, related_name="meetings")
    published_at = models.DateTimeField(null=True)  # None: a draft
    announced_at = models.DateTimeField(null=True)  # when people were invited
    cancelled_at = models.DateTimeField(null=True)
    why_cancelled = models.CharField(max_length=300, blank=True)
    brought_as = models.CharField(max_length=32, blank=True, default="")  # mark of what was said where it came from
    brought = models.JSONField(default=dict)  # the same by parts, to tell what was changed here since
    counted = models.PositiveIntegerField(null=True)  # how many came or said so, where that was counted elsewhere
    elsewhere = models.URLField(max_length=500, blank=True, default="")  # its page where it came from
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    objects = MeetingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["group", "starts_at"]),
            models.Index(fields=["starts_at"]),
            models.Index(fields=["ends_at"]),  # the clock asks each minute what is just over, among all there ever were
        ]
        constraints = [
            models.UniqueConstraint(fields=["group", "uid"], name="one_meeting_of_a_uid"),
            models.UniqueConstraint(fields=["series", "slot"], name="one_meeting_of_a_slot"),
            models.CheckConstraint(
                condition=Q(series=None, slot=None) | Q(series__isnull=False, slot__isnull=False),
                name="a_slot_is_of_a_series",
            ),
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="it_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("meeting", args=[self.group.slug, self.pk])

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def is_over(self) -> bool:
        return self.ends_at <= now()

    @property
    def is_whole_days(self) -> bool:
        """Whether it is planned for days and not for hours: from midnight to midnight by its clocks."""
        return are_whole_days(self.starts, self.minutes)

    @property
    def ends(self) -> datetime:
        """When it ends by its clocks. Days are as long as they look, also where the clocks are changed."""
        return ends_by_clocks(self.starts, self.zone, self.minutes)

    @property
    def elsewhere_host(self) -> str:
        return urlsplit(self.elsewhere).hostname or ""

    @property
    def answers_end_at(self) -> datetime:
        return self.starts_at - timedelta(hours=self.closes)

    @property
    def cutoff_at(self) -> datetime:
        return self.starts_at - timedelta(hours=self.cutoff)

    @property
    def takes_answers(self) -> bool:
        return not (self.is_draft or self.cancelled_at) and now() < self.answers_end_at


def are_whole_days(starts: datetime, minutes: int) -> bool:
    """Whether this is from midnight to midnight; `starts` is on the wall."""
    return minutes > 0 and minutes % (24 * 60) == 0 and (starts.hour, starts.minute) == (0, 0)


def ends_by_clocks(starts: datetime, zone: str, minutes: int) -> datetime:
    """When something ends, as the clocks show it that began when they showed `starts`."""
    start, length = starts.replace(tzinfo=None), timedelta(minutes=minutes)
    return start + length if are_whole_days(start, minutes) else to_local(to_utc(start, zone) + length, zone)


def moments(starts: datetime, zone: str, minutes: int) -> dict[str, Any]:
    """Return the fields of a planned time: what was planned, and the moments that follow from it."""
    begin = to_utc(starts.replace(tzinfo=None), zone)
    return {"starts": on_the_wall(starts), "starts_at": begin, "ends_at": begin + timedelta(minutes=minutes)}
