"""What a letter can do. Each hand turns it into one call of an operation, and says what became of it."""

from collections.abc import Callable
from dataclasses import replace

from django.utils.translation import gettext as _

from folkmoot.accounts.models import Address, Person
from folkmoot.accounts.operations import mail_came_back
from folkmoot.conversations.models import Channel
from folkmoot.conversations.operations import MustWait, check_pace
from folkmoot.conversations.rules import can_start
from folkmoot.doors.mail import addresses, ballots, compose, confirmations, notes, proof
from folkmoot.doors.mail.arrivals import (
    Arrival,
    Dropped,
    Held,
    Place,
    author_in,
    destination,
    followed,
    group_of,
    say,
    signer,
    with_contents,
)
from folkmoot.doors.mail.models import HeldLetter
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.rules import is_denied, is_member
from folkmoot.kit import mime
from folkmoot.kit.errors import Refused

Reason = HeldLetter.Reason
Proof = Group.Proof
Hand = Callable[[Arrival], str]


def check_post(arrival: Arrival) -> Arrival:
    """See where a letter belongs and whose it is, before its files are kept and its text is rendered.

    Raises Held, Dropped or Refused where it is not to be posted. The operation asks its own rule again.
    """
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    channel, topic = followed(destination(arrival.mark), arrival.letter)
    if channel.closed_at:
        raise Refused(_("This channel is closed. What was said in it can still be read on the web."))
    if channel.group.closed_at:
        raise Refused(_("This group is closed. What was said in it can still be read on the web."))
    if compose.list_id(channel.group, channel.slug) in arrival.letter.loops:
        raise Dropped("it went through this list already")
    author = _author(arrival, channel)
    arrival = replace(arrival, place=Place(channel, topic, author))
    if (voting := ballots.with_ballot(arrival, channel.group, author)).ballot:
        return voting
    try:
        check_pace(author, channel.group)
    except MustWait as wait:
        raise Held(Reason.LOOK) from wait
    return with_contents(arrival)


def post(arrival: Arrival) -> str:
    """To a group, a channel or a topic: continue what the letter answers there, or start a conversation; or a vote."""
    place = arrival.place
    assert place is not None  # check_post came first
    if arrival.ballot:
        return ballots.cast(arrival, *arrival.ballot, person=place.author)
    return say(arrival, place.channel, place.topic, author=place.author)


def join(arrival: Arrival) -> str:
    """To `group+join@`: ask the address whether it means it, in a group that strangers may know and ask."""
    group = group_of(arrival.mark)
    if group.visibility == Group.Visibility.HIDDEN or group.joining == Group.Joining.INVITATION:
        raise Dropped("this group takes nobody who asks")
    return _ask(arrival, confirmations.ask_to_join)


def leave(arrival: Arrival) -> str:
    """To `group+leave@`: ask the address whether it means it. Others are not told that there is such a group."""
    author = author_in(group_of(arrival.mark), arrival.letter.sender.address)
    if author is None or not is_member(author, group_of(arrival.mark)):
        raise Dropped("not a member")
    return _ask(arrival, confirmations.ask_to_leave)


def confirm(arrival: Arrival) -> str:
    """To `group+confirm-token@`: the owner of an address means it. A vacation reply does not count."""
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    return confirmations.confirm(arrival.mark.token)


def help_(arrival: Arrival) -> str:
    """To `group+help@`: how the group works by mail. Only for people we know: we are nobody's loudspeaker."""
    group = group_of(arrival.mark)
    person = Person.objects.at(arrival.letter.sender.address)
    may_know = person is not None and Group.objects.visible_to(person).filter(pk=group.pk).exists()
    if arrival.letter.automatic or not may_know or arrival.proof == proof.FAIL:
        raise Dropped("a question for help by somebody we don't know")
    notes.help_about(group, arrival.letter.sender.address, answers=arrival.letter.message_id)
    return "help sent"


