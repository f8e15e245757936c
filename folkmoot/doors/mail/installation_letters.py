"""What we write about the whole installation: wishes to found a group, closed groups, inspections."""

from typing import Any

from django.utils import timezone

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters
from folkmoot.groups.models import FoundingRequest, Group, Inspection
from folkmoot.groups.rules import owners_of
from folkmoot.outbox.models import Event


def founding_asked(event: Event) -> None:
    """Tell the administrators that somebody would like to found a group."""
    wish = FoundingRequest.objects.select_related("person").filter(pk=event.subject_id, decided_at=None).first()
    if wish is not None:
        for one in Person.objects.filter(administrator_since__isnull=False, is_active=True).order_by("pk"):
            _write("founding_asked", {"wish": wish}, to=one, event=event)


def founding_decided(event: Event) -> None:
    """Tell whoever asked."""
    wish = FoundingRequest.objects.select_related("person", "group").filter(pk=event.subject_id).first()
    if wish is not None:
        _write("founding_decided", {"wish": wish}, to=wish.person, event=event)


def group_closed(event: Event) -> None:
    """Tell the owners that their group is closed, and why; or that it is open again."""
    group = Group.objects.filter(pk=event.subject_id).first()
    if group is not None and (group.closed_at is not None) == (event.kind == "group.closed"):
        _tell_owners(group, event.kind.replace(".", "_"), {}, event)


def inspected(event: Event) -> None:
    """Tell the owners that an administrator looks into their group, why and until when; and that it is over."""
    inspection = Inspection.objects.select_related("group", "administrator").filter(pk=event.subject_id).first()
    if inspection is not None:
        _tell_owners(inspection.group, event.kind.replace(".", "_"), {"inspection": inspection}, event)


def _tell_owners(group: Group, template: str, context: dict[str, Any], event: Event) -> None:
    with timezone.override(group.time_zone):
        for owner in owners_of(group).select_related("person").order_by("pk"):
            _write(template, {"group": group, **context}, to=owner.person, event=event)


def _write(template: str, context: dict[str, Any], *, to: Person, event: Event) -> None:
    """Write once for an event, however often its delivery is tried. Administrators answer."""
    address = to.addresses.order_by("-primary", "-verified", "pk").first()
    if address is not None:
        key = f"{event.pk}:{address.email}"[:100]
        letters.write(template, context, to=address.email, sender=addresses.of_host("postmaster"), key=key)
