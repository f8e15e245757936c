from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.groups.models import Group, InvitationLink, Membership
from folkmoot.meetings.models import Meeting


class RawLetter(models.Model):
    """A letter as it came, byte for byte, kept once for all its recipients until it is dealt with and a while after."""

    raw = models.BinaryField()
    came_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"letter of {self.came_at:%Y-%m-%d %H:%M}"


class IncomingLetter(models.Model):
    """One recipient's copy of a letter, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        HELD = "held", _("held")
        REFUSED = "refused", _("refused")
        DROPPED = "dropped", _("dropped")
        FAILED = "failed", _("failed")

    letter = models.ForeignKey(RawLetter, models.CASCADE, related_name="copies")
    sender = models.CharField(max_length=320, blank=True)  # of the envelope
    recipient = models.CharField(max_length=320)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    note = models.TextField(blank=True)
    proof = models.CharField(max_length=10, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=now)
    dealt_with_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(outcome="waiting"), name="letter_waiting")]

    def __str__(self) -> str:
        return f"{self.sender} to {self.recipient}"


class HeldLetter(models.Model):
    """A letter that somebody has to decide about before it becomes a post."""

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", _("We don't know this address.")
        NOT_A_MEMBER = "not_member", _("The sender is not a member of this group.")
        FORGED = "forged", _("The mail server says that the sender's address is forged.")
        UNPROVEN = "unproven", _("The group asks for a proven sender, and nothing proves this one.")
        UNSIGNED = "unsigned", _("The group takes letters to a member's own signed address only.")
        UNCONFIRMED = "unconfirmed", _("The sender has not confirmed this letter yet.")
        LOOK = "look", _("A moderator looks at this sender's posts first.")
        SAME_ID = "same_id", _("Another letter had this letter's Message-ID before.")

    incoming = models.OneToOneField(IncomingLetter, models.CASCADE, related_name="held")
    group = models.ForeignKey(Group, models.CASCADE, related_name="held_letters")
    channel_slug = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=320, blank=True)  # of From
    name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=20, choices=Reason)
    held_at = models.DateTimeField(default=now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    is_accepted = models.BooleanField(null=True)

    class Meta:
        indexes = [models.Index(fields=["group", "held_at"], name="held_of_a_group")]

    def __str__(self) -> str:
        return f"{self.address}: {self.title}"


class Confirmation(models.Model):
    """Something that waits for a word from the owner of an address."""

    class Kind(models.TextChoices):
        JOIN = "join"
        LEAVE = "leave"
        LETTER = "letter"
        ANSWER = "answer"
        OVER = "over"

    token = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    address = models.EmailField()
    name = models.CharField(max_length=100, blank=True)
    held = models.ForeignKey(HeldLetter, models.CASCADE, null=True, related_name="confirmations")
    meeting = models.ForeignKey(Meeting, models.CASCADE, null=True, related_name="+")  # where somebody wants to come
    link = models.ForeignKey(InvitationLink, models.CASCADE, null=True, related_name="+")  # by which somebody joins
    values = models.JSONField(default=dict)  # what the group wants to know of whoever joins, by its fields' keys
    made_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} by {self.address}"


class Mailing(models.Model):
    """The duty to send one post to everybody who wants it by mail, and how far that has come."""

    post = models.OneToOneField(Post, models.CASCADE, related_name="mailing")
    after = models.BigIntegerField(default=0)  # the last membership whose copy went out
    attempts = models.PositiveSmallIntegerField(default=0)  # that ended in trouble of ours
    due_at = models.DateTimeField(default=now)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=Q(done_at=None), name="mailing_to_do")]

    def __str__(self) -> str:
        return f"mailing of post {self.post_id}"


class DeferredCopy(models.Model):
    """One member's copy that the mail server did not take: to be tried again, or given up."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, related_name="deferred")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    error = models.CharField(max_length=500)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mailing", "membership"], name="a_copy_is_deferred_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, given_up_at=None), name="deferred_copy_due")
        ]

    def __str__(self) -> str:
        return f"copy of mailing {self.mailing_id} for {self.membership_id}"


class CalendarCopyQuerySet(models.QuerySet["CalendarCopy"]):
    def due(self) -> "CalendarCopyQuerySet":
        return self.filter(due_at__lte=now())

    def wake(self, at: datetime) -> int:
        """Let them be looked at then. One that is to be looked at anyway is left: many changes make one letter.

        News is tried also where an earlier letter was given up.
        """
        resting = Q(due_at=None) | Q(due_at__lte=now())  # what is due may be on its way with what was so before
        return self.filter(resting).update(due_at=at, given_up_at=None, attempts=0)


class CalendarCopy(models.Model):
    """What somebody's calendar knows of a meeting by our letters, and when to look whether it has to hear more."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="calendar_copies")
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    address = models.CharField(max_length=320)  # where its letters go, and as whom a calendar program answers
    knows = models.JSONField(default=dict)  # time, place and title of the last letter
    answer = models.CharField(max_length=5, blank=True)  # theirs, as the calendar knows it; "waits" without a seat
    sequence = models.PositiveIntegerField(default=0)
    is_cancelled = models.BooleanField(default=False)  # the last letter took the meeting out of the calendar
    sent_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    given_up_at = models.DateTimeField(null=True)
    objects = CalendarCopyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="one_calendar_copy_each")]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="calendar_copy_due")]

    def __str__(self) -> str:
        return f"meeting {self.meeting_id} in the calendar of {self.person_id}"


class InvitationsOff(models.Model):
    """That a member wants no invitations to a group's meetings, but its other mail."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="invitations_off")
    since = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"no invitations for {self.membership_id}"


class Speaking(models.Model):
    """That we ask a speaker without an account, at an address that others named, whether we may write to them."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)  # in small letters
    asked_at = models.DateTimeField(null=True)
    agreed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)  # holds for all groups

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "address"], name="a_speaker_is_asked_once_a_group")]
        indexes = [models.Index(fields=["address"])]

    def __str__(self) -> str:
        return f"{self.address} in {self.group_id}"


class Stop(models.Model):
    """That a speaker who was erased wants no letters: only whoever has the address can find it here."""

    digest = models.CharField(max_length=64, unique=True)  # of the address, with the installation's key
    stopped_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.digest[:8]} since {self.stopped_at:%Y-%m-%d}"


class CountsOff(models.Model):
    """That somebody who runs a group wants no weekly letter on how far it has come over."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="counts_off")
    since = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"no counts for {self.membership_id}"


class OutgoingLetter(models.Model):
    """A letter to one person: a code, an invitation, a confirmation, a refusal."""

    kind = models.CharField(max_length=40, blank=True)  # which letter it is: counted, so that nobody gets too many
    key = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001 - what must not be sent twice; null: none
    sender = models.CharField(max_length=320, blank=True)  # of the envelope; empty where nobody wants the bounce
    recipient = models.CharField(max_length=320)
    raw = models.BinaryField()
    made_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(default=now)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(sent_at=None, given_up_at=None), name="outgoing_letter_due"),
            models.Index(fields=["recipient", "kind", "made_at"], name="outgoing_letter_to"),
        ]

    def __str__(self) -> str:
        return f"to {self.recipient}"
