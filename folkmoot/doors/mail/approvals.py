"""Minutes approved by mail: "yes", or in words what is not right. The question is in programme_letters."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import addresses, letters, proof
from folkmoot.doors.mail.arrivals import Arrival, Dropped, own_words
from folkmoot.kit import consents
from folkmoot.kit.errors import Refused
from folkmoot.meetings.models import Approval, Minutes
from folkmoot.meetings.operations.minutes import approve, object_to

A_DAY = 30  # receipts to one address


def approval(arrival: Arrival) -> str:
    """To `group+approve-token@`: whether the minutes are right, by the one whose token it is."""
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    if arrival.proof == proof.FAIL:
        raise Dropped("a forged letter")
    named = addresses.asked_to_approve(arrival.mark)
    if named is None:
        raise Dropped("an answer to nothing we asked")
    asked, version = named
    _require_theirs(arrival, asked)
    words = own_words(arrival.letter)
    page = f"{settings.SITE}{reverse('minutes', args=[asked.minutes.meeting_id])}"
    if not words:
        raise Refused(_("Your letter says nothing. Answer with “yes”, or here: %(page)s") % {"page": page})
    is_right = consents.is_consent(words, name=asked.person.name)
    if is_right:
        minutes = approve(asked.minutes, person=asked.person, version=version, via="mail")
    else:
        minutes = object_to(asked.minutes, person=asked.person, words=words, version=version, via="mail")
    _thank(arrival, asked, minutes, page, words="" if is_right else words)
    return f"{'approves' if is_right else 'objects to'} minutes {minutes.pk}"


def _require_theirs(arrival: Arrival, asked: Approval) -> None:
    """A token that was handed on approves nothing in another's name, as far as a letter tells who writes it."""
    sender = Person.objects.at(arrival.letter.sender.address)
    if sender is not None and sender != asked.person:
        raise Refused(_("This question went to somebody else. Only they can answer it."))


def _thank(arrival: Arrival, asked: Approval, minutes: Minutes, page: str, *, words: str) -> None:
    to = arrival.letter.sender.address
    if Person.objects.at(to) != asked.person:
        return
    meeting = asked.minutes.meeting
    letters.write(
        "minutes_answered",
        {"meeting": meeting, "minutes": minutes, "words": words, "page": page},
        to=to,
        sender_name=meeting.group.name,
        sender=addresses.of_group(meeting.group, "owner"),
        answers=arrival.letter.message_id,
        most_a_day=A_DAY,
    )
