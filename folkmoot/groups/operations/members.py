from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Address, Person
from folkmoot.accounts.operations import enrol
from folkmoot.groups.models import (
    Group,
    HistoryEntry,
    Membership,
    PlacementRule,
    Responsibility,
    Role,
    RoleGrant,
)
from folkmoot.groups.operations.ending import end
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import begun_at, grant_role, lock, revoke_role, term_of, written_term
from folkmoot.groups.operations.sides import place_side, require_side
from folkmoot.groups.operations.values import require_complete, write_values
from folkmoot.groups.policy import FULL, room_in
from folkmoot.groups.rules import (
    can_join,
    can_manage_members,
    can_remove,
    is_denied,
    is_last_owner,
    is_member,
    is_owner,
)
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record

MOST_ADDED_A_DAY = 50
REMOVED = _("You were taken out of this group. Ask those who run it to invite you.")
REGRETTED_FOR = timedelta(days=1)  # how long a removal can be undone

MOST_JOINED_A_DAY = 5  # times that somebody becomes a member of one group
Arrival, Departure = Membership.Arrival, Membership.Departure


def join(
    group: Group, *, person: Person, via: str, address: str = "", values: Mapping[str, str] | None = None
) -> Membership:
    """Become a member of a group that anyone may join, and say what it wants to know of its members."""
    with transaction.atomic():
        require(can_join(person, group), _("This group takes new members by approval or invitation."))
        if not is_member(person, group):
            require_complete(group, values or {})
        membership = take_in(group, person=person, address=address, by=person, via=via)
        write_values(membership, values or {}, runs=False)
        return membership


def add_member(
    group: Group,
    *,
    address: str,
    name: str = "",
    mail: str = Membership.Mail.EACH,
    arrived_by: str = Arrival.ADDED,
    by: Actor,
    via: str,
) -> Membership:
    """Add somebody by address; whoever adds them vouches for it. Adding them again changes name and mail only."""
    with transaction.atomic():
        require(can_manage_members(by, group), _("You can't add members to this group."))
        if isinstance(by, Person) and not by.is_administrator and _has_added_many(by):
            raise Refused(_("You have added many people today. Please invite the others, so that they can say no."))
        person = Person.objects.known_at(address) or enrol(name=name, address=address, via=via)
        return take_in(group, person=person, address=address, by=by, via=via, mail=mail, arrived_by=arrived_by)


def _has_added_many(person: Person) -> bool:
    """Adding is not asking: what serves a small group of friends must not serve a sender of spam."""
    today = Event.objects.filter(kind="member.joined", actor=person, at__gt=now() - timedelta(days=1))
    return today.count() >= MOST_ADDED_A_DAY


def take_in(
    group: Group,
    *,
    person: Person,
    address: str,
    by: Actor,
    via: str,
    mail: str = "",
    arrived_by: str = Arrival.JOINED,
    placed_by: PlacementRule | None = None,
    tells: bool = False,
) -> Membership:
    """Make the person a member; `tells` writes to them. Inside the caller's transaction, which has asked its rule."""
    group = lock(group)  # two at once must not both be the last one that fits
    _require_entry(person, group)
    wanted: dict[str, Any] = {"address": _address(person, address), **({"mail": mail} if mail else {})}
    membership = Membership.objects.filter(group=group, person=person).first()
    is_new = membership is None or membership.left_at is not None
    if is_new and membership is not None and by == person and _comes_and_goes(membership):
        raise Refused(_("You have joined and left many times today. Come back tomorrow."))
    if membership is None:
        membership = Membership.objects.create(
            group=group, person=person, arrived_by=arrived_by, placed_by=placed_by, **wanted
        )
    else:
        back = _back(arrived_by, placed_by) if is_new else {}
        Membership.objects.filter(pk=membership.pk).update(**wanted, **back)
        membership.refresh_from_db()
    if is_new:
        place_side(membership)
        touch_access(group)
        if by != person:
            note(group, "member.joined", by=by, via=via, about=person, arrived_by=arrived_by)
        record("member.joined", membership, by=by, via=via, **({"tells": True} if tells else {}))
    elif mail:
        touch_access(group)  # how somebody reads is kept with who may do what
    return membership


def _comes_and_goes(membership: Membership) -> bool:
    """Each coming and each going writes letters about all meetings ahead."""
    lately = Event.objects.filter(kind="member.joined", at__gt=now() - timedelta(days=1))
    return lately.filter(subject_id=membership.pk).count() >= MOST_JOINED_A_DAY


def require_room(group: Group, *, more: int = 1) -> None:
    """Go on only where so many more can be members. Inside the transaction of whoever brings them."""
    room = room_in(group)
    if room is not None and room < more:
        raise Refused(FULL)


def _require_entry(person: Person, group: Group) -> None:
    """What holds for every way in, whoever asks."""
    if is_denied(person, "", group):
        raise Refused(_("This person is banned from the group. A moderator can lift that."))
    if group.closed_at:
        raise Refused(_("This group is closed."))
    if not is_member(person, group):
        require_room(group)
    require_side(person, group)


def leave(membership: Membership, *, why: str = "", and_below: bool = False, via: str) -> None:
    """Leave a group, and with `and_below` all groups below it. What was said stays; the membership stays as a fact.

    What ended with it is noted by its numbers, for the receipt.
    """
    with transaction.atomic():
        ended = [_leave(one, why, via=via) for one in _below(membership)] if and_below else []
        ended = [one for one in ended if one]
        if is_last_owner(membership.person, lock(membership.group)):
            raise Refused(_("You are this group's only owner. Make somebody else owner first."))
        facts = _what_ends(membership)
        if not end(membership, Departure.LEFT, why):
            raise Refused(_("You are not a member any more."))
        record("member.left", membership, by=membership.person, via=via, below=ended, **facts)


