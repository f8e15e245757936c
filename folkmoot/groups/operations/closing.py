"""Close a group from above, and open it again. Whoever could read it still can; nothing new is said."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.accounts.rules import require_administrator
from folkmoot.groups.models import Group
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST_REASON = 500


def close_group(group: Group, *, reason: str, by: Actor, via: str) -> Group:
    """Let nothing new be said in a group, and nobody join it. Its owners are told why."""
    reason = one_line(reason)[:LONGEST_REASON].strip()
    if not reason:
        raise Refused(_("Say why. The owners of the group read it."))
    with transaction.atomic():
        require_administrator(by)
        group = lock(group)
        if group.closed_at:
            raise Refused(_("This group is closed."))
        _set(group, "group.closed", by, via, closed_at=now(), closed_why=reason)
    return group


def reopen_group(group: Group, *, by: Actor, via: str) -> Group:
    """Let a closed group go on."""
    with transaction.atomic():
        require_administrator(by)
        group = lock(group)
        if group.merged_into_id:
            raise Refused(_("This group is part of another one now."))
        if not group.closed_at:
            raise Refused(_("This group is open."))
        _set(group, "group.reopened", by, via, closed_at=None, closed_why="")
    return group


def _set(group: Group, kind: str, by: Actor, via: str, **what: object) -> None:
    for key, value in what.items():
        setattr(group, key, value)
    Group.objects.filter(pk=group.pk).update(**what)
    touch_access(group)
    for whose in (group, None):
        note(whose, kind, by=by, via=via, of=group.pk)
    record(kind, group, by=by, via=via)
