"""Minutes approved by mail: "yes", or in words what is not right. The question is in programme_letters."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from folkmoot.doors.mail import addresses, letters, proof
from folkmoot.doors.mail.arrivals import Arrival, Dropped, author_in, own_words
from folkmoot.doors.mail.invitations.queue import address_of
from folkmoot.groups.models import Group
from folkmoot.kit import consents
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Approval, Minutes
from folkmoot.meetings.operations.minutes import approve, object_to

A_DAY = 30  # receipts to one address
TOLD_A_DAY = 3  # letters about answers from elsewhere: whoever was handed the question could send many


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
    page = f"{settings.SITE}{reverse('minutes', args=[asked.minutes.meeting_id])}"
    if not _is_theirs(arrival, asked, page):
        _tell(arrival, asked, page)
        return f"not from an address of person {asked.person_id}, who hears of it"
    words = own_words(arrival.letter)
    if not words:
        raise Refused(_("Your letter says nothing. Answer with “yes”, or here: %(page)s") % {"page": page})
    is_right = consents.is_consent(words, name=asked.person.name)
    if is_right:
        minutes = approve(asked.minutes, person=asked.person, version=version, via="mail")
    else:
        minutes = object_to(asked.minutes, person=asked.person, words=words, version=version, via="mail")
    _thank(arrival, asked, minutes, page, words="" if is_right else words)
    return f"{'approves' if is_right else 'objects to'} minutes {minutes.pk}"


def _is_theirs(arrival: Arrival, asked: Approval, page: str) -> bool:
    """Whether the one who was asked writes this: the token alone, in a letter that was handed on, says nothing.

    Raises Refused where somebody else whom we know has it, or where the group wants more proof than there is.
    """
    group, address = asked.minutes.meeting.group, arrival.letter.sender.address
    sender = author_in(group, address)
    if sender is None:
        return False
    if sender != asked.person:
        raise Refused(_("This question went to somebody else. Only they can answer it."))
    if group.proof == Group.Proof.PASS and arrival.proof != proof.PASS:
        raise Refused(_("Nothing proves that this letter is yours. Please answer here: %(page)s") % {"page": page})
    return True


def _tell(arrival: Arrival, asked: Approval, page: str) -> None:
    """Tell who was asked that there was an answer from elsewhere: it may be theirs, by another address of theirs."""
    group = asked.minutes.meeting.group
    if (to := address_of(asked.person, group)) is None:
        return
    letters.write(
        "minutes_unproven",
        {"meeting": asked.minutes.meeting, "address": one_line(arrival.letter.sender.address)[:320], "page": page},
        to=to,
        sender_name=group.name,
        sender=addresses.of_group(group, "owner"),
        most_a_day=TOLD_A_DAY,
    )


def _thank(arrival: Arrival, asked: Approval, minutes: Minutes, page: str, *, words: str) -> None:
    meeting = asked.minutes.meeting
    letters.write(
        "minutes_answered",
        {"meeting": meeting, "minutes": minutes, "words": words, "page": page},
        to=arrival.letter.sender.address,
        sender_name=meeting.group.name,
        sender=addresses.of_group(meeting.group, "owner"),
        answers=arrival.letter.message_id,
        most_a_day=A_DAY,
    )
