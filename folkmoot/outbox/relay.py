"""Carry recorded events to their subscribers: at least once, never inside the caller's transaction."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
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


def drain(subscribers: Sequence[Subscriber]) -> bool:
    """Do all that is due now. Returns whether there was anything."""
    worked = False
    while fan_out(subscribers):
        worked = True
    delivery = _claim() if _due().exists() else None  # a look costs no writer's turn
    while delivery is not None:
        worked = True
        delivery = _claim(after=delivery, outcome=_deliver(delivery, subscribers))
    return worked


def _deliver(delivery: Delivery, subscribers: Sequence[Subscriber]) -> dict[str, Any]:
    """Do one delivery; returns what became of it."""
    handlers = {subscriber.name: subscriber.handle for subscriber in subscribers}
    try:
        handlers[delivery.subscriber](delivery.event)
    except Exception as error:  # whatever a handler raises, the others go on and this one is tried again
        logger.exception("delivery %s to %s failed", delivery.pk, delivery.subscriber)
        return {"error": repr(error)[:2000]}
    return {"done_at": now(), "error": ""}


def _claim(*, after: Delivery | None = None, outcome: dict[str, Any] | None = None) -> Delivery | None:
    """Lease a due delivery; if we die, it is due again when the lease runs out. Notes what became of the one before."""
    with transaction.atomic():
        if after is not None and outcome is not None:
            Delivery.objects.filter(pk=after.pk).update(**outcome)
        locked = _due().select_for_update(skip_locked=True, no_key=True, of=("self",))
        delivery = next(iter(locked.select_related("event").order_by("due_at")[:1]), None)
        if delivery is not None:
            delivery.attempts += 1
            delivery.due_at = now() + LEASE * 2 ** (delivery.attempts - 1)
            Delivery.objects.filter(pk=delivery.pk).update(attempts=delivery.attempts, due_at=delivery.due_at)
    return delivery


def _due() -> QuerySet[Delivery]:
    return Delivery.objects.filter(done_at=None, due_at__lte=now(), attempts__lt=PATIENCE)
