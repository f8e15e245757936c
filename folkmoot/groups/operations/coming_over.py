"""Who of an old place is known here: a number a day for those who look, a row for those who come."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from folkmoot.groups.models import Move, Moved, MoveDay


def count_opening(move: Move) -> None:
    """Count that somebody opened the page. Nothing is kept of whoever did."""
    with transaction.atomic():
        today, _made = MoveDay.objects.get_or_create(move=move, day=localdate())
        MoveDay.objects.filter(pk=today.pk).update(opened=F("opened") + 1)


def note_moved(move: Move | None, persons: Iterable[int], *, way: str) -> None:
    """Note whom the group knows of the old place, once each. Inside the transaction of whatever made them known."""
    if move is None:
        return
    rows = [Moved(move=move, person_id=person, way=way) for person in dict.fromkeys(persons)]
    Moved.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
