"""Answers to invitations that come by mail: what a calendar program sends, and one word from a person."""

from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import hands, proof, tokens
from folkmoot.doors.mail.arrivals import AnswerRefused, Arrival, Dropped, group_of
from folkmoot.doors.mail.invitations import by_calendar, queue
from folkmoot.kit import answers, quotes
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import answer

LONGEST_NOTE = 300  # characters beside an answer; more than that is said to all, as a post


def check_rsvp(arrival: Arrival) -> Arrival:
    """Prepare what is no answer, or more than one, as the post that it becomes.

    It belongs to the meeting's conversation.
    """
    if by_calendar.part_of(arrival.letter) is not None:
        return arrival
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    if _short_answer(arrival) is not None and len(_rest(arrival)) <= LONGEST_NOTE:
        return arrival
    _speaker(arrival)
    return hands.check_post(arrival)


def rsvp(arrival: Arrival) -> str:
    """To `group+rsvp-token@`: whether somebody comes to a meeting; other words are said to the group."""
    calendar = by_calendar.part_of(arrival.letter)
    if calendar is not None:
        return by_calendar.take(arrival, calendar, *_speaker(arrival))
    done = [_answer_in_words(arrival)] if _short_answer(arrival) is not None else []
    done += [hands.post(arrival)] if arrival.place is not None else []
    return ", ".join(done)


def _answer_in_words(arrival: Arrival) -> str:
    said, (meeting, person) = _short_answer(arrival), _speaker(arrival)
    assert said is not None
    if meeting is None:
        raise AnswerRefused(_("Your letter does not say which meeting you mean: please answer to its invitation."))
    note = _rest(arrival) if arrival.place is None else ""
    try:
        answer(
            meeting,
            person=person,
            answer=said.answer,
            guests=said.guests,
            note=note or None,
            said_at=arrival.letter.date,
            via="mail",
        )
    except Refused as refusal:
        raise AnswerRefused(str(refusal)) from refusal
    queue.want_receipt(meeting, person)
    return f"{said.answer}: meeting {meeting.pk}"


def _speaker(arrival: Arrival) -> tuple[Meeting | None, Person]:
    """Find who answers: the person of the address, which only they were told, or a sender who is proven.

    Raises Refused or Dropped for all others.
    """
    group, sender = group_of(arrival.mark), Person.objects.at(arrival.letter.sender.address)
    if arrival.mark.token:
        named = tokens.invited(arrival.mark.token)
        if named is None or named[0].group_id != group.pk:
            raise AnswerRefused(_("This address is not one of ours, or it was cut short by a mail program."))
        if sender is not None and sender != named[1]:
            raise AnswerRefused(_("This invitation is somebody else's. Please answer to the one that you got."))
        return named
    if sender is None or arrival.proof == proof.FAIL:
        raise Dropped("an answer by somebody we don't know")
    if arrival.proof != proof.PASS:
        raise AnswerRefused(
            _("Nothing proves that this letter is yours. Please answer to the invitation that you got.")
        )
    return None, sender


def _short_answer(arrival: Arrival) -> answers.Said | None:
    return answers.read(arrival.letter.body)


def _rest(arrival: Arrival) -> str:
    """What somebody wrote of their own below the first line."""
    own = [line for block in quotes.blocks(arrival.letter.body) if block.kind == "own" for line in block.lines]
    said = [line for line in own if line.strip()]
    return one_line(" ".join(said[1:]))
