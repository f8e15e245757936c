"""What groups know of a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.groups.models import Application, Invitation, Membership, RoleGrant


def facts_of(person: Person) -> Iterator[Fact]:
    """What groups know of a person."""
    memberships = Membership.objects.filter(person=person).order_by("pk")
    yield Fact(
        "memberships",
        _("Memberships"),
        _("which groups you are or were in, and how you read them; until you close your account"),
        memberships.values("group__slug", "joined_at", "left_at", "mail", "own_posts", "address__email"),
    )
    yield Fact(
        "roles",
        _("Roles"),
        _("what you may do in groups; as long as you carry them"),
        RoleGrant.objects.filter(membership__person=person)
        .order_by("pk")
        .values("membership__group__slug", "role__name"),
    )
    yield Fact(
        "applications",
        _("Wishes to join"),
        _("what you wrote when you asked to join, and what was decided; until you close your account"),
        Application.objects.filter(person=person)
        .order_by("pk")
        .values("group__slug", "answer", "asked_at", "decided_at"),
    )
    yield Fact(
        "invitations",
        _("Invitations to you"),
        _("sent to your addresses by those who run groups; until you close your account"),
        Invitation.objects.filter(address__in=person.addresses.values("email"))
        .order_by("pk")
        .values("group__slug", "address", "name", "invited_at"),
    )
