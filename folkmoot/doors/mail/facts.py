"""What the mail door holds of a person, by their addresses."""

from collections.abc import Iterator
from pathlib import Path

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.doors.mail.models import (
    CalendarCopy,
    Confirmation,
    CountsOff,
    DeferredCopy,
    HeldLetter,
    IncomingLetter,
    InvitationsOff,
    OutgoingLetter,
    RawLetter,
    Speaking,
)


def letters_of(person: Person) -> QuerySet[RawLetter]:
    """Letters as they came from an address of the person's, on the envelope or in From."""
    addresses = list(person.addresses.values_list("email", flat=True))
    sent = Q()
    for address in addresses:
        sent |= Q(copies__sender__iexact=address) | Q(copies__held__address__iexact=address)
    found = set(RawLetter.objects.filter(sent).values_list("pk", flat=True)) if addresses else set()
    found |= {pk for pk in _with_sender(addresses) if pk not in found}
    return RawLetter.objects.filter(pk__in=found)


def _with_sender(addresses: list[str]) -> Iterator[int]:
    """Their From stands in the letter alone; what is kept is of the last weeks, and this is asked seldom."""
    wanted = [address.lower().encode() for address in addresses]
    for pk, raw in RawLetter.objects.values_list("pk", "raw").iterator(chunk_size=50):
        head = bytes(raw[: 64 * 1024]).replace(b"\r\n", b"\n").partition(b"\n\n")[0].lower()
        senders = [
            line for line in head.replace(b"\n ", b" ").replace(b"\n\t", b" ").split(b"\n") if b"from:" in line[:5]
        ]
        if any(address in sender for address in wanted for sender in senders):
            yield pk


def facts_of(person: Person) -> Iterator[Fact]:
    addresses = list(person.addresses.values_list("email", flat=True))
    yield from _of_letters_from(person, addresses)
    yield from _of_letters_to(person, addresses)
    yield from _of_calendars(person)
    yield from _of_counts(person)


def _of_letters_from(person: Person, addresses: list[str]) -> Iterator[Fact]:
    theirs = list(letters_of(person).values_list("pk", flat=True))
    yield Fact(
        "letters",
        _("Letters from you"),
        _("as they came, in case one has to be looked at again; a month"),
        RawLetter.objects.filter(pk__in=theirs).order_by("pk").values("pk", "came_at"),
    )
    yield Fact(
        "letters-to-groups",
        _("What became of them"),
        _("for each address they went to; a month"),
        IncomingLetter.objects.filter(letter__in=theirs)
        .order_by("pk")
        .values("letter_id", "sender", "recipient", "outcome", "note"),
    )
    yield Fact(
        "held-letters",
        _("Letters that are held"),
        _("until somebody in the group has decided, three months at most"),
        HeldLetter.objects.filter(address__in=addresses)
        .order_by("pk")
        .values("group__slug", "title", "reason", "held_at"),
    )


def _of_letters_to(person: Person, addresses: list[str]) -> Iterator[Fact]:
    yield Fact(
        "letters-to-you",
        _("Letters to you alone"),
        _("codes, invitations, answers; a month"),
        OutgoingLetter.objects.filter(recipient__in=addresses).order_by("pk").values("kind", "recipient", "made_at"),
    )
    yield Fact(
        "copies-to-try-again",
        _("Copies your mail server did not take"),
        _("to be tried again; a month"),
        DeferredCopy.objects.filter(membership__person=person)
        .order_by("pk")
        .values("mailing__post_id", "error", "due_at"),
    )
    yield Fact(
        "questions",
        _("Questions to your addresses"),
        _("whether you want to join, leave or have written; a month"),
        Confirmation.objects.filter(address__in=addresses)
        .order_by("pk")
        .values("kind", "address", "name", "values", "made_at"),
    )

    yield Fact(
        "speaking",
        _("Whether we write to your address about talks"),
        _("so that whoever is named as a speaker is asked once; as long as a talk names it, or you wanted no letters"),
        Speaking.objects.filter(address__in=addresses)
        .order_by("pk")
        .values("group__slug", "address", "asked_at", "agreed_at", "stopped_at"),
    )


def _of_calendars(person: Person) -> Iterator[Fact]:
    copies = CalendarCopy.objects.filter(person=person).order_by("pk")
    yield Fact(
        "calendar-copies",
        _("Meetings that letters put into your calendar"),
        _("what it knows of them, so that it hears of changes; three months after the meeting"),
        copies.values("meeting_id", "address", "knows", "answer", "sequence", "is_cancelled", "sent_at"),
    )
    yield Fact(
        "no-invitations",
        _("Groups that invite you to no meetings"),
        _("because you turned that off; as long as you are a member"),
        InvitationsOff.objects.filter(membership__person=person)
        .order_by("pk")
        .values("membership__group__slug", "since"),
    )


def _of_counts(person: Person) -> Iterator[Fact]:
    yield Fact(
        "no-counts",
        _("Groups that write you no figures on coming over"),
        _("because you turned that off; as long as you are a member"),
        CountsOff.objects.filter(membership__person=person).order_by("pk").values("membership__group__slug", "since"),
    )


def files_of(person: Person) -> Iterator[tuple[str, bytes | Path]]:
    for pk, raw in letters_of(person).order_by("pk").values_list("pk", "raw").iterator(chunk_size=20):
        yield f"letters/{pk}.eml", bytes(raw)
    addresses = list(person.addresses.values_list("email", flat=True))
    own = OutgoingLetter.objects.filter(recipient__in=addresses).order_by("pk")
    for pk, raw in own.values_list("pk", "raw").iterator(chunk_size=20):
        yield f"letters/to-you-{pk}.eml", bytes(raw)
