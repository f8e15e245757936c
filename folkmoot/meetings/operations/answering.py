"""Saying whether one comes. Every door comes through here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group, Reach
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting, Rsvp, Wish, WishAnswer
from folkmoot.meetings.operations.planning import locked
from folkmoot.meetings.rules import can_answer, can_answer_for, can_organise
from folkmoot.outbox.operations import record

MOST_GUESTS = 20


class Outdated(Refused):
    """The person has answered otherwise since this answer was given."""


def answer(
    meeting: Meeting,
    *,
    person: Person,
    answer: str,
    via: str,
    by: Actor | None = None,
    place: str = "",
    guests: int | None = None,
    note: str | None = None,
    said_at: datetime | None = None,
    wishes: Mapping[int, str] | None = None,
) -> Rsvp:
    """Say whether a person comes. Seats go to whoever answers first; later ones wait in line.

    Of two answers the one that was said later counts, whichever arrives last. The same answer twice is one answer.
    What is left out (place, guests, note) stays as it was. Raises NotAllowed, Refused, or Outdated.
    """
    speaker: Actor = person if by is None else by
    said = min(said_at or now(), now())
    with transaction.atomic():
        meeting = locked(meeting)
        require(can_answer_for(speaker, person, meeting), _("You can't answer for this meeting."))
        _require_open(meeting, speaker)
        known = Rsvp.objects.filter(meeting=meeting, person=person).first()
        if known is not None and said < known.said_at:
            raise Outdated(_("There is a later answer to this meeting, which stays."))
        wanted = _wanted(meeting, known, answer=answer, place=place, guests=guests, note=note)
        wanted["waits_since"], wanted["offered_at"] = _seat(meeting, known, wanted)
        told_by = speaker if isinstance(speaker, Person) and speaker != person else None
        origin = {"said_at": said, "answered_at": now(), "via": via, "by": told_by}
        is_news = known is None or any(getattr(known, name) != value for name, value in wanted.items())
        rsvp = known or Rsvp(meeting=meeting, person=person)
        for name, value in (wanted | origin).items():
            setattr(rsvp, name, value)
        rsvp.save()  # the meeting is locked, so nobody else is writing this row
        if _note_wishes(rsvp, wishes) or is_news:
            record("rsvp.changed", rsvp, by=speaker, via=via)
    return rsvp


def withdraw_answer(rsvp: Rsvp, *, by: Actor, via: str) -> None:
    """Take an answer away as if it had not been given, for a slip of the organiser's pen."""
    with transaction.atomic():
        meeting = locked(rsvp.meeting)
        require(can_organise(by, meeting.group), _("Only those who organise the group's meetings can do this."))
        _require_open(meeting, by)
        if Rsvp.objects.filter(pk=rsvp.pk).delete()[0]:
            record("rsvp.withdrawn", meeting, by=by, via=via, person=rsvp.person_id)


def withdraw_answers(person: Person, *, group: Group, via: str) -> None:
    """Take away what somebody answered to meetings to come, here and below, where they may answer no more."""
    below = Reach.objects.filter(above=group).values("below")
    ahead = Meeting.objects.to_come().filter(group__in=below, rsvps__person=person)
    for meeting in ahead.in_order():
        with transaction.atomic():
            held = locked(meeting)
            if not can_answer(person, held) and Rsvp.objects.filter(meeting=held, person=person).delete()[0]:
                record("rsvp.withdrawn", held, by=None, via=via, person=person.pk)


def _require_open(meeting: Meeting, speaker: Actor) -> None:
    if meeting.is_draft:
        raise Refused(_("This meeting is still being planned."))
    if meeting.cancelled_at:
        raise Refused(_("This meeting does not take place."))
    if meeting.is_over:
        raise Refused(_("This meeting is over."))
    if not meeting.takes_answers and not can_organise(speaker, meeting.group):
        raise Refused(_("It is too late to answer: ask those who organise the meeting."))


def _wanted(
    meeting: Meeting, known: Rsvp | None, *, answer: str, place: str, guests: int | None, note: str | None
) -> dict[str, Any]:
    """What the row will say. Refuses what this meeting does not offer."""
    if answer not in Rsvp.Answer.values:
        raise Refused(_("Please say yes, no or maybe."))
    usual = usual_place(meeting)
    where = place or (known.place if known else usual)
    if not meeting.is_hybrid:
        where = usual
    if where not in Rsvp.Place.values:
        raise Refused(_("Please say whether you come to the room or join online."))
    with_them = guests if guests is not None else min(known.guests if known else 0, meeting.guests)
    if answer != Rsvp.Answer.YES:
        with_them = 0
    if not 0 <= with_them <= min(meeting.guests, MOST_GUESTS):
        raise Refused(_("Guests for this meeting: %(most)s at most.") % {"most": min(meeting.guests, MOST_GUESTS)})
    said = one_line(note)[:300] if note is not None else (known.note if known else "")
    return {"answer": answer, "place": where, "guests": with_them, "note": said}


def _seat(meeting: Meeting, known: Rsvp | None, wanted: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Since when they wait, and since when a seat is offered to them; nothing of both for who has a seat.

    Raises Refused where somebody who has a seat asks for more than is free: they keep the one they have.
    """
    if wanted["answer"] != Rsvp.Answer.YES:
        return None, None
    asks = wanted["guests"] + 1
    others = Rsvp.objects.filter(meeting=meeting).exclude(person=known.person_id if known else None)
    capacity = seats_of(meeting, wanted["place"])
    fits = capacity is None or others.seats_taken(wanted["place"]) + asks <= capacity
    same_place = known is not None and known.place == wanted["place"]
    if known is not None and known.comes and same_place and asks <= known.guests + 1:
        return None, None
    is_offered = known is not None and known.offered_at is not None and same_place
    line = others.waiting().filter(place=wanted["place"]).exists()
    if fits and (is_offered or not line):
        return None, None
    if known is not None and known.comes:
        raise Refused(_("There is no seat for your guest.") if same_place else _("There is no seat there."))
    waits = known is not None and known.waits_since is not None and same_place
    return (known.waits_since, known.offered_at) if waits and known is not None else (now(), None)


def usual_place(meeting: Meeting) -> str:
    """Where people meet; of a hybrid meeting, where they do who say nothing else."""
    return Rsvp.Place.ONLINE if meeting.is_online and not meeting.is_in_a_room else Rsvp.Place.ROOM


def seats_of(meeting: Meeting, place: str) -> int | None:
    """How many seats there are in the room or online; None where they are not counted."""
    return meeting.seats if place == Rsvp.Place.ROOM else meeting.online_seats


def _note_wishes(rsvp: Rsvp, said: Mapping[int, str] | None) -> bool:
    """Write what they answered to the questions, if they were asked. Refuses where a required one is missing."""
    if said is None:
        return False
    asked = list(Wish.objects.filter(meeting=rsvp.meeting_id).order_by("position", "pk"))
    words = {wish: one_line(said.get(wish.pk, ""))[:500] for wish in asked}
    if rsvp.answer == Rsvp.Answer.YES and any(wish.is_required and not words[wish] for wish in asked):
        raise Refused(_("Please answer the questions that are marked."))
    before = dict(WishAnswer.objects.filter(rsvp=rsvp).values_list("wish", "words"))
    after = {wish.pk: text for wish, text in words.items() if text}
    if before == after:
        return False
    WishAnswer.objects.filter(rsvp=rsvp).delete()
    WishAnswer.objects.bulk_create([WishAnswer(rsvp=rsvp, wish_id=key, words=text) for key, text in after.items()])
    return True
