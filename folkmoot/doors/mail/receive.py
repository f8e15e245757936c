"""Deal with one kept letter: find the hand it is addressed to, let it act, note the outcome."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, confirmations, notes, proof
from folkmoot.doors.mail.addresses import Mark
from folkmoot.doors.mail.arrivals import AnswerRefused, Arrival, Dropped, Held, arrive
from folkmoot.doors.mail.hands import Hand
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter
from folkmoot.groups.models import Group
from folkmoot.kit import mime
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.store.lanes import lane

logger = logging.getLogger(__name__)

Outcome = IncomingLetter.Outcome
STRANGERS = frozenset({HeldLetter.Reason.UNKNOWN, HeldLetter.Reason.FORGED})  # nobody we know, as far as we know
PATIENCE = 10  # tries before a letter that we stumble over is left for a human
AT_ONCE = 50  # letters before the worker looks after its other duties


class AlreadyDealtWith(Exception):
    """Two processes had the same letter; the second one's work is undone."""


@dataclass(frozen=True)
class Route:
    """A kind of address and the hand for it."""

    matches: Callable[[Mark], bool]
    hand: Hand
    prepare: Callable[[Arrival], Arrival] = lambda arrival: arrival  # what needs no transaction: files, rendering


def receive_waiting(routes: Sequence[Route]) -> int:
    """Deal with the letters that wait, in the order they came; one process at a time, so that the order stays."""
    waiting = IncomingLetter.objects.filter(outcome=Outcome.WAITING, due_at__lte=now())
    if not waiting.exists():
        return 0
    with lane("letters") as is_ours:
        if not is_ours:
            return 0
        letters = list(waiting.order_by("pk").select_related("letter")[:AT_ONCE])
        for incoming in letters:
            receive(incoming, routes)
    return len(letters)


def receive(incoming: IncomingLetter, routes: Sequence[Route]) -> None:
    """Deal with one letter. Whatever goes wrong, it ends with an outcome or is tried again later."""
    try:
        arrival = arrive(incoming)
    except mime.Unreadable as problem:
        _close(incoming, Outcome.REFUSED, note=f"unreadable: {problem}")
        return
    except Exception:
        _postpone(incoming)
        return
    try:
        _act(arrival, routes)
    except Exception:
        _postpone(incoming)


def _act(arrival: Arrival, routes: Sequence[Route]) -> None:
    incoming = arrival.incoming
    route = next(route for route in routes if route.matches(arrival.mark))
    try:
        arrival = route.prepare(arrival)
        with transaction.atomic():
            note = route.hand(arrival)
            if not _close(incoming, Outcome.DONE, note=note, proven=arrival.proof):
                raise AlreadyDealtWith
    except AlreadyDealtWith:
        logger.warning("letter %s was dealt with by another process", incoming.pk)
    except Held as held:
        _hold(arrival, held.reason)
    except Dropped as dropped:
        _close(incoming, Outcome.DROPPED, note=str(dropped), proven=arrival.proof)
    except Refused as refusal:
        _refuse(arrival, refusal)


def _close(incoming: IncomingLetter, outcome: Outcome, *, note: str, proven: str = "") -> bool:
    """Note what became of a letter; False where that was noted already."""
    waiting = IncomingLetter.objects.filter(pk=incoming.pk, outcome=Outcome.WAITING)
    return bool(waiting.update(outcome=outcome, note=note[:2000], proof=proven, dealt_with_at=now()))


def _holds_enough(group: Group) -> bool:
    """Whether strangers' letters fill what a group holds a day. Members' letters are held however many there are."""
    waiting = HeldLetter.objects.filter(group=group, decided_at=None, reason__in=STRANGERS)
    return waiting.filter(held_at__gt=now() - timedelta(days=1)).count() >= settings.HELD_A_DAY


def _hold(arrival: Arrival, reason: HeldLetter.Reason) -> None:
    """Keep the letter for whoever runs the group; ask its sender where the group wants that."""
    letter, group = arrival.letter, addresses.group_of(arrival.mark)
    if group is None:
        _close(arrival.incoming, Outcome.DROPPED, note="its group is gone", proven=arrival.proof)
        return
    if reason in STRANGERS and _holds_enough(group):
        _close(arrival.incoming, Outcome.DROPPED, note="too many letters are held for this group", proven=arrival.proof)
        return
    with transaction.atomic():
        held, made = HeldLetter.objects.get_or_create(
            incoming=arrival.incoming,
            defaults={
                "group": group,
                "address": letter.sender.address[:320],
                "name": one_line(letter.sender.name)[:100],
                "title": one_line(letter.subject)[:200],
                "reason": reason,
            },
        )
        _close(arrival.incoming, Outcome.HELD, note=str(reason.label), proven=arrival.proof)
        if made and reason == HeldLetter.Reason.UNCONFIRMED:
            confirmations.ask_about_letter(held, letter)


def _refuse(arrival: Arrival, refusal: Refused) -> None:
    """Say no with a reason; by letter only to people we know, or we would carry other people's spam."""
    letter, words = arrival.letter, str(refusal)
    with transaction.atomic():
        _close(arrival.incoming, Outcome.REFUSED, note=words, proven=arrival.proof)
        known = Person.objects.at(letter.sender.address)
        group = addresses.group_of(arrival.mark)
        may_know = group is None or Group.objects.visible_to(known).filter(pk=group.pk).exists()
        if known is None or not may_know or arrival.proof == proof.FAIL:
            return
        if isinstance(refusal, AnswerRefused):
            notes.answer_refused(letter, words, at=arrival.incoming.recipient)
        elif not letter.automatic:
            is_proven = arrival.proof == proof.PASS
            notes.refusal(letter, words, at=arrival.incoming.recipient, is_proven=is_proven)


def _postpone(incoming: IncomingLetter) -> None:
    """Something of ours broke: try again, later each time."""
    logger.exception("letter %s could not be dealt with", incoming.pk)
    attempts = incoming.attempts + 1
    failed = (
        {"outcome": Outcome.FAILED, "note": "we stumbled over this letter too often"} if attempts >= PATIENCE else {}
    )
    IncomingLetter.objects.filter(pk=incoming.pk).update(
        attempts=attempts, due_at=now() + timedelta(seconds=5 * 2**attempts), **failed
    )
