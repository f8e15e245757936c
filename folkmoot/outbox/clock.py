"""Do what is due from time to time, on one worker only."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timezone import now

from folkmoot.outbox.models import Tick

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Duty:
    """Something to look at again and again."""

    name: str
    every: timedelta
    do: Callable[[], object]


def tick(duties: Sequence[Duty]) -> None:
    """Do the duties that are due. A duty that fails is due again at its next time."""
    at = now()
    known = set(Tick.objects.values_list("name", flat=True))
    Tick.objects.bulk_create(
        [Tick(name=duty.name, due_at=at) for duty in duties if duty.name not in known], ignore_conflicts=True
    )
    due = set(Tick.objects.filter(due_at__lte=at).values_list("name", flat=True))
    for duty in duties:
        if duty.name in due and Tick.objects.filter(name=duty.name, due_at__lte=at).update(due_at=at + duty.every):
            _do(duty)


def _do(duty: Duty) -> None:
    try:
        duty.do()
    except Exception:  # the clock goes on
        logger.exception("%s failed", duty.name)
