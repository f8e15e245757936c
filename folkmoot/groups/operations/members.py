from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Address, Person
from folkmoot.accounts.operations import enrol
from folkmoot.groups.models import Group, Membership, Role, RoleGrant
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.rules import can_join, can_manage_members, is_denied, is_last_owner, is_owner
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record

MOST_ADDED_A_DAY = 50


def join(group: Group, *, person: Person, via: str, address: str = "") -> Membership:
    """Become a member of a group that anyone may join."""
    with transaction.atomic():
        require(can_join(person, group), _("This group takes new members by approval or invitation."))
        return take_in(group, person=person, address=address, by=person, via=via)


def add_member(
    group: Group, *, address: str, name: str = "", mail: str = Membership.Mail.EACH, by: Actor, via: str
) -> Membership:
    """Add somebody by address; whoever adds them vouches for it. Adding them again changes name and mail only."""
    with transaction.atomic():
        require(can_manage_members(by, group), _("You can't add members to this group."))
        if isinstance(by, Person) and not by.is_administrator and _has_added_many(by):
            raise Refused(_("You have added many people today. Please invite the others, so that they can say no."))
        person = Person.objects.known_at(address) or enrol(name=name, address=address, via=via)
        return take_in(group, person=person, address=address, by=by, via=via, mail=mail)


def _has_added_many(person: Person) -> bool:
    """Adding is not asking: what serves a small group of friends must not serve a sender of spam."""
    today = Event.objects.filter(kind="member.joined", actor=person, at__gt=now() - timedelta(days=1))
    return today.count() >= MOST_ADDED_A_DAY


def take_in(group: Group, *, person: Person, address: str, by: Actor, via: str, mail: str = "") -> Membership:
    """Make the person a member. Inside the caller's transaction, which has asked the caller's rule."""
    if is_denied(person, "", group):
        raise Refused(_("This person is banned from the group. A moderator can lift that."))
    if group.closed_at:
        raise Refused(_("This group is closed."))
    wanted: dict[str, Any] = {"address": _address(person, address), **({"mail": mail} if mail else {})}
    membership = Membership.objects.filter(group=group, person=person).first()
    is_new = membership is None or membership.left_at is not None
    if membership is None:
        membership = Membership.objects.create(group=group, person=person, **wanted)
    else:
        back = {"joined_at": now(), "left_at": None} if is_new else {}
        Membership.objects.filter(pk=membership.pk).update(**wanted, **back)
        membership.refresh_from_db()
    if is_new:
        touch_access(group)
        record("member.joined", membership, by=by, via=via)
    elif mail:
        touch_access(group)  # how somebody reads is kept with who may do what
    return membership


def leave(membership: Membership, *, via: str) -> None:
    """Leave a group. What was said stays; the membership stays as a fact."""
    with transaction.atomic():
        if is_last_owner(membership.person, membership.group):
            raise Refused(_("You are this group's only owner. Make somebody else owner first."))
        _end(membership)
        record("member.left", membership, by=membership.person, via=via)


def remove_member(membership: Membership, *, by: Actor, via: str) -> None:
    """Take somebody out of the group."""
    with transaction.atomic():
        require(can_manage_members(by, membership.group), _("You can't remove members of this group."))
        if is_last_owner(membership.person, membership.group):
            raise Refused(_("This is the group's only owner. Make somebody else owner first."))
        _end(membership)
        record("member.removed", membership, by=by, via=via)


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
    with transaction.atomic():
        group = membership.group
        require(is_owner(by, group), _("You can't change roles in this group."))
        if membership.left_at:
            raise Refused(_("Only a member can be an owner."))
        RoleGrant.objects.get_or_create(membership=membership, role=group.roles.get(key=Role.BuiltIn.OWNER))
        touch_access(group)
        record("role.granted", membership, by=by, via=via, role=Role.BuiltIn.OWNER)


def make_member(membership: Membership, *, by: Actor, via: str) -> None:
    """Make an owner a member like others. Only an owner does."""
    with transaction.atomic():
        group = membership.group
        require(is_owner(by, group), _("You can't change roles in this group."))
        if is_last_owner(membership.person, group):
            raise Refused(_("This is the group's only owner. Make somebody else owner first."))
        membership.grants.filter(role__key=Role.BuiltIn.OWNER).delete()
        touch_access(group)
        record("role.revoked", membership, by=by, via=via, role=Role.BuiltIn.OWNER)


def _end(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(left_at=now())
    membership.grants.all().delete()
    touch_access(membership.group)


def _address(person: Person, address: str) -> Address | None:
    """Return the address that the group's letters go to, which is the person's own in any case."""
    mine = person.addresses.order_by("-primary", "-verified", "pk")
    return mine.filter(email=address.lower()).first() or mine.first()
