"""A vote by mail: a letter that answers a poll with numbers or the words of its choices, and nothing else."""

from dataclasses import replace

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Poll
from folkmoot.conversations.operations import vote
from folkmoot.doors.mail import addresses, letters, proof
from folkmoot.doors.mail.arrivals import Arrival, own_words, signer
from folkmoot.groups.models import Group
from folkmoot.kit import ballots
from folkmoot.kit.errors import Refused

A_DAY = 30  # receipts to one address


def with_ballot(arrival: Arrival, group: Group, author: Person) -> Arrival:
    """Return the arrival with what it votes for, if it does. Raises Refused where such a vote can't come by letter."""
    poll = _asked(arrival, group, author)
    if poll is None or arrival.letter.attached:
        return arrival
    places = ballots.read(own_words(arrival.letter), _choices(poll))
    if places is None:
        return arrival
    page = f"{settings.SITE}{poll.get_absolute_url()}"
    if poll.is_secret:
        raise Refused(_("This vote is secret, and a letter is not: please vote on its page: %(page)s") % {"page": page})
    if arrival.proof != proof.PASS and signer(arrival, group) != author:
        raise Refused(
            _("Nothing proves who sent this vote. Answer the letter of the poll itself, or vote on its page: %(page)s")
            % {"page": page}
        )
    return replace(arrival, ballot=(poll, tuple(places)))


def cast(arrival: Arrival, poll: Poll, places: tuple[int, ...], *, person: Person) -> str:
    """Vote as the letter says, and tell its sender what was counted."""
    vote(poll, places, person=person, via="mail")
    to = arrival.letter.sender.address
    if Person.objects.at(to) == person:
        words = dict(enumerate(_choices(poll), start=1))
        context = {"poll": poll, "chosen": [words[place] for place in places], "group": poll.post.channel.group}
        sender = addresses.of_group(poll.post.channel.group, "owner")
        name, answers = poll.post.channel.group.name, arrival.letter.message_id
        letters.write("voted", context, to=to, sender_name=name, sender=sender, answers=answers, most_a_day=A_DAY)
    return f"ballot in poll {poll.pk}"


def in_letter(poll: Poll) -> dict[str, object]:
    """What the letter of a poll's post says of it."""
    choices = [one.words for one in sorted(poll.choices.all(), key=lambda one: one.place)]
    named = list(zip(ballots.labels(choices), choices, strict=True))
    example = named[1][0] if poll.most == 1 else f"{named[1][0]}, {named[0][0]}"
    return {
        "asked": poll,
        "choices": named,
        "example": example,
        "page": f"{settings.SITE}{poll.get_absolute_url()}",
        "by_mail": takes_letters(poll),
    }


def takes_letters(poll: Poll) -> bool:
    return poll.is_open and not poll.is_secret


def _asked(arrival: Arrival, group: Group, author: Person) -> Poll | None:
    """The poll whose letter is answered: the address names it, or the letter itself."""
    polls = Poll.objects.visible_to(author).filter(post__channel__group=group, closed_at=None)
    polls = polls.select_related("post__channel__group", "role")
    if number := addresses.poll_number(arrival.mark):
        return polls.filter(pk=number).first()
    answered = arrival.letter.parents[:1]
    return polls.filter(post__message_id=answered[0]).first() if answered else None


def _choices(poll: Poll) -> list[str]:
    return list(poll.choices.order_by("place").values_list("words", flat=True))
