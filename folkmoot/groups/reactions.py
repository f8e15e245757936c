from django.db import transaction

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Membership, RoleGrant
from folkmoot.groups.operations.founding import touch_access
from folkmoot.outbox.models import Event


def person_merged(event: Event) -> None:
    """Give the other's memberships, roles, applications to the one they are now."""
    into = Person.objects.get(pk=event.data["into_id"])
    for membership in Membership.objects.filter(person_id=event.subject_id).select_related("group"):
        with transaction.atomic():
            _move(membership, into)
            touch_access(membership.group)


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
