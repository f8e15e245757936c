from django.db import transaction
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models import (
    Application,
    Denial,
    FoundingRequest,
    HistoryEntry,
    Invitation,
    Membership,
    ModerationCase,
    RoleGrant,
    Sanction,
)
from folkmoot.groups.operations.activity import was_active as note_active
from folkmoot.groups.operations.founding import touch_access
from folkmoot.outbox.models import Event


def person_merged(event: Event) -> None:
    """Give the other's memberships, roles, applications to the one they are now."""
    into = Person.objects.get(pk=event.data["into_id"])
    for membership in Membership.objects.filter(person_id=event.subject_id).select_related("group"):
        with transaction.atomic():
            _move(membership, into)
            touch_access(membership.group)
    with transaction.atomic():
        asked = Application.objects.filter(person=into, decided_at=None).values("group")
        theirs = Application.objects.filter(person_id=event.subject_id)
        theirs.filter(decided_at=None, group__in=list(asked.values_list("group", flat=True))).delete()
        theirs.update(person=into)
        _move_conduct(event.subject_id, into)


def _move_conduct(from_id: int, into: Person) -> None:
    """What was laid on the other, and what the other did, is the one's now."""
    denied = Denial.objects.filter(person=into, lifted_at=None).values_list("group", "permission")
    for group, permission in list(denied):
        twice = Denial.objects.filter(person_id=from_id, group=group, permission=permission, lifted_at=None)
        twice.update(lifted_at=now())
    open_cases = ModerationCase.objects.filter(person=into, closed_at=None).values("group")
    both = ModerationCase.objects.filter(
        person_id=from_id, closed_at=None, group__in=list(open_cases.values_list("group", flat=True))
    )
    both.update(closed_at=now())
    for model in (Denial, ModerationCase, Sanction, FoundingRequest):
        model.objects.filter(person_id=from_id).update(person=into)
    HistoryEntry.objects.filter(by_id=from_id).update(by=into)
    HistoryEntry.objects.filter(about_id=from_id).update(about=into)


def _move(membership: Membership, into: Person) -> None:
    kept = Membership.objects.filter(group=membership.group, person=into).first()
    if kept is None:
        Membership.objects.filter(pk=membership.pk).update(person=into)
        return
    for grant in membership.grants.all():
        RoleGrant.objects.get_or_create(membership=kept, role=grant.role)
    if membership.left_at is None and kept.left_at is not None:
        Membership.objects.filter(pk=kept.pk).update(left_at=None, departed_by="", departed_why="")
    if membership.active_at is not None:
        note_active(into.pk, kept.group_id, how=membership.active_by, at=membership.active_at)
    membership.delete()


def person_erased(person: Person, keep_words: bool) -> None:
    """Take a person who left out of all groups, with what they wrote when they asked to join."""
    with transaction.atomic():
        memberships = Membership.objects.filter(person=person).select_related("group")
        for membership in memberships:
            touch_access(membership.group)
        memberships.delete()
        Application.objects.filter(person=person).delete()
        FoundingRequest.objects.filter(person=person).delete()
        Sanction.objects.filter(person=person).update(appeal="")
        Invitation.objects.filter(address__in=list(person.addresses.values_list("email", flat=True))).delete()
