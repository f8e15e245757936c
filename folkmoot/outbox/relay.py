"""Carry recorded events to their subscribers: at least once, never inside the caller's transaction."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import now

from folkmoot.outbox.models import Delivery, Event

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # how long a delivery belongs to the worker that took it; longer after a failure
PATIENCE = 12  # attempts (over some hours) before a delivery is left for a human
AT_ONCE = 100  # events fanned out in one transaction
LEASED_AT_ONCE = 20  # deliveries; as many are done a lease later when the worker that took them is killed


@dataclass(frozen=True)
class Subscriber:
    """Who acts on which kinds of event. The handler is idempotent and looks at how things are now."""

    name: str
    kinds: frozenset[str]
    handle: Callable[[Event], None]


def fan_out(subscribers: Sequence[Subscriber]) -> int:
    """Give new events to their subscribers, oldest first; runs no feature code. Returns how many there were."""
    if not Event.objects.filter(fanned_out_at=None).exists():
        return 0
    with transaction.atomic():
        new = Event.objects.select_for_update(skip_locked=True, no_key=True).filter(fanned_out_at=None)
        events = list(new.order_by("id")[:AT_ONCE])
        Delivery.objects.bulk_create(
            Delivery(event=event, subscriber=subscriber.name)
            for event in events
            for subscriber in subscribers
            if event.kind in subscriber.kinds
        )
        Event.objects.filter(pk__in=[event.pk for event in events]).update(fanned_out_at=now())
    return len(events)


def drain(subscribers: Sequence[Subscriber]) -> bool:
    """Do all that is due now. Returns whether there was anything."""
    worked = False
    while fan_out(subscribers):
        worked = True
    deliveries = _claim() if _due().exists() else []  # a look costs no writer's turn
    while deliveries:
        worked = True
        deliveries = _claim(done=[one.pk for one in deliveries if _deliver(one, subscribers)])
    return worked


def _deliver(delivery: Delivery, subscribers: Sequence[Subscriber]) -> bool:
    """Do one delivery; False where it has to be tried again, which is noted at once."""
    handlers = {subscriber.name: subscriber.handle for subscriber in subscribers}
    try:
        handlers[delivery.subscriber](delivery.event)
    except Exception as error:  # whatever a handler raises, the others go on and this one is tried again
        logger.exception("delivery %s to %s failed", delivery.pk, delivery.subscriber)
        again = now() + LEASE * 2**delivery.attempts
        Delivery.objects.filter(pk=delivery.pk).update(due_at=again, error=repr(error)[:2000])
        return False
    return True


def _claim(*, done: Sequence[int] = ()) -> list[Delivery]:
    """Lease some due deliveries; if we die, they are due again when the lease runs out. Notes which others are done."""
    with transaction.atomic():
        if done:
            Delivery.objects.filter(pk__in=done).update(done_at=now(), error="")
        locked = _due().select_for_update(skip_locked=True, no_key=True, of=("self",))
        deliveries = list(locked.select_related("event").order_by("due_at")[:LEASED_AT_ONCE])
        if deliveries:
            leased = Delivery.objects.filter(pk__in=[one.pk for one in deliveries])
            leased.update(attempts=F("attempts") + 1, due_at=now() + LEASE)
    return deliveries


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(done_at=None, due_at__lte=now(), attempts__lt=PATIENCE)
