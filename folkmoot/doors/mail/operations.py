"""What people decide about letters."""

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.accounts.operations import enrol
from folkmoot.conversations.models import Subscription, Topic
from folkmoot.conversations.operations import follow, follow_no_longer
from folkmoot.conversations.rules import can_moderate
from folkmoot.doors.mail import arrivals, tokens
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import add_member, change_reading
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record


def accept(held: HeldLetter, *, by: Person, add: bool = False) -> None:
    """Let a held letter be posted as its sender's; with `add`, its sender is a member from now on."""
    arrival = arrivals.with_contents(arrivals.arrive(held.incoming))
    with transaction.atomic():
        require(can_moderate(by, held.group), _("You can't decide about letters to this group."))
        _decide(held, by=by, is_accepted=True)
        sender = arrival.letter.sender
        if add:
            author = add_member(held.group, address=sender.address, name=sender.name, by=by, via="web").person
        else:
            known = arrivals.author_in(held.group, sender.address) or Person.objects.known_at(sender.address)
            author = known or enrol(name=sender.name, address=sender.address, via="mail")
        _post(held, arrival, author=author, vouched_by=by)
        record("letter.accepted", held, by=by, via="web")


def discard(held: HeldLetter, *, by: Person) -> None:
    """Throw a held letter away. Its sender hears nothing: most of these are nobody's we know."""
    with transaction.atomic():
        require(can_moderate(by, held.group), _("You can't decide about letters to this group."))
        _decide(held, by=by, is_accepted=False)
        _note(held, IncomingLetter.Outcome.DROPPED, "discarded by a moderator")
        record("letter.discarded", held, by=by, via="web")


def post_confirmed(held: HeldLetter) -> str:
    """Post a letter whose sender has confirmed it. Inside the caller's transaction."""
    arrival = arrivals.with_contents(arrivals.arrive(held.incoming))
    author = arrivals.author_in(held.group, arrival.letter.sender.address)
    if author is None:
        raise Refused(_("We don't know this address."))
    _decide(held, by=author, is_accepted=True)
    return _post(held, arrival, author=author, vouched_by=None, is_confirmed=True)


def unsubscribe(token: str) -> Membership:
    """Stop a member's mail by the token of one of their letters (RFC 8058); doing it twice changes nothing."""
    membership = tokens.leaver(token)
    if membership is None:
        raise Refused(_("This link is not one of ours, or it was cut short by a mail program."))
    if membership.mail != Membership.Mail.NONE:
        change_reading(membership, mail=Membership.Mail.NONE, by=membership.person, via="mail")
    return membership


def mute(token: str, *, is_wanted: bool = False) -> Topic:
    """Mute a topic by the token of one of its letters, or take that back; doing it twice changes nothing."""
    found = tokens.muter(token)
    if found is None:
        raise Refused(_("This link is not one of ours, or it was cut short by a mail program."))
    member, topic = found
    if is_wanted:
        follow_no_longer(topic, person=member.person, via="mail")
    else:
        follow(topic, person=member.person, level=Subscription.Level.MUTED, via="mail")
    return topic


def _decide(held: HeldLetter, *, by: Actor, is_accepted: bool) -> None:
    decider = by if isinstance(by, Person) else None
    waiting = HeldLetter.objects.filter(pk=held.pk, decided_at=None)
    if not waiting.update(decided_at=now(), decided_by=decider, is_accepted=is_accepted):
        raise Refused(_("Somebody has decided about this letter already."))


def _post(
    held: HeldLetter,
    arrival: arrivals.Arrival,
    *,
    author: Person,
    vouched_by: Actor | None,
    is_confirmed: bool = False,
) -> str:
    channel, topic = arrivals.followed(arrivals.destination(arrival.mark), arrival.letter)
    note = arrivals.say(arrival, channel, topic, author=author, vouched_by=vouched_by, is_confirmed=is_confirmed)
    _note(held, IncomingLetter.Outcome.DONE, note)
    return note


def _note(held: HeldLetter, outcome: IncomingLetter.Outcome, note: str) -> None:
    IncomingLetter.objects.filter(pk=held.incoming_id).update(outcome=outcome, note=note, dealt_with_at=now())
