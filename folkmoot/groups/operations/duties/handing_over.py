from datetime import date

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.groups.deciding import permissions_in
from folkmoot.groups.models import Membership, Responsibility
from folkmoot.groups.operations.duties.holding import (
    LONGEST_NOTES,
    NOT_YOUR_ROLE,
    NOT_YOURS,
    check_people,
    check_term,
    locked,
    pass_on,
)
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import can_confer, can_tend_duty, is_holder
from folkmoot.groups.todo import counts
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record


def ask_successor(
    duty: Responsibility, *, successor: Membership, notes: str | None = None, by: Actor, via: str
) -> None:
    """Ask a member to look after the duty next. The holder asks, or who runs the group; nothing changes until a yes."""
    with transaction.atomic():
        duty = locked(duty)
        _require_may_pass(duty, by)
        check_people(duty, successor, None)
        if duty.holder_id == successor.pk:
            raise Refused(_("They look after it already."))
        words = {} if notes is None else {"notes": notes.strip()[:LONGEST_NOTES]}
        Responsibility.objects.filter(pk=duty.pk).update(successor=successor, asked_at=now(), **words)
        record("duty.asked", duty, by=by, via=via)
        note(duty.group, "duty.asked", by=by, via=via, about=successor.person, duty=duty.pk)


def accept_duty(duty: Responsibility, *, person: Person, via: str) -> dict[str, int]:
    """Say yes: from now on it is theirs. Returns what waits and came along, by kind."""
    with transaction.atomic():
        duty = locked(duty)
        successor = _asked(duty, person)
        return _hand_over(duty, to=successor, ends_on=None, by=person, via=via)


def decline_duty(duty: Responsibility, *, person: Person, via: str) -> None:
    """Say no: all stays as it is, and whoever asked may ask somebody else."""
    with transaction.atomic():
        duty = locked(duty)
        _asked(duty, person)
        Responsibility.objects.filter(pk=duty.pk).update(successor=None, asked_at=None)
        record("duty.declined", duty, by=person, via=via)
        note(duty.group, "duty.declined", by=person, via=via, about=person, duty=duty.pk)


def hand_over(
    duty: Responsibility, *, to: Membership, ends_on: date | None = None, by: Actor, via: str
) -> dict[str, int]:
    """Hand the duty to a member at once. Returns what waits and went along, by kind."""
    with transaction.atomic():
        duty = locked(duty)
        _require_may_pass(duty, by)
        check_people(duty, to, None)
        check_term(ends_on)
        return _hand_over(duty, to=to, ends_on=ends_on, by=by, via=via)


def open_work(duty: Responsibility, holder: Membership | None) -> dict[str, int]:
    """Count what waits for whoever holds the duty, by kind: what its role lets them do."""
    if duty.role is None or holder is None:
        return {}
    of_role = frozenset(duty.role.permissions.values_list("name", flat=True))
    return counts(duty.group, of_role & permissions_in(duty.group, holder.person))


def _hand_over(duty: Responsibility, *, to: Membership, ends_on: date | None, by: Actor, via: str) -> dict[str, int]:
    before = open_work(duty, duty.holder)
    pass_on(duty, to=to, by=by)
    Responsibility.objects.filter(pk=duty.pk).update(ends_on=ends_on)
    duty = Responsibility.objects.with_people().get(pk=duty.pk)
    after = open_work(duty, duty.holder)
    if duty.tenures.count() > 1 and any(after.get(kind, 0) < n for kind, n in before.items()):
        raise Refused(_("Something denied to them is part of this responsibility, so that work would be left undone."))
    record("duty.handed_over", duty, by=by, via=via)
    note(duty.group, "duty.handed_over", by=by, via=via, about=to.person, duty=duty.pk, open=after)
    return after


def _require_may_pass(duty: Responsibility, by: Actor) -> None:
    """A holder passes on what they have; who runs the group, what they may themselves."""
    require(can_tend_duty(by, duty), NOT_YOURS)
    is_own = isinstance(by, Operator) or is_holder(by, duty)
    require(is_own or duty.role is None or can_confer(by, duty.role), NOT_YOUR_ROLE)


def _asked(duty: Responsibility, person: Person) -> Membership:
    successor = duty.successor
    if successor is None or successor.person_id != person.pk or successor.left_at or duty.ended_at:
        raise Refused(_("Nobody asks you to look after this now. It may have been answered already."))
    return successor
