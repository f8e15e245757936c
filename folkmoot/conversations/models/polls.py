"""Questions that a post asks, with choices to vote for."""

from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.channels import may_read
from folkmoot.conversations.models.posts import Post
from folkmoot.groups.models import Role


class PollQuerySet(models.QuerySet["Poll"]):
    def visible_to(self, person: Person | None) -> "PollQuerySet":
        """Those of posts that one may read and that were not taken back."""
        return self.filter(may_read(person, OuterRef("post__channel__group")), post__removed_at=None)

    def due(self) -> "PollQuerySet":
        """Those whose time is over and that were not counted yet."""
        return self.filter(closed_at=None, closes_at__lte=now())


class Poll(models.Model):
    """A question with a post. What it asks stays as it was asked; ballots can be changed until it closes."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One choice")
        MANY = "many", _("Several choices")
        RANKED = (
            "ranked",
            _("Choices in order\nEverybody ranks them; the weakest drop out until one has more than half."),
        )

    class Voters(models.TextChoices):
        POSTERS = "posters", _("Everybody who may write here")
        MEMBERS = "members", _("Members of the group")
        ACTIVE = "active", _("Members who were active lately")
        ROLE = "role", _("Those who carry a role")

    post = models.OneToOneField(Post, models.CASCADE, related_name="poll")
    question = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=Kind)
    most = models.PositiveSmallIntegerField(default=1)  # how many choices a ballot may name
    is_secret = models.BooleanField(default=False)
    shows_at_once = models.BooleanField(default=True)  # how it stands, before it is closed
    voters = models.CharField(max_length=10, choices=Voters, default=Voters.POSTERS)
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="+")
    opened_at = models.DateTimeField(default=now)
    closes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ballot_count = models.PositiveIntegerField(default=0)
    # What secret ballots say, as {"3 1": 4}: a row each would tell by its place who cast it.
    papers = models.JSONField(default=dict)
    objects = PollQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(is_secret=True, shows_at_once=True), name="a_secret_poll_is_counted_at_its_end"
            ),
            models.CheckConstraint(condition=Q(is_secret=True) | Q(papers={}), name="open_ballots_are_rows"),
        ]
        indexes = [models.Index(fields=["closes_at"], condition=Q(closed_at=None), name="poll_due")]

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        return reverse("poll", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and (self.closes_at is None or now() < self.closes_at)


class Choice(models.Model):
    """One thing that a poll offers."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="choices")
    place = models.PositiveSmallIntegerField()  # from 1: the number by which a letter names it
    words = models.CharField(max_length=200)
    is_winner = models.BooleanField(default=False)  # since the poll was closed and counted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "place"], name="one_choice_a_place")]

    def __str__(self) -> str:
        return f"{self.place}. {self.words}"


class Ballot(models.Model):
    """That somebody has voted. What they chose is in its lines; of a secret poll it is nowhere beside their name."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="ballots")
    person = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="ballots")  # None: they left
    via = models.CharField(max_length=20)
    cast_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "person"], name="one_ballot_each")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.poll_id}"


class BallotLine(models.Model):
    """One choice on an open ballot."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="lines")
    choice = models.ForeignKey(Choice, models.CASCADE, related_name="lines")
    rank = models.PositiveSmallIntegerField(default=1)  # 1 is the favourite

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ballot", "choice"], name="a_choice_is_on_a_ballot_once"),
            models.UniqueConstraint(fields=["ballot", "rank"], name="one_choice_a_rank"),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.choice_id}"
