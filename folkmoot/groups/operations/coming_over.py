"""Who of an old place is known here: a number a day for those who look, a row for those who come."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Operator
from folkmoot.groups.models import Move, Moved, MoveDay
from folkmoot.groups.models.moves import WEEK
from folkmoot.kit.errors import require
from folkmoot.outbox.operations import record

NOT_YOURS = _("Only whoever runs this place can bring groups here.")


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


def date_move_back(move: Move, *, opened: Sequence[int], by: Actor, via: str) -> Move:
    """Say that a move began some weeks ago, how often its page was opened in each, and that people came evenly."""
    with transaction.atomic():
        require(isinstance(by, Operator), NOT_YOURS)
        begun = move.begun_at - len(opened) * WEEK
        Move.objects.filter(pk=move.pk).update(begun_at=begun)
        days = [(localdate(begun + number * WEEK + timedelta(days=3)), n) for number, n in enumerate(opened)]
        MoveDay.objects.bulk_create([MoveDay(move=move, day=day, opened=n) for day, n in days])
        people = list(move.people.order_by("pk"))
        for number, one in enumerate(people, start=1):
            one.at = begun + number * (move.begun_at - begun) / (len(people) + 1)
        Moved.objects.bulk_update(people, ["at"])
        record("move.dated", move, by=by, via=via)
    move.refresh_from_db()
    return move
