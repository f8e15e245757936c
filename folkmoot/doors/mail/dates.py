"""When a group could meet, asked and answered by mail. The words are in templates/mail/letters."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.accounts.language import speaking
from folkmoot.doors.mail import addresses, letters, tokens
from folkmoot.doors.mail.arrivals import Arrival, Dropped, own_words
from folkmoot.groups.models import Membership
from folkmoot.groups.queries import members_reached
from folkmoot.kit import dates_by_letter
from folkmoot.kit.errors import Refused
from folkmoot.meetings import answers_to_dates
from folkmoot.meetings.models import DateAnswer, DatePoll
from folkmoot.meetings.operations import answer_dates
from folkmoot.outbox.models import Event

A_DAY = 30  # receipts to one address


def asked(event: Event) -> None:
    """Ask each member who may answer and reads by mail; again where the times have changed."""
    poll = DatePoll.objects.select_related("group").filter(pk=event.subject_id).first()
    if poll is None or not poll.is_open or (event.kind == "dates.changed" and not event.data.get("times")):
        return
    members = members_reached("meetings.answer", poll.group).filter(mail=Membership.Mail.EACH)
    for member in members.exclude(address=None).select_related("address", "person", "group").iterator():
        with speaking(member.person):
            context = _times(poll, member) | {"is_new": event.kind == "dates.asked"}
        _write("dates", poll, member, context, key=f"{event.pk}:{member.pk}")


def dates(arrival: Arrival) -> str:
    """To `group+dates-token@`: answer for the member whose token it is, like "1+ 2~ 3-"."""
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    named = tokens.asked_for_dates(arrival.mark.token)
    if named is None:
        raise Dropped("an answer to nothing we asked")
    member, poll, is_as_asked = named
    page = f"{settings.SITE}{poll.get_absolute_url()}"
    if not is_as_asked:
        raise Refused(
            _("The times have changed since. Please answer the newer letter, or here: %(page)s") % {"page": page}
        )
    choices = dict(enumerate((one.pk for one in answers_to_dates.in_order(poll)), start=1))
    said = dates_by_letter.read(own_words(arrival.letter))
    if not said or not choices.keys() >= said.keys():
        raise Refused(
            _(
                "We could not read an answer. Write the number of each time with + for yes, ~ for if need be and - for "
                "no, like “1+ 2~ 3-”; or answer here: %(page)s"
            )
            % {"page": page}
        )
    answer_dates(poll, {choices[number]: answer for number, answer in said.items()}, person=member.person, via="mail")
    with speaking(member.person):
        context = _times(poll, member)
    _write("dates_answered", poll, member, context, answers=arrival.letter.message_id)
    return f"answers to dates {poll.pk}"


def _times(poll: DatePoll, member: Membership) -> dict[str, Any]:
    """The times by number, in the member's zone, with what they have answered."""
    zone, mine = answers_to_dates.zone_of(member.person, poll), answers_to_dates.mine(poll, member.person)
    labels = dict(DateAnswer.Answer.choices)
    times = [
        {
            "number": number,
            "words": answers_to_dates.in_words(one.starts_at, poll.minutes, zone),
            "answer": str(labels[mine[one.pk]]) if one.pk in mine else "",
        }
        for number, one in enumerate(answers_to_dates.in_order(poll), start=1)
    ]
    return {"times": times, "zone": zone.replace("_", " "), "token": tokens.dates_token(member.pk, poll)}


def _write(
    template: str,
    poll: DatePoll,
    member: Membership,
    context: dict[str, Any],
    *,
    key: str | None = None,
    answers: str = "",
) -> None:
    address = member.address
    if address is None:
        return
    letters.write(
        template,
        context | {"group": poll.group, "poll": poll},
        to=address.email,
        sender_name=poll.group.name,
        sender=addresses.of_group(poll.group, f"dates-{context['token']}"),
        key=key,
        answers=answers,
        most_a_day=A_DAY if answers else 0,
    )
