"""Let go of all that the mail door holds of a person who left."""

from collections.abc import Iterable

from django.db import transaction

from folkmoot.accounts.models import Person
from folkmoot.doors.mail import kept, speakers
from folkmoot.doors.mail.facts import letters_of
from folkmoot.doors.mail.models import (
    CalendarCopy,
    Confirmation,
    CountsOff,
    DeferredCopy,
    HeldLetter,
    InvitationsOff,
    Mailing,
    OutgoingLetter,
    RawLetter,
)
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.models import Event

AT_ONCE = 500
TOLD_BY_NAME = ("application.made", "member.invited")  # events whose letters to others name who it was


def person_erased(person: Person, keep_words: bool) -> None:
    """Delete their letters, those to them, and those that tell others of them."""
    addresses = list(person.addresses.values_list("email", flat=True))
    naming = [*_naming(addresses), *_telling_of(person)]
    with transaction.atomic():
        RawLetter.objects.filter(pk__in=letters_of(person)).delete()
        for some in in_parts(naming, AT_ONCE):  # a group's letters to all its members may name them
            OutgoingLetter.objects.filter(pk__in=some).delete()
        HeldLetter.objects.filter(address__in=addresses).delete()
        Confirmation.objects.filter(address__in=addresses).delete()
        speakers.forget(addresses)
        DeferredCopy.objects.filter(membership__person=person).delete()
        CalendarCopy.objects.filter(person=person).delete()
        InvitationsOff.objects.filter(membership__person=person).delete()
        CountsOff.objects.filter(membership__person=person).delete()
        if not keep_words:
            Mailing.objects.filter(post__author=person).delete()
    _sweep_maildir(addresses)


def _naming(addresses: Iterable[str]) -> Iterable[int]:
    wanted = [address.lower().encode() for address in addresses]
    for pk, recipient, raw in OutgoingLetter.objects.values_list("pk", "recipient", "raw").iterator(chunk_size=50):
        text = recipient.lower().encode() + b"\n" + bytes(raw).replace(b"=\r\n", b"").lower()
        if any(address in text for address in wanted):
            yield pk


def _telling_of(person: Person) -> Iterable[int]:
    """Letters about what they did, like asking to join: an event's letters have its number in their key."""
    events = Event.objects.filter(actor=person, kind__in=TOLD_BY_NAME).values_list("pk", flat=True)
    for pk in events:
        yield from OutgoingLetter.objects.filter(key__startswith=f"{pk}:").values_list("pk", flat=True)


def _sweep_maildir(addresses: Iterable[str]) -> None:
    """Where no mail server is configured, letters that went out lie here."""
    wanted = [address.lower() for address in addresses]
    for letter in kept.letters():
        head = letter.read(headers_only=True)
        names = " ".join(str(head[name] or "") for name in ("X-Envelope-To", "From", "Reply-To")).lower()
        if any(address in names for address in wanted):
            letter.path.unlink(missing_ok=True)