def _below(membership: Membership) -> QuerySet[Membership]:
    mine = Membership.objects.current().filter(person=membership.person, group__reaching__above=membership.group)
    return mine.exclude(pk=membership.pk).select_related("group", "person").order_by("pk")


def _leave(membership: Membership, why: str, *, via: str) -> int | None:
    """Leave a group below; one that would be without an owner is named by staying."""
    if is_last_owner(membership.person, lock(membership.group)) or not end(membership, Departure.LEFT, why):
        return None
    record("member.left", membership, by=membership.person, via=via, with_another=True)
    return membership.pk


def _what_ends(membership: Membership) -> dict[str, list[int]]:
    duties = Responsibility.objects.current().filter(holder=membership)
    return {
        "roles": list(membership.grants.values_list("role", flat=True)),
        "duties": list(duties.values_list("pk", flat=True)),
    }


def remove_member(membership: Membership, *, why: str = "", by: Actor, via: str) -> None:
    """Take somebody out of the group. What roles they had is noted, so that it can be undone."""
    with transaction.atomic():
        group = lock(membership.group)
        require(can_manage_members(by, group), _("You can't remove members of this group."))
        require(can_remove(by, membership), _("Only an owner removes an owner."))
        if is_last_owner(membership.person, group):
            raise Refused(_("This is the group's only owner. Make somebody else owner first."))
        terms = [{"role": one.role_id, **written_term(one)} for one in membership.grants.order_by("pk")]
        if not end(membership, Departure.REMOVED, why):
            raise Refused(_("They are not a member any more."))
        note(membership.group, "member.removed", by=by, via=via, about=membership.person, terms=terms)
        record("member.removed", membership, by=by, via=via)


def restore_member(membership: Membership, *, by: Actor, via: str) -> None:
    """Undo a removal within a day: the member is back since when they were there, with the roles they had and for the
    terms that they had them.
    """
    person = membership.person
    with transaction.atomic():
        group = lock(membership.group)
        require(can_manage_members(by, group), _("You can't add members to this group."))
        _require_entry(person, group)
        gone = Membership.objects.filter(
            pk=membership.pk, departed_by=Departure.REMOVED, left_at__gt=now() - REGRETTED_FOR, person__is_active=True
        )
        if not gone.update(left_at=None, departed_by="", departed_why=""):
            raise Refused(_("This can't be undone any more."))
        removals = HistoryEntry.objects.filter(group=group, kind="member.removed", about=person, undone_by=None)
        removal = removals.order_by("-at", "-pk").first()
        undoing = note(group, "member.restored", by=by, via=via, about=person)
        if removal is not None:
            _carry_again(membership, removal.facts, by)
            HistoryEntry.objects.filter(pk=removal.pk).update(undone_by=undoing)
        touch_access(group)
        record("member.joined", membership, by=by, via=via)


def _carry_again(membership: Membership, facts: dict[str, Any], by: Actor) -> None:
    """An owner's role comes back only by an owner's hand, as it is given; none whose term is over meanwhile."""
    terms = {one["role"]: term_of(one) for one in facts.get("terms", [])}
    theirs = membership.group.roles.filter(pk__in=terms)
    if not is_owner(by, membership.group):
        theirs = theirs.exclude(key=Role.BuiltIn.OWNER)
    for role in theirs:
        term = terms[role.pk]
        if term["ends_at"] is None or term["ends_at"] > now():
            RoleGrant.objects.create(membership=membership, role=role, begun_at=begun_at(term["starts_at"]), **term)


def change_reading(membership: Membership, *, mail: str, own_posts: bool | None = None, by: Actor, via: str) -> None:
    """Change how a member reads the group: by mail or not, own posts included or not."""
    with transaction.atomic():
        mine = by == membership.person
        require(mine or can_manage_members(by, membership.group), _("You can't change how others read."))
        wanted = {"mail": mail, **({} if own_posts is None else {"own_posts": own_posts})}
        Membership.objects.filter(pk=membership.pk).update(**wanted)
        touch_access(membership.group)
        record("member.changed", membership, by=by, via=via)


def make_owner(membership: Membership, *, by: Actor, via: str) -> None:
    """Make a member an owner beside the others. Only an owner does."""
    grant_role(membership, role=_owner_of(membership), by=by, via=via)


def make_member(membership: Membership, *, by: Actor, via: str) -> None:
    """Make an owner a member like others. Only an owner does."""
    revoke_role(membership, role=_owner_of(membership), by=by, via=via)


def _owner_of(membership: Membership) -> Role:
    return Role.objects.select_related("group").get(group=membership.group_id, key=Role.BuiltIn.OWNER)


def _back(arrived_by: str, placed_by: PlacementRule | None) -> dict[str, Any]:
    """How a membership begins anew that was over: a rule of before has nothing to do with it."""
    return {
        "joined_at": now(), "left_at": None, "arrived_by": arrived_by, "placed_by": placed_by, "departed_by": "",
        "departed_why": "",
    }  # fmt: skip


def _address(person: Person, address: str) -> Address | None:
    """Return the address that the group's letters go to, which is the person's own in any case."""
    mine = person.addresses.order_by("-primary", "-verified", "pk")
    return mine.filter(email=address.lower()).first() or mine.first()
