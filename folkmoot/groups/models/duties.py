from django.db import models
from django.db.models import F, Q
from django.utils.timezone import now

from folkmoot.groups.models.groups import Group
from folkmoot.groups.models.members import Membership
from folkmoot.groups.models.roles import Role, RoleGrant


class ResponsibilityQuerySet(models.QuerySet["Responsibility"]):
    def current(self) -> "ResponsibilityQuerySet":
        return self.filter(ended_at=None)

    def with_people(self) -> "ResponsibilityQuerySet":
        return self.select_related("group", "role", "holder__person", "deputy__person", "successor__person")


class Responsibility(models.Model):
    """A named duty in a group, with a holder, a deputy and a term."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="responsibilities")
    name = models.CharField(max_length=80)
    purpose = models.CharField(max_length=500, blank=True)
    slug = models.SlugField(max_length=20, blank=True)  # after the "+" of the group's mail address; "" for none
    role = models.ForeignKey(Role, models.SET_NULL, null=True, related_name="responsibilities")  # what it needs
    holder = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="holds")
    deputy = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="deputy_for")
    held_since = models.DateField(null=True)
    ends_on = models.DateField(null=True)  # the last day of the term
    notes = models.TextField(max_length=5000, blank=True)  # for whoever comes next
    successor = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="asked_to_hold")
    asked_at = models.DateTimeField(null=True)  # when the successor was asked
    reminded_at = models.DateTimeField(null=True)  # of the end of this term
    rotates = models.BooleanField(default=False)  # goes on by itself, in the order of its turns
    ended_at = models.DateTimeField(null=True)  # the duty itself is no more
    created_at = models.DateTimeField(default=now)
    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "slug"], condition=~Q(slug="") & Q(ended_at=None), name="one_duty_at_an_address"
            ),
            models.CheckConstraint(
                condition=Q(holder=None) | Q(deputy=None) | ~Q(holder=F("deputy")), name="nobody_is_their_own_deputy"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tenure(models.Model):
    """That somebody held a duty, from when to when."""

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, related_name="tenures")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="tenures")
    began_on = models.DateField()
    ended_on = models.DateField(null=True)
    grant = models.ForeignKey(RoleGrant, models.SET_NULL, null=True, related_name="+")  # came with it, goes with it

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["responsibility"], condition=Q(ended_on=None), name="a_duty_has_one_holder_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.membership_id} held {self.responsibility_id}"


class Turn(models.Model):
    """Somebody's place in the list of those who hold a duty one after the other."""

    responsibility = models.ForeignKey(Responsibility, models.CASCADE, related_name="turns")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="turns")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["responsibility", "membership"], name="everybody_has_one_turn"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.membership_id}"


class Election(models.Model):
    """A vote of the active members about who owns the group, because its last owner is silent."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="elections")
    opened_at = models.DateTimeField(default=now)
    closes_at = models.DateTimeField()
    electorate = models.PositiveIntegerField()  # how many may vote
    quorum = models.PositiveIntegerField()  # how many have to
    decided_at = models.DateTimeField(null=True)
    elected = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(decided_at=None), name="one_vote_at_a_time")
        ]

    def __str__(self) -> str:
        return f"election in {self.group_id}"


class Ballot(models.Model):
    """One member's vote, and whom for. Who stands is who said so: a candidate votes for nobody by standing."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="ballots")
    voter = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    candidate = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    cast_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "voter"], name="everybody_votes_once")]

    def __str__(self) -> str:
        return f"{self.voter_id} in {self.election_id}"


class Candidacy(models.Model):
    """That a member stands in an election."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="candidacies")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    words = models.CharField(max_length=500, blank=True)
    stood_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["election", "membership"], name="everybody_stands_once")]

    def __str__(self) -> str:
        return f"{self.membership_id} stands in {self.election_id}"
