from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils.timezone import now

from folkmoot.outbox.models import Event
from folkmoot.store import wake
from folkmoot.store.prepared_writes import PreparedInsert

_EVENTS = PreparedInsert(Event)
KEPT_FOR = timedelta(days=30)


def record(kind: str, subject: models.Model, *, by: Any, via: str, **data: Any) -> Event:
    """Note that something happened. Only inside the transaction that made it happen."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record() needs the transaction of the change")
    actor_id = by.pk if isinstance(by, models.Model) else None  # the command line is nobody's account
    event = _EVENTS.create(kind=kind, subject_id=subject.pk, actor_id=actor_id, via=via, data=data)
    wake.announce()
    return event


def record_all(kind: str, subjects: Iterable[models.Model], *, by: Any, via: str, **data: Any) -> None:
    """Note for each of many that it happened. Only inside the transaction that made it happen."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("record_all() needs the transaction of the change")
    actor_id = by.pk if isinstance(by, models.Model) else None
    events = [Event(kind=kind, subject_id=one.pk, actor_id=actor_id, via=via, data=data) for one in subjects]
    Event.objects.bulk_create(events)
    wake.announce()


def hush() -> int:
    """Spare everybody the events that nobody has been told of yet. Returns how many there were.

    For an installation that was filled and not lived in: what is new in it is no news to anyone.
    """
    return Event.objects.filter(fanned_out_at=None).update(fanned_out_at=now())


def sweep() -> int:
    """Delete events that everybody has dealt with long ago. Returns how many."""
    old = Event.objects.filter(at__lt=now() - KEPT_FOR).exclude(fanned_out_at=None)
    return old.exclude(deliveries__done_at=None, deliveries__isnull=False).delete()[0]
