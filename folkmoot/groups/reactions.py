from django.db import transaction

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Application, Invitation, Membership, RoleGrant
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


def _move(membership: Membership, into: Person) -> None:
    kept = Membership.objects.filter(group=membership.group, person=into).first()
    if kept is None:
        Membership.objects.filter(pk=membership.pk).update(person=into)
        return
    for grant in membership.grants.all():
        RoleGrant.objects.get_or_create(membership=kept, role=grant.role)
    if membership.left_at is None:
        Membership.objects.filter(pk=kept.pk).update(left_at=None)
    membership.delete()


def person_erased(person: Person, keep_words: bool) -> None:
    """Take a person who left out of all groups, with what they wrote when they asked to join."""
    with transaction.atomic():
        memberships = Membership.objects.filter(person=person).select_related("group")
        for membership in memberships:
            touch_access(membership.group)
        memberships.delete()
        Application.objects.filter(person=person).delete()
        Invitation.objects.filter(address__in=list(person.addresses.values_list("email", flat=True))).delete()
