"""Carry recorded events to their subscribers: at least once, never inside the caller's transaction."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from folkmoot.outbox.models import Delivery, Event

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)  # how long a delivery belongs to the worker that took it; doubled at each try
PATIENCE = 12  # attempts (over some hours) before a delivery is left for a human
AT_ONCE = 100  # events fanned out in one transaction


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


def deliver_one(subscribers: Sequence[Subscriber]) -> bool:
    """Claim one due delivery and do it. False when there is none."""
    delivery = _claim()
    if delivery is None:
        return False
    handlers = {subscriber.name: subscriber.handle for subscriber in subscribers}
    try:
        handlers[delivery.subscriber](delivery.event)
    except Exception as error:  # whatever a handler raises, the others go on and this one is tried again
        logger.exception("delivery %s to %s failed", delivery.pk, delivery.subscriber)
        Delivery.objects.filter(pk=delivery.pk).update(error=repr(error)[:2000])
    else:
        Delivery.objects.filter(pk=delivery.pk).update(done_at=now(), error="")
    return True


def drain(subscribers: Sequence[Subscriber]) -> bool:
    """Do all that is due now. Returns whether there was anything."""
    worked = False
    while fan_out(subscribers):
        worked = True
    while deliver_one(subscribers):
        worked = True
    return worked


def _claim() -> Delivery | None:
    """Lease a due delivery; if we die, it is due again when the lease runs out."""
    due = Delivery.objects.filter(done_at=None, due_at__lte=now(), attempts__lt=PATIENCE)
    if not due.exists():  # a look costs no writer's turn
        return None
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
        delivery = locked.select_related("event").order_by("due_at").first()
        if delivery is not None:
            delivery.attempts += 1
            delivery.due_at = now() + LEASE * 2 ** (delivery.attempts - 1)
            Delivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts, due_at=delivery.due_at)
    return delivery
