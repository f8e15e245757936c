"""What groups know of a person."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Person
from folkmoot.accounts.personal import Fact
from folkmoot.groups.models import (
    Application,
    Candidacy,
    HistoryEntry,
    Inspection,
    Invitation,
    InvitationLink,
    Membership,
    MemberValue,
    ModerationCase,
    Move,
    Moved,
    RoleGrant,
    Tenure,
)

MEMBERSHIP = """
    group__slug joined_at left_at mail own_posts address__email arrived_by departed_by departed_why side
    organization__name active_at active_by
"""


def facts_of(person: Person) -> Iterator[Fact]:
    """What groups know of a person."""
    yield from _of_being_in_groups(person)
    yield from _of_running_groups(person)
    yield from _of_moves(person)
    yield from _of_files(person)
    yield from _of_duties(person)
    yield from _of_conduct(person)


def _of_being_in_groups(person: Person) -> Iterator[Fact]:
    memberships = Membership.objects.filter(person=person).order_by("pk")
    yield Fact(
        "memberships",
        _("Memberships"),
        _("which groups you are or were in, and how you read them; until you close your account"),
        memberships.values(*MEMBERSHIP.split()),
    )
    yield Fact(
        "member-values",
        _("Answers to groups’ fields"),
        _("what groups want to know of their members; as long as you are in them"),
        MemberValue.objects.filter(membership__person=person)
        .order_by("pk")
        .values("field__group__slug", "field__label", "value"),
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
        .values("group__slug", "answer", "answers", "asked_at", "decided_at", "reason"),
    )
    yield Fact(
        "invitations",
        _("Invitations to you"),
        _("sent to your addresses by those who run groups; until you close your account"),
        Invitation.objects.filter(address__in=person.addresses.values("email"))
        .order_by("pk")
        .values("group__slug", "address", "name", "invited_at"),
    )


def _of_moves(person: Person) -> Iterator[Fact]:
    yield Fact(
        "moved",
        _("Old places of groups that you were in"),
        _("so that a group can count who came over from there; until you close your account"),
        Moved.objects.filter(person=person).order_by("pk").values("move__group__slug", "move__name", "way", "at"),
    )
    yield Fact(
        "moves",
        _("Groups that you let come over"),
        _("so that it is known who did; as long as the group"),
        Move.objects.filter(begun_by=person)
        .order_by("pk")
        .values("group__slug", "name", "address", "begun_at", "ends_at"),
    )


def _of_files(person: Person) -> Iterator[Fact]:
    yield Fact(
        "group-exports",
        _("Files of whole groups that you asked for"),
        _("so that other owners know; for a week"),
        person.group_exports.order_by("pk").values("group__slug", "asked_at", "ready_at", "size"),
    )


def _of_running_groups(person: Person) -> Iterator[Fact]:
    yield Fact(
        "founding-requests",
        _("Wishes to found a group"),
        _("what you wrote, and what was decided; until you close your account"),
        person.founding_requests.order_by("pk").values("name", "slug", "words", "asked_at", "decided_at", "reason"),
    )
    yield Fact(
        "invitation-links",
        _("Invitation links you made"),
        _("so that it is known who invites; until the group closes them"),
        InvitationLink.objects.filter(made_by=person)
        .order_by("pk")
        .values("group__slug", "made_at", "ends_at", "uses"),
    )
    yield Fact(
        "history",
        _("What you did as one who runs groups"),
        _("the history of groups; as long as they are there"),
        HistoryEntry.objects.filter(by=person).order_by("pk").values("group__slug", "kind", "at", "via"),
    )
    yield Fact(
        "inspections",
        _("Groups you looked into as administrator"),
        _("so that their owners know; as long as the group"),
        Inspection.objects.filter(administrator=person).order_by("pk").values("group__slug", "reason", "began_at"),
    )
    yield Fact(
        "candidacies",
        _("Elections you stood in"),
        _("what you wrote to those who vote; until you close your account"),
        Candidacy.objects.filter(membership__person=person)
        .order_by("pk")
        .values("election__group__slug", "words", "stood_at"),
    )


def _of_duties(person: Person) -> Iterator[Fact]:
    yield Fact(
        "responsibilities",
        _("What you looked after"),
        _("which responsibilities you had, from when to when; as long as you are in the group's list"),
        Tenure.objects.filter(membership__person=person)
        .order_by("pk")
        .values("responsibility__group__slug", "responsibility__name", "began_on", "ended_on"),
    )


def _of_conduct(person: Person) -> Iterator[Fact]:
    yield Fact(
        "denials",
        _("What is denied to you"),
        _("what you may not do in a group, why, and until when"),
        person.denials.order_by("pk").values(
            "group__slug", "permission", "reason", "starts_at", "ends_at", "lifted_at"
        ),
    )
    yield Fact(
        "sanctions",
        _("Sanctions"),
        _("what moderators laid on you, why, and what you said to it"),
        person.sanctions.order_by("pk").values(
            "group__slug", "kind", "reason", "at", "ends_at", "lifted_at", "appeal", "appeal_answer"
        ),
    )
    yield Fact(
        "moderation-cases",
        _("Cases about you"),
        _("that somebody asked moderators to look at what you said; as long as the group"),
        ModerationCase.objects.filter(person=person).order_by("pk").values("group__slug", "opened_at", "closed_at"),
    )
