"""Looking at a group as others see it, by somebody who is there for that moment only."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import stand_in
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Denial, Group, Membership, Role, RoleGrant, Side
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.roles import NOT_YOURS, lock
from folkmoot.groups.permissions import all_names
from folkmoot.groups.rules import can_look_as
from folkmoot.kit.errors import require

Audience = Role.Audience


@contextmanager
def looking_as(role: Role, *, by: Person) -> Iterator[Person]:
    """Lend somebody who is what the role says, and may nothing that `by` may not. Nothing of them stays."""
    with transaction.atomic():
        group = lock(role.group)
        require(can_look_as(by, role), NOT_YOURS)
        someone = stand_in(name=_("You, as %(role)s") % {"role": role.label})
        _carry(someone, role)
        _deny_what_is_beyond(by, someone, group)
        touch_access(group)
        try:
            yield someone
        finally:
            transaction.set_rollback(True)


def _carry(someone: Person, role: Role) -> None:
    if role.audience == Audience.SIGNED_IN:
        return
    side = role.audience if role.audience in Side.values else ""
    # Under the person's own number, which nobody else's membership will ever have.
    member = Membership.objects.create(pk=someone.pk, group=role.group, person=someone, side=side)
    if role.audience == Audience.GRANTED:
        RoleGrant.objects.create(membership=member, role=role)


def _deny_what_is_beyond(by: Person, someone: Person, group: Group) -> None:
    beyond = all_names() - permissions_in(group, by)
    Denial.objects.bulk_create(Denial(person=someone, group=group, permission=name) for name in sorted(beyond))
