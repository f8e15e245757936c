"""Meetings that took place, or were planned, elsewhere: brought along, and again when the other place has changed.

Nobody is invited and nothing is announced: those who come have heard of them there.
"""

from collections.abc import Callable, Iterable

from django.db import transaction

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.meetings.operations.bringer import Bringer, Brought
from folkmoot.meetings.operations.bringing_series import bring_series
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.plans import Plan
from folkmoot.meetings.rules import can_organise


def bring_meetings_along(
    group: Group,
    plans: Iterable[Plan],
    *,
    is_rehearsal: bool = False,
    most_new: int | None = None,
    by: Actor,
    via: str,
    watch: Callable[[], None] = lambda: None,
) -> Brought:
    """Bring plans into a group, each in a transaction of its own: it may be stopped, and goes on where it was.

    A rehearsal does it all, and takes it back. What nobody here has read, but a machine fetches, makes at most
    `most_new` meetings, and changes none that was planned here or has left something behind.
    """
    require(can_organise(by, group), NOT_YOURS)
    bringer = Bringer(group, by, via, most_new)
    if not is_rehearsal:
        return _bring(bringer, plans, watch=watch)
    with transaction.atomic():
        done = _bring(bringer, plans, watch=watch)
        transaction.set_rollback(True)
    return done


def _bring(bringer: Bringer, plans: Iterable[Plan], *, watch: Callable[[], None]) -> Brought:
    group, by, via, done = bringer.group, bringer.by, bringer.via, bringer.done
    for plan in plans:
        try:
            with transaction.atomic():
                require(can_organise(by, group), NOT_YOURS)
                (bring_series if plan.rule else Bringer.bring)(bringer, plan)
        except Refused as refusal:
            require(can_organise(by, group), NOT_YOURS)
            bringer.places.look()  # one that it has made is gone again
            done.refused.append((plan.title[:100], str(refusal)))
        watch()
    done.venues = bringer.places.made
    if done.new or done.changed:
        with transaction.atomic():
            note(group, "meeting.brought", by=by, via=via, count=done.new + done.changed)
    return done
