"""What we write when a moderator has laid something on somebody, and when they object."""

from django.utils import timezone

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters
from folkmoot.groups.models import Group, Sanction
from folkmoot.groups.rules import can_decide_appeal, other_moderators
from folkmoot.outbox.models import Event


def sanction_laid(event: Event) -> None:
    """Tell the person what, why, until when, and how to object."""
    laid = _laid(event)
    if laid is not None and laid.lifted_at is None:
        _write("sanction", laid, to=laid.person, event=event)


def sanction_lifted(event: Event) -> None:
    """Tell the person; where they had objected, the answer tells it."""
    laid = _laid(event)
    if laid is not None and laid.appeal_decided_at is None:
        _write("sanction_lifted", laid, to=laid.person, event=event)


def appeal_made(event: Event) -> None:
    """Tell the moderators who may decide about it."""
    laid = _laid(event)
    if laid is None or laid.appeal_decided_at:
        return
    others = [one.person for one in other_moderators(laid).select_related("person")]
    for moderator in others or ([laid.by] if laid.by and can_decide_appeal(laid.by, laid) else []):
        _write("appeal", laid, to=moderator, event=event)


def appeal_decided(event: Event) -> None:
    """Tell the person what became of their objection."""
    laid = _laid(event)
    if laid is not None:
        _write("appeal_decided", laid, to=laid.person, event=event)


def _laid(event: Event) -> Sanction | None:
    return Sanction.objects.select_related("group", "person", "by").filter(pk=event.subject_id).first()


def _write(template: str, laid: Sanction, *, to: Person, event: Event) -> None:
    """Write once for an event, however often its delivery is tried, with days by the group's clock."""
    address = to.addresses.order_by("-primary", "-verified", "pk").first()
    if address is None or not to.is_active:
        return
    group: Group = laid.group
    with timezone.override(group.time_zone):
        letters.write(
            template,
            {"group": group, "laid": laid},
            to=address.email,
            sender_name=group.name,
            sender=addresses.of_group(group, "owner"),
            key=f"{event.pk}:{address.email}"[:100],
        )
