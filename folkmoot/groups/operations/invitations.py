import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.fields import cleaned, fields_of
from folkmoot.groups.models import INVITED_FOR, Application, Group, Invitation, Membership, Moved
from folkmoot.groups.operations.coming_over import note_moved
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.members import REMOVED, Arrival, take_in
from folkmoot.groups.operations.sides import require_side
from folkmoot.groups.operations.values import require_complete, write_values
from folkmoot.groups.queries import was_removed_since
from folkmoot.groups.rules import can_apply, can_manage_members, is_member
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

MOST_A_DAY = 200  # invitations that one person writes, in all groups together


def invite(group: Group, *, address: str, name: str = "", by: Person, via: str) -> Invitation:
    """Ask the reader of an address to join. Inviting again sends the letter again, once a day at most."""
    with transaction.atomic():
        require(can_manage_members(by, group), _("You can't invite people to this group."))
        today = Invitation.objects.filter(invited_by=by, invited_at__gt=now() - timedelta(days=1))
        if today.count() >= MOST_A_DAY and not by.is_administrator:
            raise Refused(_("You have invited many people today. Please go on tomorrow."))
        known = Person.objects.at(address)
        if known is not None and is_member(known, group):
            raise Refused(_("%(address)s is a member already.") % {"address": address})
        invitation, made = Invitation.objects.get_or_create(
            group=group,
            address=address.lower(),
            answered_at=None,
            defaults={"name": name, "token": secrets.token_hex(16), "invited_by": by},
        )
        if made or invitation.invited_at < now() - timedelta(days=1):
            Invitation.objects.filter(pk=invitation.pk).update(invited_at=now(), invited_by=by)
            record("member.invited", invitation, by=by, via=via)
            note(group, "member.invited", by=by, via=via, invitation=invitation.pk)
    return invitation


def accept(invitation: Invitation, *, person: Person, values: Mapping[str, str] | None = None, via: str) -> Membership:
    """Say yes to an invitation, and what the group wants to know of its members. Its token lets one in, and proves no
    address: letters get handed on.
    """
    with transaction.atomic():
        if invitation.invited_at < now() - INVITED_FOR:
            raise Refused(_("This invitation is older than a month. Please ask for a new one."))
        if was_removed_since(person, invitation.group, invitation.invited_at):
            raise Refused(REMOVED)
        if not is_member(person, invitation.group):
            require_complete(invitation.group, values or {})
        _close(invitation, is_accepted=True)
        note_moved(invitation.move, [person.pk], way=Moved.Way.LIST)
        membership = take_in(
            invitation.group, person=person, address=invitation.address, by=person, via=via, arrived_by=Arrival.INVITED
        )
        write_values(membership, values or {}, runs=False)
    return membership


def decline(invitation: Invitation, *, via: str) -> None:
    """Say no to an invitation."""
    with transaction.atomic():
        _close(invitation, is_accepted=False)
        record("invitation.declined", invitation, by=None, via=via)


def apply(
    group: Group,
    *,
    person: Person,
    answer: str = "",
    answers: Mapping[int, str] | None = None,
    values: Mapping[str, str] | None = None,
    via: str,
) -> Application:
    """Ask to join a group that wants to be asked: with answers to its questions, by their numbers, and what it wants to
    know of members, by the fields' keys. A letter asks without; whoever decides can ask back.
    """
    with transaction.atomic():
        require(can_apply(person, group), _("This group can't be asked."))
        if is_member(person, group):
            raise Refused(_("You are a member already."))
        require_side(person, group)
        said = [] if answers is None else _answered(group, answers) + _valued(group, values or {})
        application, made = Application.objects.get_or_create(
            group=group, person=person, decided_at=None, defaults={"answer": answer[:1000], "answers": said}
        )
        if made:
            record("application.made", application, by=person, via=via)
    return application


def _answered(group: Group, answers: Mapping[int, str]) -> list[list[str]]:
    """Each question with its answer, as it was asked."""
    said = []
    for question in group.questions.order_by("position", "pk"):
        answer = answers.get(question.pk, "").strip()[:1000]
        if question.is_required and not answer:
            raise Refused(_("Please answer “%(question)s”.") % {"question": question.words})
        if answer:
            said.append([question.words, answer])
    return said


def _valued(group: Group, values: Mapping[str, str]) -> list[list[str]]:
    require_complete(group, values)
    theirs = fields_of(group).filter(is_set_by_members=True, key__in=list(values))
    said = [[one.label, cleaned(one, values[one.key])] for one in theirs]
    return [pair for pair in said if pair[1]]


def _keep_values(application: Application, membership: Membership) -> None:
    """What they said when they asked is said by the member, where the group still wants to know it."""
    fields = {one.label: one for one in fields_of(application.group).filter(is_set_by_members=True)}
    for label, answer in application.answers:
        if label in fields:
            with suppress(Refused):  # the field has changed since
                write_values(membership, {fields[label].key: answer}, runs=False)


def decide(application: Application, *, is_accepted: bool, reason: str = "", by: Actor, via: str) -> None:
    """Answer an application; a reason goes to the applicant with the answer."""
    with transaction.atomic():
        require(can_manage_members(by, application.group), _("You can't decide about members of this group."))
        open_ones = Application.objects.filter(pk=application.pk, decided_at=None)
        decider = by if isinstance(by, Person) else None
        said = {"is_accepted": is_accepted, "reason": reason.strip()[:500]}
        if not open_ones.update(decided_at=now(), decided_by=decider, **said):
            raise Refused(_("Somebody has answered this application already."))
        if is_accepted:
            person = application.person
            taken = take_in(application.group, person=person, address="", by=by, via=via, arrived_by=Arrival.APPLIED)
            _keep_values(application, taken)
        record("application.decided", application, by=by, via=via)
        kind = "application.accepted" if is_accepted else "application.refused"
        note(application.group, kind, by=by, via=via, about=application.person)


def _close(invitation: Invitation, *, is_accepted: bool) -> None:
    waiting = Invitation.objects.filter(pk=invitation.pk, answered_at=None)
    if not waiting.update(answered_at=now(), is_accepted=is_accepted):
        raise Refused(_("This invitation has been answered already."))
