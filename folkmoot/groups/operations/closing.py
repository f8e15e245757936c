"""Close a group with all below it, and open it again. Whoever could read it still can; nothing new is said."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.accounts.rules import require_administrator
from folkmoot.groups.models import Group
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.subgroups import hold_tree
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

LONGEST_REASON = 500


def close_group(group: Group, *, reason: str, by: Actor, via: str) -> Group:
    """Let nothing new be said in a group and in those below it, and nobody join. Their owners are told why."""
    reason = one_line(reason)[:LONGEST_REASON].strip()
    if not reason:
        raise Refused(_("Say why. The owners of the group read it."))
    with transaction.atomic():
        require_administrator(by)
        group = hold_tree(group)
        if group.closed_at:
            raise Refused(_("This group is closed."))
        at, below = now(), _held(Group.objects.closing_with(group))
        _set(group, "group.closed", by, via, closed_at=at, closed_why=reason, closed_with=None)
        for one in below:
            _set(one, "group.closed", by, via, closed_at=at, closed_why=reason, closed_with=group)
    return group


def reopen_group(group: Group, *, by: Actor, via: str) -> Group:
    """Let a closed group go on, and those that were closed with it."""
    with transaction.atomic():
        require_administrator(by)
        group = hold_tree(group)
        if group.merged_into_id:
            raise Refused(_("This group is part of another one now."))
        if not group.closed_at:
            raise Refused(_("This group is open."))
        for one in [group, *_held(Group.objects.opening_with(group))]:
            _set(one, "group.reopened", by, via, closed_at=None, closed_why="", closed_with=None)
    return group


def _held(groups: QuerySet[Group]) -> list[Group]:
    return list(groups.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def _set(group: Group, kind: str, by: Actor, via: str, **what: object) -> None:
    for key, value in what.items():
        setattr(group, key, value)
    Group.objects.filter(pk=group.pk).update(**what)
    touch_access(group)
    for whose in (group, None):
        note(whose, kind, by=by, via=via, of=group.pk)
    record(kind, group, by=by, via=via)
