"""That an administrator looks into a group: with a reason, for some hours, and before the eyes of its owners."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.accounts.rules import ADMINISTRATORS_ONLY, require_administrator
from folkmoot.groups.models import Group, Inspection
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST = 72  # hours
LONGEST_REASON = 500


def inspect(group: Group, *, administrator: Person, reason: str, hours: int, by: Actor, via: str) -> Inspection:
    """Let an administrator read what members read, for some hours. The owners are told who, why, and until when."""
    reason = one_line(reason)[:LONGEST_REASON].strip()
    if not reason:
        raise Refused(_("Say why. The owners of the group read it."))
    if not 1 <= hours <= LONGEST:
        raise Refused(_("Choose between one hour and %(most)d.") % {"most": LONGEST})
    with transaction.atomic():
        require_administrator(administrator)
        require(by == administrator or isinstance(by, Operator), ADMINISTRATORS_ONLY)
        group = lock(group)
        if is_member(administrator, group):
            raise Refused(_("Whoever is a member reads what members read, without an inspection."))
        mine = Inspection.objects.filter(group=group, administrator=administrator, ended_at=None)
        if mine.open().exists():
            raise Refused(_("You look into this group already."))
        for over in mine:  # by its time, before the clock has seen it
            _end(over, by=None, via="clock")
        until = now() + timedelta(hours=hours)
        begun = Inspection.objects.create(group=group, administrator=administrator, reason=reason, ends_at=until)
        touch_access(group)
        _note(begun, "inspection.begun", by, via)
    return begun


def end_inspection(inspection: Inspection, *, by: Actor, via: str) -> None:
    """Look into a group no longer."""
    with transaction.atomic():
        require_administrator(by)
        rows = Inspection.objects.select_for_update(no_key=True, of=("self",)).select_related("group", "administrator")
        inspection = rows.get(pk=inspection.pk)
        if inspection.ends_at <= now() or not _end(inspection, by=by, via=via):
            raise Refused(_("This is over already."))


def end_inspections() -> int:
    """See to those that are over by their time. Nothing could be read by them since; now it is told."""
    over = Inspection.objects.filter(ended_at=None, ends_at__lte=now()).select_related("group", "administrator")
    ended = 0
    for one in over:
        with transaction.atomic():
            ended += _end(one, by=None, via="clock")
    return ended


def _end(inspection: Inspection, *, by: Actor | None, via: str) -> bool:
    """End it, and say so, unless somebody has done so meanwhile."""
    at = min(now(), inspection.ends_at)
    if not Inspection.objects.filter(pk=inspection.pk, ended_at=None).update(ended_at=at):
        return False
    touch_access(inspection.group)
    _note(inspection, "inspection.ended", by, via)
    return True


def _note(inspection: Inspection, kind: str, by: Actor | None, via: str) -> None:
    """For the group's owners, and for whoever runs the installation."""
    group, about = inspection.group, inspection.administrator
    for whose in (group, None):
        note(whose, kind, by=by, via=via, about=about, inspection=inspection.pk, of=group.pk)
    record(kind, inspection, by=by, via=via)
