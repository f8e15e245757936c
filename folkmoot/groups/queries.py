"""Reads that need the rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Denial, Election, Group, HistoryEntry, Membership, MembershipQuerySet, Responsibility
from folkmoot.groups.rules import all_members_hold, owners_of


def members_holding(permission: str, group: Group) -> MembershipQuerySet:
    """The group's members who hold the permission now. Mostly all of them do, and nothing has to be asked of each."""
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    return members if all_members_hold(permission, group) else members.holding(permission)


def next_in_turn(duty: Responsibility) -> Membership | None:
    """Return who follows the holder in the list of turns; the first one follows the last."""
    turns = duty.turns.filter(membership__left_at=None, membership__person__is_active=True)
    members = [one.membership for one in turns.select_related("membership__person").order_by("position")]
    at = next((index for index, one in enumerate(members) if one.pk == duty.holder_id), -1)
    return members[(at + 1) % len(members)] if members else None


def last_heard_of(group: Group, person: Person) -> Iterable[datetime | None]:
    """Tell when somebody last did something here that this app knows of: came, signed in, ran the group."""
    yield person.last_login
    yield from group.memberships.filter(person=person).values_list("active_at", flat=True)
    yield from group.memberships.filter(person=person).values_list("joined_at", flat=True)
    yield HistoryEntry.objects.filter(group=group, by=person).order_by("-at").values_list("at", flat=True).first()


def is_silent(member: Membership, at: datetime | None = None) -> bool:
    """Whether nothing was heard of a member for as long as the group has said."""
    group, person = member.group, member.person
    signs = [sign for path in settings.SIGNS_OF_LIFE for sign in import_string(path)(group, person) if sign]
    oldest = (at or now()) - timedelta(days=group.silent_days)
    return not person.is_active or all(sign < oldest for sign in signs)


def has_living_owner(group: Group, at: datetime | None = None) -> bool:
    """Whether an owner of the group is there who has been heard of."""
    owners = owners_of(group).filter(person__is_active=True).select_related("person", "group")
    return any(not is_silent(owner, at) for owner in owners)


def voters(election: Election) -> MembershipQuerySet:
    """Return who may vote: whoever was in the group when the vote began, and active then or since; nobody banned."""
    since = election.opened_at - timedelta(days=election.group.active_days)
    here = Membership.objects.current().filter(group=election.group_id, person__is_active=True)
    banned = Denial.objects.valid().filter(permission="", group__reached__below=election.group_id)
    active = here.filter(joined_at__lte=election.opened_at, active_at__gte=since)
    return active.exclude(person__in=banned.values("person"))


def can_become_owners(members: MembershipQuerySet, group: Group) -> MembershipQuerySet:
    """Those to whom nothing is denied, here or above, now or from a later day on."""
    denied = Denial.objects.unlifted().filter(group__reached__below=group)
    return members.exclude(person__in=denied.values("person"))
