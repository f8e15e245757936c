"""A group is never without an owner: what happens when the last one is silent for as long as the group has said."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.db.models import Count, F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import OPERATOR, Actor, Person
from folkmoot.groups.models import Ballot, Candidacy, Election, Group, Membership, Responsibility, Role, RoleGrant
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.queries import can_become_owners, has_living_owner, is_silent, voters
from folkmoot.groups.rules import is_denied_something, owners_of
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

CLOCK = "clock"
NO_VOTE = _("You can't vote here: members can who were active when the vote began.")


def look_after_owners(at: datetime | None = None) -> None:
    """Find a successor where no owner is heard of, count the votes that are over, stop those with an owner back."""
    at = at or now()
    for election in Election.objects.filter(decided_at=None).select_related("group").order_by("pk"):
        _look_at(election, at)
    for group in _unwatched(at):
        _succeed(group, at)


def stand(election: Election, *, person: Person, words: str = "", via: str) -> Candidacy:
    """Say that one would own the group."""
    with transaction.atomic():
        member = _voter(election, person)
        if is_denied_something(person, election.group):
            raise Refused(_("Something is denied to you here, so you can't own the group."))
        candidacy, _is_new = Candidacy.objects.update_or_create(
            election=election, membership=member, defaults={"words": one_line(words)[:500]}
        )
        record("election.stood", election, by=person, via=via)
    return candidacy


def stand_no_longer(election: Election, *, person: Person, via: str) -> None:
    """Take it back; votes for one who does not stand count for nobody."""
    with transaction.atomic():
        member = _voter(election, person)
        Candidacy.objects.filter(election=election, membership=member).delete()
        record("election.withdrawn", election, by=person, via=via)


def vote(election: Election, *, person: Person, candidate: Membership, via: str) -> Ballot:
    """Give one's vote to one who stands; voting again changes it. Whom for is told to nobody."""
    with transaction.atomic():
        member = _voter(election, person)
        if not election.candidacies.filter(membership=candidate).exists():
            raise Refused(_("They do not stand for this."))
        ballot, _is_new = Ballot.objects.update_or_create(
            election=election, voter=member, defaults={"candidate": candidate, "cast_at": now()}
        )
        record("election.voted", election, by=None, via=via)
    return ballot


def come_back(election: Election, *, person: Person, via: str) -> None:
    """Say as an owner that one is there: the vote stops, and all stays as it was."""
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=election.group_id)
        mine = owners_of(election.group).filter(person=person)
        require(mine.exists(), _("Only an owner of the group can stop this vote."))
        Membership.objects.filter(pk__in=mine.values("pk")).update(active_at=now())
        _stop(election, by=person, via=via)


def _unwatched(at: datetime) -> Iterator[Group]:
    """Groups that have owners, none of whom was heard of. Most are left out by what one question finds."""
    grants = RoleGrant.objects.valid().filter(role__key=Role.BuiltIn.OWNER, role__group=F("membership__group"))
    owned = Group.objects.filter(closed_at=None, merged_into=None, pk__in=grants.values("role__group"))
    awake = grants.filter(membership__person__last_login__gt=at - timedelta(days=1), membership__person__is_active=True)
    old_enough = owned.filter(created_at__lt=at - timedelta(days=1)).exclude(pk__in=awake.values("role__group"))
    for group in old_enough.exclude(elections__decided_at=None, elections__isnull=False).order_by("pk").iterator():
        if not has_living_owner(group, at):
            yield group


def _succeed(group: Group, at: datetime) -> None:
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        if has_living_owner(group, at) or group.elections.filter(decided_at=None).exists():
            return
        deputy = _deputy(group, at)
        if deputy is None:
            _open(group, at)
            return
        _make_owner(deputy)
        note(group, "succession.deputy", by=None, via=CLOCK, about=deputy.person)


def _deputy(group: Group, at: datetime) -> Membership | None:
    """Return the deputy of whoever looks after the group as its owner."""
    duties = Responsibility.objects.current().filter(group=group, role__key=Role.BuiltIn.OWNER, role__group=group)
    named = duties.filter(deputy__left_at=None, deputy__person__is_active=True).order_by("pk")
    deputies = [duty.deputy for duty in named.select_related("deputy__person", "deputy__group") if duty.deputy]
    able = can_become_owners(Membership.objects.filter(pk__in=[one.pk for one in deputies]), group)
    return next((one for one in deputies if one in able and not is_silent(one, at)), None)


def _open(group: Group, at: datetime) -> Election:
    election = Election(group=group, opened_at=at, closes_at=at + timedelta(days=group.vote_days))
    election.electorate = voters(election).count()
    election.quorum = max(1, ceil(election.electorate * group.quorum / 100))
    election.save(force_insert=True)
    record("election.opened", election, by=None, via=CLOCK)
    note(group, "election.opened", by=None, via=CLOCK, election=election.pk, electorate=election.electorate)
    return election


def _look_at(election: Election, at: datetime) -> None:
    with transaction.atomic():
        group = Group.objects.select_for_update(no_key=True).get(pk=election.group_id)
        election = Election.objects.select_related("group").get(pk=election.pk)
        if election.decided_at is not None:
            return
        if has_living_owner(group, at):
            _stop(election, by=None, via=CLOCK)
        elif election.closes_at <= at:
            _count(election, at)


def _count(election: Election, at: datetime) -> None:
    """With a quorum, most votes win, and among equals whoever is here longest; without one, members vote again."""
    votes = election.ballots.filter(voter__left_at=None)
    standing = Candidacy.objects.filter(election=election, membership__left_at=None, membership__person__is_active=True)
    able = can_become_owners(Membership.objects.filter(pk__in=standing.values("membership")), election.group)
    for_those = votes.filter(candidate__in=able)
    won = for_those.values("candidate", "candidate__joined_at").annotate(n=Count("pk"))
    best = won.order_by("-n", "candidate__joined_at", "candidate").first()
    has_quorum = votes.count() >= election.quorum
    elected = Membership.objects.select_related("person", "group").get(pk=best["candidate"]) if best else None
    if elected is None or not has_quorum:
        elected = None
    Election.objects.filter(pk=election.pk).update(decided_at=at, elected=elected)
    if elected is None:
        again = _open(election.group, at)
        record("election.failed", again, by=None, via=CLOCK)
        note(election.group, "election.failed", by=None, via=CLOCK, election=election.pk, votes=votes.count())
        return
    _make_owner(elected)
    record("election.decided", election, by=None, via=CLOCK)
    note(election.group, "election.decided", by=None, via=CLOCK, about=elected.person, election=election.pk)


def _stop(election: Election, *, by: Actor | None, via: str) -> None:
    if Election.objects.filter(pk=election.pk, decided_at=None).update(decided_at=now()):
        record("election.stopped", election, by=by, via=via)
        note(election.group, "election.stopped", by=by, via=via, election=election.pk)


def _make_owner(member: Membership) -> None:
    role = member.group.roles.get(key=Role.BuiltIn.OWNER)
    grant, _is_new = RoleGrant.objects.get_or_create(membership=member, role=role)
    RoleGrant.objects.filter(pk=grant.pk).update(starts_at=None, ends_at=None)
    touch_access(member.group)
    record("role.granted", member, by=OPERATOR, via=CLOCK, role=Role.BuiltIn.OWNER)


def _voter(election: Election, person: Person) -> Membership:
    if election.decided_at is not None or election.closes_at <= now():
        raise Refused(_("This vote is over."))
    member = voters(election).filter(person=person).first()
    if member is None:
        raise NotAllowed(NO_VOTE)
    return member
