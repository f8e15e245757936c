from datetime import datetime

from django.db import transaction
from django.utils.timezone import now

from folkmoot.groups.models import Denial, RoleGrant
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.roles import lock
from folkmoot.outbox.operations import record


def turn_terms() -> int:
    """See to what has begun or ended by date: decisions are kept until a group's access_version changes.

    Return how many grants and denials that was.
    """
    at = now()
    return _begin(at) + _end_grants(at) + _end_denials(at)


def _begin(at: datetime) -> int:
    """Both at once, since a beginning says nothing that was not said when it was granted or denied."""
    turned = 0
    for model, group in ((RoleGrant, "role__group"), (Denial, "group")):
        for one in model.objects.filter(starts_at__lte=at, begun_at=None).select_related(group):
            with transaction.atomic():
                if model.objects.filter(pk=one.pk, begun_at=None).update(begun_at=at):
                    touch_access(one.role.group if isinstance(one, RoleGrant) else one.group)
                    if isinstance(one, Denial):
                        record("permission.begun", one, by=None, via="clock")
                    turned += 1
    return turned


def _end_grants(at: datetime) -> int:
    """What is over is removed; the history keeps that it was."""
    over = RoleGrant.objects.filter(ends_at__lte=at).select_related("role__group", "membership__person")
    ended = 0
    for grant in over:
        with transaction.atomic():
            group = lock(grant.role.group)
            if not RoleGrant.objects.filter(pk=grant.pk, ends_at__lte=at).delete()[0]:
                continue  # it is over already, or goes on
            ended += 1
            touch_access(group)
            note(
                group, "role.ended", by=None, via="clock", about=grant.membership.person,
                role=grant.role_id, membership=grant.membership_id,
            )  # fmt: skip
            record("role.ended", grant.membership, by=None, via="clock", role=grant.role_id)
    return ended


def _end_denials(at: datetime) -> int:
    over = Denial.objects.ended().select_related("group", "person")
    ended = 0
    for denial in over:
        with transaction.atomic():
            if not Denial.objects.ended().filter(pk=denial.pk).update(lifted_at=denial.ends_at):
                continue
            ended += 1
            touch_access(denial.group)
            note(denial.group, "permission.ended", by=None, via="clock", about=denial.person, denial=denial.pk)
            record("permission.ended", denial, by=None, via="clock")
    return ended
