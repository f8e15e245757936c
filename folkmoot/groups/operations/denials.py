from datetime import datetime

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Denial, Group, Sanction
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.permissions import all_names
from folkmoot.groups.rules import can_deny, can_lift_denial, is_last_owner, owners_of
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record


def deny(
    person: Person,
    *,
    group: Group,
    permission: str = "",
    reason: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    by: Actor,
    via: str,
) -> Denial:
    """Forbid somebody one thing, or with "" all, in a group and those below it, until a time or until it is lifted."""
    _check_denial(permission, reason, starts_at, ends_at)
    with transaction.atomic():
        group = lock(group)
        require(can_deny(by, person, permission, group), _("You can't deny this to them."))
        denial = lay(
            person, group=group, permission=permission, reason=reason, starts_at=starts_at, ends_at=ends_at, by=by
        )
        note(group, "permission.denied", by=by, via=via, about=person, denial=denial.pk, permission=permission)
        record("permission.denied", denial, by=by, via=via)
    return denial


def lay(
    person: Person,
    *,
    group: Group,
    permission: str,
    reason: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None,
    by: Actor,
) -> Denial:
    """Write a denial down. Inside the caller's transaction, which has locked the group and asked its rule."""
    _check_owners(person, group)
    Denial.objects.ended().filter(person=person, group=group).update(lifted_at=now())
    if Denial.objects.unlifted().filter(person=person, group=group, permission=permission).exists():
        raise Refused(_("This is denied to them already. Lift that first."))
    denial = Denial.objects.create(
        person=person, group=group, permission=permission, reason=reason.strip()[:500],
        by=by if isinstance(by, Person) else None, starts_at=starts_at or now(), ends_at=ends_at,
        begun_at=None if starts_at and starts_at > now() else now(),
    )  # fmt: skip
    touch_access(group)
    return denial


def lift(denial: Denial, *, by: Actor, via: str) -> None:
    """End a denial before its time."""
    with transaction.atomic():
        group = lock(denial.group)
        require(can_lift_denial(by, denial), _("You can't lift this."))
        if Sanction.objects.in_force().filter(denials=denial).exists():
            raise Refused(_("A moderator's sanction does this. Lift that, and this goes with it."))
        if not Denial.objects.unlifted().filter(pk=denial.pk).update(lifted_at=now()):
            raise Refused(_("This is over already."))
        touch_access(group)
        note(group, "permission.lifted", by=by, via=via, about=denial.person, denial=denial.pk)
        record("permission.lifted", denial, by=by, via=via)


def _check_denial(permission: str, reason: str, starts_at: datetime | None, ends_at: datetime | None) -> None:
    if permission and permission not in all_names():
        raise Refused(_("There is nothing of that name to deny."))
    if not reason.strip():
        raise Refused(_("Say why, please: they will be told."))
    if ends_at and ends_at <= max(now(), starts_at or now()):
        raise Refused(_("A denial ends after it begins, and not in the past."))


def _check_owners(person: Person, group: Group) -> None:
    """Nobody locks an owner out of their own group, nor the last one out of a group below."""
    if owners_of(group).filter(person=person).exists():
        raise Refused(_("An owner may do everything. Take the owner's role from them first."))
    below = Group.objects.filter(reaching__above=group, memberships__person=person)
    alone = next((one for one in below.order_by("pk") if is_last_owner(person, one)), None)
    if alone is not None:
        raise Refused(_("They are the only owner of %(group)s. Make somebody else owner first.") % {"group": alone})
