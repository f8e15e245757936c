"""Words that an address's owner has to say before something happens: join, leave, "yes, I wrote that"."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import enrol, prove_address
from folkmoot.doors.mail import notes, operations
from folkmoot.doors.mail.models import Confirmation, HeldLetter
from folkmoot.groups.models import Group, InvitationLink, Membership
from folkmoot.groups.operations import apply, come_by, join, leave, was_active
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import Refused
from folkmoot.kit.mime import Letter, Mailbox
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import answer

LASTS = timedelta(days=7)
MOST_WAITING = 3  # of one address and group, or meeting; more letters ask nothing new

Kind = Confirmation.Kind


def ask_to_join(group: Group, sender: Mailbox) -> str:
    return _ask(Kind.JOIN, group, sender)


def ask_to_leave(group: Group, sender: Mailbox) -> str:
    return _ask(Kind.LEAVE, group, sender)


def ask_about_letter(held: HeldLetter, letter: Letter) -> str:
    """Ask whether this letter is theirs, in a group where each is confirmed."""
    return _ask(Kind.LETTER, held.group, letter.sender, held=held)


def ask_to_come(meeting: Meeting, sender: Mailbox) -> str:
    """Ask somebody without an account whether they mean to come to a meeting."""
    with transaction.atomic():
        return _ask(Kind.ANSWER, meeting.group, sender, meeting=meeting)


def ask_to_come_over(link: InvitationLink, sender: Mailbox, values: Mapping[str, str]) -> str:
    """Ask somebody of an old place whether they mean to join here."""
    with transaction.atomic():
        return _ask(Kind.OVER, link.group, sender, link=link, values=values)


def confirm(token: str) -> str:
    """Do what the owner of the address has confirmed. Raises Refused where the token is used, old or nobody's."""
    asked = Confirmation.objects.filter(token=token, made_at__gt=now() - LASTS)
    confirmation = asked.select_related("group", "link__group").first()
    with transaction.atomic():
        if confirmation is None or not _use(confirmation):
            raise Refused(_("This was confirmed already, or the question is more than a week old."))
        done = _DO[Kind(confirmation.kind)](confirmation)
    if (person := Person.objects.at(confirmation.address)) is not None:
        was_active(person.pk, confirmation.group_id, how=Membership.Activity.ANSWERED, at=now())
    return done


def _ask(
    kind: Confirmation.Kind,
    group: Group,
    sender: Mailbox,
    *,
    held: HeldLetter | None = None,
    meeting: Meeting | None = None,
    link: InvitationLink | None = None,
    values: Mapping[str, str] | None = None,
) -> str:
    if held is None and _is_asked_enough(kind, group, sender.address, meeting):
        return "asked before"
    asked = Confirmation.objects.create(
        token=secrets.token_hex(12),
        kind=kind,
        group=group,
        address=sender.address,
        name=sender.name[:100],
        held=held,
        meeting=meeting,
        link=link,
        values=dict(values or {}),
    )
    notes.question(asked)
    return f"asked {sender.address}"


def _is_asked_enough(kind: Confirmation.Kind, group: Group, address: str, meeting: Meeting | None) -> bool:
    """Whether more questions would tell the address nothing: of the same thing, or on one day."""
    asked = Confirmation.objects.filter(kind=kind, address=address)
    waiting = asked.filter(group=group, meeting=meeting, used_at=None, made_at__gt=now() - LASTS)
    today = asked.filter(made_at__gt=now() - timedelta(days=1))
    by_page = kind in {Kind.ANSWER, Kind.OVER}
    return waiting.count() >= MOST_WAITING or (by_page and today.count() >= notes.A_DAY)


def _use(confirmation: Confirmation) -> bool:
    return bool(Confirmation.objects.filter(pk=confirmation.pk, used_at=None).update(used_at=now()))


def _join(asked: Confirmation) -> str:
    person = Person.objects.known_at(asked.address) or enrol(name=asked.name, address=asked.address, via="mail")
    prove_address(person, address=asked.address, via="mail")
    if asked.group.joining == Group.Joining.APPROVAL:
        apply(asked.group, person=person, via="mail")
        return "applied"
    join(asked.group, person=person, address=asked.address, via="mail")
    notes.welcome(asked)
    return "joined"


def _leave(asked: Confirmation) -> str:
    members = Membership.objects.current().filter(group=asked.group)
    proven = Q(person__emailaddress__email=asked.address, person__emailaddress__verified=True)
    found = members.filter(proven | Q(address__email=asked.address)).select_related("person", "group").first()
    if found is None:
        raise Refused(_("This address is not a member's."))
    leave(found, via="mail")
    notes.goodbye(asked)
    return "left"


def _letter(asked: Confirmation) -> str:
    if asked.held is None:
        raise Refused(_("The letter is gone."))
    return operations.post_confirmed(asked.held)


def _come(asked: Confirmation) -> str:
    """Who comes without an account is a person by the address they have proven."""
    if asked.meeting is None:
        raise Refused(_("There is no such meeting any more."))
    person = Person.objects.known_at(asked.address) or enrol(name=asked.name, address=asked.address, via="mail")
    prove_address(person, address=asked.address, via="mail")
    answer(asked.meeting, person=person, answer="yes", via="mail")
    return f"comes to meeting {asked.meeting_id}"


def _come_over(asked: Confirmation) -> str:
    """Who joins by the page of a move is a person by the address they have proven; a second yes says nothing new."""
    if asked.link is None:
        raise Refused(_("This page is gone."))
    person = Person.objects.known_at(asked.address) or enrol(name=asked.name, address=asked.address, via="mail")
    prove_address(person, address=asked.address, via="mail")
    if not is_member(person, asked.group):
        come_by(asked.link, person=person, address=asked.address, values=asked.values, via="mail")
        notes.welcome(asked)
    return "joined"


_DO = {Kind.JOIN: _join, Kind.LEAVE: _leave, Kind.LETTER: _letter, Kind.ANSWER: _come, Kind.OVER: _come_over}
