"""Who is active: wrote, reacted, read, answered a letter, or came to a meeting. The one place that notes it."""

from datetime import datetime, timedelta

from django.db.models import Q

from folkmoot.groups.models import Membership
from folkmoot.store.prepared import Prepared
from folkmoot.store.prepared_writes import PreparedUpdate

READ_EVERY = timedelta(days=1)
SAME_EVERY = timedelta(hours=1)  # who writes one post after the other is no more active for it

_LAST = Prepared(
    lambda person, group: (
        Membership.objects.current()
        .filter(person=person, group=group)
        .values_list("pk", "joined_at", "active_at", "active_by")
    )
)
_NOTED = PreparedUpdate(
    lambda membership, at, how: (
        Membership.objects.filter(Q(active_at=None) | Q(active_at__lt=at), pk=membership),
        {"active_at": at, "active_by": how},
    ),
    int,
    datetime,
    str,
)


def was_active(person_id: int, group_id: int, *, how: str, at: datetime) -> None:
    """Note that a member did something. The newest counts; the same again is noted once an hour.

    Reading is noted once a day, and only after other things. No event: nobody acts on it, and a page opened would be
    one each time.
    """
    member = _LAST.first(person_id, group_id)
    if member is None:
        return
    pk, joined_at, active_at, active_by = member
    if joined_at <= at and (active_at is None or at - active_at > _pause(how, active_by)):
        _NOTED.run(pk, at, how)


def _pause(how: str, before: str) -> timedelta:
    if how == Membership.Activity.READ:
        return READ_EVERY
    return SAME_EVERY if how == before else timedelta(0)