def owner(arrival: Arrival) -> str:
    """To `group+owner@`: hand the letter to those who run the group."""
    group = group_of(arrival.mark)
    owners = Membership.objects.current().filter(group=group, grants__role__permissions__name="group.manage")
    return _hand_on(arrival, [one.address.email for one in owners.select_related("address") if one.address])


def duty(arrival: Arrival) -> str:
    """To `postmaster@`, `abuse@` and their like: hand the letter to the administrators."""
    primary = Address.objects.filter(primary=True, user__administrator_since__isnull=False)
    return _hand_on(arrival, list(primary.values_list("email", flat=True)))


def responsibility(arrival: Arrival) -> str:
    """To `group+treasurer@`: hand the letter to who has this duty, else the deputy, else those who run the group."""
    found = addresses.responsibility_of(arrival.mark)
    sender = Person.objects.at(arrival.letter.sender.address)
    if found is None or arrival.proof == proof.FAIL:
        raise Dropped("a forged letter, or the responsibility is over")
    if not Group.objects.visible_to(sender).filter(pk=found.group_id).exists():
        raise Dropped("a hidden group hears only those who may know of it")
    one = next((one for one in (found.holder, found.deputy) if one and one.address and not one.left_at), None)
    if one is None or one.address is None:
        return owner(arrival)
    if addresses.read(one.address.email) is not None:
        raise Dropped("it would come back to an address of ours")
    return _hand_on(arrival, [one.address.email])


def bounce(arrival: Arrival) -> str:
    """To `group+bounces-token@`: note whose copy came back; those who run the group's members see it."""
    named = addresses.bounced(arrival.mark)
    if named is None:
        raise Dropped("a bounce of nothing we sent")
    member = Membership.objects.filter(pk=named[0]).select_related("address").first()
    if member is not None and member.address is not None:
        mail_came_back(member.address)
    return f"bounce: membership {named[0]}, post {named[1]}"


def _hand_on(arrival: Arrival, recipients: list[str]) -> str:
    if arrival.letter.automatic:
        raise Dropped(f"written by a program: {arrival.letter.automatic}")
    if not recipients:
        raise Held(Reason.UNKNOWN) if addresses.group_of(arrival.mark) else Dropped("there is no administrator yet")
    notes.hand_on(arrival.letter, bytes(arrival.incoming.letter.raw), to=recipients, at=arrival.incoming.recipient)
    return f"handed on to {len(recipients)}"


def _ask(arrival: Arrival, ask: Callable[[Group, mime.Mailbox], str]) -> str:
    if arrival.letter.automatic or arrival.proof == proof.FAIL or not arrival.letter.sender.address:
        raise Dropped("nobody whom we could ask")
    return ask(group_of(arrival.mark), arrival.letter.sender)


def _check_standing(author: Person, channel: Channel) -> None:
    """See whether somebody may write here. Who was told that they may not hears it again; others wait."""
    if is_denied(author, "topics.post", channel.group):
        raise Refused(_("A moderator has suspended you here. In their letter you find why, and how to object."))
    if not can_start(author, channel):
        raise Held(Reason.NOT_A_MEMBER)


def _author(arrival: Arrival, channel: Channel) -> Person:
    """Find whose words these are, and whether that is proven well enough for this group."""
    group = channel.group
    if (signed := signer(arrival, group)) is not None:
        return signed
    author = author_in(group, arrival.letter.sender.address)
    if author is None:
        raise Held(Reason.UNKNOWN)
    if arrival.proof == proof.FAIL:
        raise Held(Reason.FORGED)
    _check_standing(author, channel)
    if group.proof == Proof.PASS and arrival.proof != proof.PASS:
        raise Held(Reason.UNPROVEN)
    if group.proof == Proof.SIGNED:
        raise Held(Reason.UNSIGNED)
    if group.proof == Proof.CONFIRM:
        raise Held(Reason.UNCONFIRMED)
    return author
