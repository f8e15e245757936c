"""Taking a whole group along: only its owners do, and each time is written down."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, GroupExport
from folkmoot.groups.models.exports import KEPT_FOR
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.packages import EXPORTED
from folkmoot.groups.rules import is_owner
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

MOST_A_DAY = 3
NOT_YOURS = _("Only an owner can take the whole group along.")


def note_export(group: Group, *, by: Actor, via: str) -> None:
    """Note that somebody takes the whole group along, before they do. Only an owner does."""
    with transaction.atomic():
        require(is_owner(by, group), NOT_YOURS)
        note(group, EXPORTED, by=by, via=via)
        record(EXPORTED, group, by=by, via=via)


def ask_package(group: Group, *, by: Person, via: str) -> GroupExport:
    """Wish for the whole group as one file; it is made in the background and lies ready for its owners for a week."""
    with transaction.atomic():
        group = lock(group)
        require(is_owner(by, group), NOT_YOURS)
        if group.exports.waited_for().exists():
            raise Refused(_("A file of this group is just being made."))
        if group.exports.filter(asked_at__gt=now() - timedelta(days=1)).count() >= MOST_A_DAY:
            raise Refused(_("That were many files for one day. Ask again tomorrow; the last one is still here."))
        asked = GroupExport.objects.create(group=group, asked_by=by)
        note(group, EXPORTED, by=by, via=via)
        record("package.asked", asked, by=by, via=via)
    return asked


def note_progress(asked: GroupExport, percent: int) -> None:
    """Note how much of a file is made."""
    GroupExport.objects.filter(pk=asked.pk, ready_at=None).update(progress=percent)


def finish_package(asked: GroupExport, *, sha256: str, size: int) -> None:
    """Note where a file lies that was made."""
    waiting = GroupExport.objects.filter(pk=asked.pk, ready_at=None)
    waiting.update(sha256=sha256, size=size, progress=100, ready_at=now())


def sweep_packages() -> int:
    """Forget files of groups that are a week old; they go with the next sweep of files."""
    return GroupExport.objects.filter(asked_at__lte=now() - KEPT_FOR).delete()[0]
