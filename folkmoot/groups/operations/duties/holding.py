from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, Membership, Responsibility, Role, RoleGrant, Tenure
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import can_confer, can_run_duties, can_tend_duty, is_denied_something, owners_of
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

LONGEST_NOTES = 5000
NOT_YOURS = _("You can't change who looks after what in this group.")
NOT_YOUR_ROLE = _("You can't hand out the role that this responsibility needs, because you may less than it does.")


def give_duty(
    duty: Responsibility,
    *,
    to: Membership,
    deputy: Membership | None = None,
    ends_on: date | None = None,
    by: Actor,
    via: str,
) -> None:
    """Let a member look after a duty from today; whoever did so before does so no longer."""
    with transaction.atomic():
        duty = locked(duty)
        require(can_run_duties(by, duty.group), NOT_YOURS)
        require(duty.role is None or can_confer(by, duty.role), NOT_YOUR_ROLE)
        check_people(duty, to, deputy)
        check_term(ends_on)
        pass_on(duty, to=to, by=by)
        Responsibility.objects.filter(pk=duty.pk).update(deputy=deputy, ends_on=ends_on)
        record("duty.given", duty, by=by, via=via)
        note(duty.group, "duty.given", by=by, via=via, about=to.person, duty=duty.pk, until=_iso(ends_on))


def lay_down(duty: Responsibility, *, by: Actor, via: str) -> None:
    """Let nobody hold the duty for now; it waits for a holder."""
    with transaction.atomic():
        duty = locked(duty)
        require(can_tend_duty(by, duty), NOT_YOURS)
        if duty.holder is not None:
            end_tenure(duty)
            touch_access(duty.group)
            Responsibility.objects.filter(pk=duty.pk).update(holder=None, held_since=None, ends_on=None)
            record("duty.laid_down", duty, by=by, via=via)
            note(duty.group, "duty.laid_down", by=by, via=via, about=duty.holder.person, duty=duty.pk)


def write_notes(duty: Responsibility, *, notes: str, by: Actor, via: str) -> None:
    """Write down what whoever comes next should know. The holder does, and who runs the group."""
    with transaction.atomic():
        duty = locked(duty)
        require(can_tend_duty(by, duty), NOT_YOURS)
        Responsibility.objects.filter(pk=duty.pk).update(notes=notes.strip()[:LONGEST_NOTES])
        record("duty.noted", duty, by=by, via=via)
        note(duty.group, "duty.noted", by=by, via=via, duty=duty.pk)


def leave_all_duties(membership: Membership) -> None:
    """Let go of all that a member looks after, because they leave. Inside the caller's transaction."""
    for duty in Responsibility.objects.filter(holder=membership):
        end_tenure(duty)
    Responsibility.objects.filter(holder=membership).update(holder=None, held_since=None, ends_on=None)
    Responsibility.objects.filter(deputy=membership).update(deputy=None)
    Responsibility.objects.filter(successor=membership).update(successor=None, asked_at=None)
    membership.turns.all().delete()


# What follows is for the operations on duties, inside their transactions.


def locked(duty: Responsibility) -> Responsibility:
    """Return the duty as it is now, while nobody else changes who looks after what in its group."""
    Group.objects.select_for_update(no_key=True).get(pk=duty.group_id)
    return Responsibility.objects.with_people().get(pk=duty.pk)


def check_people(duty: Responsibility, holder: Membership, deputy: Membership | None) -> None:
    """Refuse who is no member of the group now, or would be their own deputy."""
    wanted = {one.pk for one in (holder, deputy) if one is not None}
    here = Membership.objects.current().filter(group=duty.group_id, pk__in=wanted, person__is_active=True)
    if duty.ended_at is not None or here.count() != len(wanted):
        raise Refused(_("Only a member can look after something."))
    if deputy is not None and deputy.pk == holder.pk:
        raise Refused(_("Nobody is their own deputy. Please choose somebody else, or nobody."))


def check_term(ends_on: date | None) -> None:
    if ends_on is not None and ends_on < timezone.localdate():
        raise Refused(_("This day has passed. Please choose a later one, or none."))


def pass_on(duty: Responsibility, *, to: Membership, by: Actor) -> None:
    """End one's tenure and right and begin the other's, so that at no moment nobody has it."""
    if duty.holder_id != to.pk:
        grant = begin_right(duty, to, by=by)
        end_tenure(duty)
        Tenure.objects.create(responsibility=duty, membership=to, began_on=timezone.localdate(), grant=grant)
        touch_access(duty.group)
    since = duty.held_since if duty.holder_id == to.pk else timezone.localdate()
    deputy = None if duty.deputy_id == to.pk else duty.deputy_id
    Responsibility.objects.filter(pk=duty.pk).update(
        holder=to, held_since=since, deputy=deputy, successor=None, asked_at=None, reminded_at=None
    )


def begin_right(duty: Responsibility, membership: Membership, *, by: Actor) -> RoleGrant | None:
    """Grant what the duty needs. None where there is nothing to grant, or the member has it for good by other means."""
    if duty.role is None:
        return None
    if duty.role.key == Role.BuiltIn.OWNER and is_denied_something(membership.person, duty.group):
        raise Refused(_("Something is denied to this person. Lift that first."))
    giver = by if isinstance(by, Person) else None
    grant, is_new = RoleGrant.objects.get_or_create(
        membership=membership, role=duty.role, defaults={"granted_by": giver}
    )
    if not is_new and grant.starts_at is None and grant.ends_at is None:
        return None
    RoleGrant.objects.filter(pk=grant.pk).update(starts_at=None, ends_at=None)
    return grant


def end_tenure(duty: Responsibility) -> None:
    """Close the holder's time and take back what came with it."""
    tenure = duty.tenures.filter(ended_on=None).select_related("grant").first()
    if tenure is not None:
        Tenure.objects.filter(pk=tenure.pk).update(ended_on=timezone.localdate(), grant=None)
        end_right(tenure.grant)


def end_right(grant: RoleGrant | None) -> None:
    """Take a role back, unless another duty of the same member needs it. A group is never without an owner."""
    if grant is None:
        return
    same = Tenure.objects.filter(
        ended_on=None, membership=grant.membership_id, responsibility__role=grant.role_id, grant=None
    )
    other = same.first()
    if other is not None:
        Tenure.objects.filter(pk=other.pk).update(grant=grant)
        return
    role = Role.objects.select_related("group").get(pk=grant.role_id)
    grant.delete()
    if role.key == Role.BuiltIn.OWNER and not owners_of(role.group).exists():
        raise Refused(_("This is the group's only owner. Make somebody else owner first."))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
