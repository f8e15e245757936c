"""Reads that need the rules."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string
from django.utils.timezone import now

from folkmoot.accounts.domains import at_domain
from folkmoot.accounts.models import Person
from folkmoot.groups.deciding import all_members_hold
from folkmoot.groups.models import (
    Denial,
    Election,
    Group,
    GroupExport,
    HistoryEntry,
    InvitationLink,
    Membership,
    MembershipQuerySet,
    Responsibility,
    Role,
    RoleGrant,
    RolePermission,
    reaching,
)
from folkmoot.groups.rules import can_manage_members, owners_of


def members_holding(permission: str, group: Group) -> MembershipQuerySet:
    """The group's members who hold the permission now. Mostly all of them do, and nothing has to be asked of each."""
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    return members if all_members_hold(permission, group) else holders(permission, group)


def members_reached(permission: str, group: Group) -> MembershipQuerySet:
    """Those who hold the permission and to whom it is not denied, as it may be where every stranger has it.

    What is public stays readable to somebody who is banned; it is no longer sent to them.
    """
    denials = Denial.objects.valid().filter(group__reached__below=group, permission__in=["", permission])
    return members_holding(permission, group).exclude(person__in=denials.values("person"))


def holders(permission: str, group: Group, *, without: Role | None = None) -> MembershipQuerySet:
    """The same people as `MembershipQuerySet.holding` finds, for one group: its roles are looked up once, not for each
    member, which for 100,000 is a minute less. `without` leaves a role out.
    """
    rows = RolePermission.objects.filter(reaching(group.pk), name=permission).exclude(role=without)
    roles = list(rows.values_list("role", "role__audience", "role__group"))
    members = Membership.objects.current().filter(group=group, person__is_active=True)
    if any(audience == Role.Audience.ANYONE for _role, audience, _group in roles):
        return members
    denials = Denial.objects.valid().filter(permission__in=["", permission], group__reached__below=group)
    allowed = members.exclude(person__in=denials.values("person"))
    if any(audience == Role.Audience.SIGNED_IN for _role, audience, _group in roles):
        return allowed
    granted = RoleGrant.objects.valid().filter(role__in=[role for role, audience, _group in roles if not audience])
    carrying = Q(person__in=granted.values("membership__person"))
    for _role, audience, there in roles:
        if audience:
            carrying |= Q(person__in=_of_audience(audience, there).values("person"))
    return allowed.filter(carrying)


def _of_audience(audience: str, group_id: int) -> MembershipQuerySet:
    members = Membership.objects.current().filter(group=group_id)
    return members if audience == Role.Audience.MEMBERS else members.filter(side=audience)


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


def has_proven_at(person: Person, domain: str) -> bool:
    """Whether they have proven an address at a domain, or below it."""
    return person.addresses.filter(at_domain(domain), verified=True).exists()


def was_removed_since(person: Person, group: Group, at: datetime) -> bool:
    """Whether somebody was taken out after an invitation was written: that one does not bring them back."""
    gone = Membership.objects.filter(group=group, person=person, departed_by=Membership.Departure.REMOVED)
    return gone.filter(left_at__gte=at).exists()


def open_links(group: Group) -> QuerySet[InvitationLink]:
    """Those by which somebody can still come: whoever made them looks after members still."""
    free = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
    found = group.invitation_links.filter(free, Q(ends_at=None) | Q(ends_at__gt=now()), closed_at=None)
    makers = Person.objects.filter(pk__in=found.values("made_by"))
    return found.exclude(made_by__in=[one.pk for one in makers if not can_manage_members(one, group)])


def keeps_package(name: str) -> bool:
    """Whether a kept file is the file of a whole group, for its owners to fetch."""
    return GroupExport.objects.filter(sha256=name).exists()
