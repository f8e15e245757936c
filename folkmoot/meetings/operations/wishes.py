"""Questions to those who come to a meeting."""

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting, Wish
from folkmoot.meetings.operations.planning import hold
from folkmoot.outbox.operations import record

MOST_WISHES = 10


def ask(meeting: Meeting, *, words: str, by: Actor, via: str, is_required: bool = False) -> Wish:
    """Ask one thing more of those who come. Who has said yes already is not asked again."""
    said = one_line(words)[:200]
    if not said:
        raise Refused(_("Please write the question."))
    with transaction.atomic():
        held = hold(meeting, by)
        if held.wishes.count() >= MOST_WISHES:
            raise Refused(_("At most %(most)d questions; fewer are answered better.") % {"most": MOST_WISHES})
        place = (held.wishes.aggregate(n=Max("position"))["n"] or 0) + 1
        wish: Wish = Wish.objects.create(meeting=held, words=said, is_required=is_required, position=place)
        record("wish.added", wish, by=by, via=via)
    return wish


def stop_asking(wish: Wish, *, by: Actor, via: str) -> None:
    """Ask it no more, and forget what was answered."""
    with transaction.atomic():
        held = hold(wish.meeting, by)
        if Wish.objects.filter(pk=wish.pk).delete()[0]:
            record("wish.removed", held, by=by, via=via, wish=wish.pk)
