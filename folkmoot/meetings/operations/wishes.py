"""Questions to those who come to a meeting."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting, Wish
from folkmoot.meetings.operations.planning import hold
from folkmoot.outbox.operations import record

MOST_WISHES = 10
LATELY = timedelta(days=2)  # how long after its end a meeting is looked at again


def ask(meeting: Meeting, *, words: str, by: Actor, via: str, is_required: bool = False) -> Wish:
    """Ask one thing more of those who come. Who has said yes already is not asked again."""
    said = one_line(words)[:200]
    if not said:
        raise Refused(_("Please write the question."))
    with transaction.atomic():
        held = hold(meeting, by)
        if held.wishes.count() >= MOST_WISHES:
            raise Refused(_("At most %(most)d questions; fewer are answered better.") % {"most": MOST_WISHES})
        place = _last_place(held) + 1
        wish: Wish = Wish.objects.create(meeting=held, words=said, is_required=is_required, position=place)
        record("wish.added", wish, by=by, via=via)
    return wish


def carry_over() -> int:
    """Ask at the next meeting of a series what nobody has answered at the one that is over. Returns how much."""
    over = Meeting.objects.published().filter(series__isnull=False, ends_at__range=(now() - LATELY, now()))
    return sum(_carry(meeting) for meeting in over.filter(wishes__answers=None, wishes__isnull=False).distinct())


def _carry(meeting: Meeting) -> int:
    ahead = Meeting.objects.taking_place().filter(series=meeting.series_id, starts_at__gt=meeting.starts_at)
    with transaction.atomic():
        after = ahead.select_for_update(no_key=True, of=("self",)).in_order().first()
        if after is None:
            return 0
        asked = {wish.words.casefold() for wish in after.wishes.all()}
        unanswered = meeting.wishes.filter(answers=None).order_by("position", "pk")
        new = [wish for wish in unanswered if wish.words.casefold() not in asked][: max(0, MOST_WISHES - len(asked))]
        for place, wish in enumerate(new, start=_last_place(after) + 1):
            wish.meeting, wish.position = after, place
            wish.save(update_fields=["meeting", "position"])
            record("wish.carried", wish, by=None, via="clock", meeting=meeting.pk)
    return len(new)


def _last_place(meeting: Meeting) -> int:
    last: int | None = meeting.wishes.aggregate(n=Max("position"))["n"]
    return last or 0


def stop_asking(wish: Wish, *, by: Actor, via: str) -> None:
    """Ask it no more, and forget what was answered."""
    with transaction.atomic():
        held = hold(wish.meeting, by)
        if Wish.objects.filter(pk=wish.pk).delete()[0]:
            record("wish.removed", held, by=by, via=via, wish=wish.pk)
