from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import OPERATOR, Actor
from folkmoot.groups.models import Membership, Responsibility, Turn
from folkmoot.groups.operations.duties.holding import NOT_YOUR_ROLE, NOT_YOURS, check_people, locked, pass_on
from folkmoot.groups.operations.history import note
from folkmoot.groups.queries import next_in_turn
from folkmoot.groups.rules import can_confer, can_run_duties
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

REMINDED = timedelta(days=30)  # before the term ends
MOST_TURNS = 100


def set_turns(duty: Responsibility, *, members: Sequence[Membership], by: Actor, via: str) -> None:
    """Say who holds the duty one after the other; it goes on by itself whenever a term ends."""
    members = list(dict.fromkeys(members))
    if len(members) > MOST_TURNS:
        raise Refused(_("At most %(most)d at once, please.") % {"most": MOST_TURNS})
    with transaction.atomic():
        duty = locked(duty)
        require(can_run_duties(by, duty.group), NOT_YOURS)
        require(duty.role is None or can_confer(by, duty.role), NOT_YOUR_ROLE)
        for member in members:
            check_people(duty, member, None)
        duty.turns.all().delete()
        Turn.objects.bulk_create(
            Turn(responsibility=duty, membership=one, position=at) for at, one in enumerate(members, 1)
        )
        Responsibility.objects.filter(pk=duty.pk).update(rotates=bool(members))
        record("duty.turned", duty, by=by, via=via)
        note(duty.group, "duty.turned", by=by, via=via, duty=duty.pk, members=len(members))


def remind_of_ends(today: date | None = None) -> int:
    """Say once of each term that it ends within a month. Returns how many were said."""
    today = today or timezone.localdate()
    ending = Responsibility.objects.current().filter(
        holder__isnull=False, reminded_at=None, ends_on__range=(today, today + REMINDED)
    )
    return sum(_remind(duty) for duty in ending.order_by("pk"))


def _remind(duty: Responsibility) -> bool:
    with transaction.atomic():
        is_ours = Responsibility.objects.filter(pk=duty.pk, reminded_at=None).update(reminded_at=now())
        if is_ours:
            record("duty.ending", duty, by=None, via="clock")
    return bool(is_ours)


def go_on(today: date | None = None) -> int:
    """Pass on each duty whose term is over and that has turns. Returns how many went on.

    A duty without turns stays with its holder until somebody takes it: nobody is left without.
    """
    today = today or timezone.localdate()
    over = Responsibility.objects.current().filter(rotates=True, ends_on__lt=today)
    return sum(_turn(pk, today) for pk in over.order_by("pk").values_list("pk", flat=True))


def _turn(duty_id: int, today: date) -> bool:
    with transaction.atomic():
        duty = locked(Responsibility.objects.get(pk=duty_id))
        following = next_in_turn(duty)
        if following is None or duty.ends_on is None or duty.ends_on >= today:
            return False
        length = duty.ends_on - (duty.held_since or duty.ends_on)
        pass_on(duty, to=following, by=OPERATOR)
        until = today + max(length, timedelta(days=1))
        Responsibility.objects.filter(pk=duty.pk).update(held_since=today, ends_on=until)
        record("duty.handed_over", duty, by=None, via="clock")
        note(duty.group, "duty.went_on", by=None, via="clock", about=following.person, duty=duty.pk)
    return True
