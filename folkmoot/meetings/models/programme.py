from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Denial, Group, Membership, where_allowed
from folkmoot.meetings.models.plans import Meeting


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, person: Person | None) -> "ProposalQuerySet":
        """Those of groups whose meetings the person may see; what was taken back, to its owner and to organisers."""
        there = where_allowed(person, "meetings.read") & Q(withdrawn_at=None)
        organised = where_allowed(person, "meetings.organise")
        if person is None:
            return self.filter(there | organised)
        return self.filter(there | organised | where_allowed(person, "meetings.read") & Q(by=person))

    def open(self) -> "ProposalQuerySet":
        """Those that no meeting has yet, and that nobody took back."""
        return self.filter(item=None, withdrawn_at=None)


class Proposal(models.Model):
    """A talk, or a thing to talk about, that a member offers to the group, whenever there is room for it."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="proposals")
    title = models.CharField(max_length=200)
    abstract = models.TextField(max_length=5000, blank=True)  # Markdown
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="proposals")
    speaker = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="talks")
    speaker_name = models.CharField(max_length=120, blank=True)  # of one who has no account
    speaker_address = models.EmailField(blank=True)  # never shown; where the question goes whether they come
    minutes = models.PositiveSmallIntegerField(default=30)  # 0: brought from elsewhere, where nobody has said
    uid = models.CharField(max_length=255, blank=True, default="")  # as the list names it that it was brought from
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=now)
    objects = ProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "uid"], condition=~Q(uid=""), name="a_talk_is_brought_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def speaker_says(self) -> str:
        """The name that the agenda shows."""
        return self.speaker.name if self.speaker else self.speaker_name


class Interest(models.Model):
    """That somebody would like to hear a talk."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="interests")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "person"], name="interested_once")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.proposal_id}"


class AgendaItemQuerySet(models.QuerySet["AgendaItem"]):
    def visible_to(self, person: Person | None) -> "AgendaItemQuerySet":
        """Those of meetings that the person may see."""
        return self.filter(meeting__in=Meeting.objects.visible_to(person))

    def in_order(self) -> "AgendaItemQuerySet":
        return self.order_by("position", "pk")


class AgendaItem(models.Model):
    """One thing on a meeting's agenda, in its order."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=200)
    minutes = models.PositiveSmallIntegerField(default=0)
    proposal = models.OneToOneField(Proposal, models.SET_NULL, null=True, related_name="item")
    point = models.ForeignKey("meetings.Point", models.SET_NULL, null=True, related_name="items")  # of earlier minutes
    confirmed_at = models.DateTimeField(null=True)  # the speaker has said yes
    slides = models.ForeignKey("conversations.StoredFile", models.SET_NULL, null=True, related_name="+")
    slides_name = models.CharField(max_length=200, blank=True)
    recording = models.URLField(max_length=500, blank=True)
    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["meeting", "position"])]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """That somebody was there: a member, or by name and address who has no account."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="attendances")
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(blank=True)
    guests = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=40)  # made where it was noted, so that noting it twice is once
    came_at = models.DateTimeField()  # by the clock of the door
    noted_at = models.DateTimeField(default=now)
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    via = models.CharField(max_length=20)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "key"], name="a_coming_is_noted_once"),
            models.UniqueConstraint(
                fields=["meeting", "person"], condition=Q(person__isnull=False), name="nobody_comes_twice"
            ),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(name=""), name="who_came_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.person_id} at {self.meeting_id}"


class TakenBack(models.Model):
    """That somebody was struck off the list of those who came: what any door noted before then counts no more."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="taken_back")
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=40, blank=True)  # of whoever has no account
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "person"], condition=Q(person__isnull=False), name="one_taken_back_of_a_person"
            ),
            models.UniqueConstraint(
                fields=["meeting", "key"], condition=Q(person=None), name="one_taken_back_of_a_key"
            ),
            models.CheckConstraint(condition=Q(person__isnull=False) | ~Q(key=""), name="somebody_is_taken_back"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id or self.key} at {self.meeting_id}"


class MinutesQuerySet(models.QuerySet["Minutes"]):
    def visible_to(self, person: Person | None) -> "MinutesQuerySet":
        """Published ones of meetings that the person may see; earlier to those who write them, or are asked."""
        there = self.filter(meeting__in=Meeting.objects.visible_to(person))
        if person is None:
            return there.exclude(published_at=None)
        asked = Q(submitted_at__isnull=False, pk__in=Approval.objects.filter(person=person).values("minutes"))
        organised = Q(meeting__in=Meeting.objects.filter(where_allowed(person, "meetings.organise")))
        groups = Membership.objects.current().filter(person=person).values("group")
        banned = Denial.objects.valid().filter(person=person, permission__in=["", "meetings.read"])
        is_here = Q(meeting__group__in=groups) & ~Q(meeting__group__in=banned.values("group__reached__below"))
        theirs = (asked | Q(meeting__host=person)) & is_here
        return there.filter(Q(published_at__isnull=False) | theirs | organised)


class Minutes(models.Model):
    """What was said and decided at a meeting."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="written")
    body = models.TextField(max_length=100_000, blank=True)  # Markdown
    version = models.PositiveIntegerField(default=0)  # each writer names the one that they changed
    edited_at = models.DateTimeField(default=now)
    edited_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)  # for approval
    submitted_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    objects = MinutesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"minutes of {self.meeting_id}"


class Approval(models.Model):
    """Somebody who is asked whether the minutes are right, and what they said."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="approvals")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    version = models.PositiveIntegerField(default=0)  # of the minutes that they have seen
    approved_at = models.DateTimeField(null=True)
    objection = models.TextField(max_length=5000, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["minutes", "person"], name="asked_once_for_minutes")]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.minutes_id}"


class PointQuerySet(models.QuerySet["Point"]):
    def visible_to(self, person: Person | None) -> "PointQuerySet":
        """Those whose minutes the person may read, and what is theirs to do."""
        read = Q(meeting__written__in=Minutes.objects.visible_to(person))
        organised = where_allowed(person, "meetings.organise")
        if person is None:
            return self.filter(read)
        mine = where_allowed(person, "meetings.read") & Q(owner=person)
        return self.filter(read | organised | mine)

    def open(self) -> "PointQuerySet":
        return self.filter(closed_at=None)


class Point(models.Model):
    """What came out of a meeting: a decision, something to do, or a question that is open."""

    class Sort(models.TextChoices):
        DECISION = "decision", _("Decision")
        ACTION = "action", _("To do")
        QUESTION = "question", _("Open question")

    group = models.ForeignKey(Group, models.CASCADE, related_name="points")
    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="points")
    sort = models.CharField(max_length=10, choices=Sort)
    words = models.CharField(max_length=500)
    owner = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="points")
    due_on = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=now)
    objects = PointQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["group"], condition=Q(closed_at=None), name="open_points")]

    def __str__(self) -> str:
        return self.words


class Feedback(models.Model):
    """What somebody who came thought of a meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="feedback")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    rating = models.PositiveSmallIntegerField()  # 1 to 5
    words = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "person"], name="one_feedback_each"),
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="a_rating_is_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} for {self.meeting_id}"
