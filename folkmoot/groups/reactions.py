from django.db import transaction
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.groups.models import (
    Application,
    Denial,
    FoundingRequest,
    Group,
    GroupExport,
    HistoryEntry,
    Inspection,
    Invitation,
    InvitationLink,
    Membership,
    MemberValue,
    ModerationCase,
    Move,
    Moved,
    OrganizationSide,
    PlacementRule,
    Responsibility,
    RoleGrant,
    Sanction,
    Tenure,
    Turn,
)
from folkmoot.groups.operations import place_all, place_person, rules_about, run_rule, run_rules
from folkmoot.groups.operations.activity import was_active as note_active
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.operations.history import note
from folkmoot.outbox.models import Event

WORDLESS = "…"  # a reason that went with whom it was about, or who gave it


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
        InvitationLink.objects.filter(made_by=event.subject_id).update(made_by=into)
        GroupExport.objects.filter(asked_by=event.subject_id).update(asked_by=into)
        _move_moves(event.subject_id, into)
        _move_conduct(event.subject_id, into)
    run_rules(rules_about(into), into)


def _move_moves(from_id: int, into: Person) -> None:
    theirs = Moved.objects.filter(person=into).values_list("move", flat=True)
    Moved.objects.filter(person=from_id, move__in=list(theirs)).delete()
    Moved.objects.filter(person=from_id).update(person=into)
    Move.objects.filter(begun_by=from_id).update(begun_by=into)


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
    Inspection.objects.filter(administrator=from_id).exclude(ended_at=None).update(administrator=into)
    HistoryEntry.objects.filter(by_id=from_id).update(by=into)
    HistoryEntry.objects.filter(about_id=from_id).update(about=into)


def _move(membership: Membership, into: Person) -> None:
    kept = Membership.objects.filter(group=membership.group, person=into).first()
    if kept is None:
        Membership.objects.filter(pk=membership.pk).update(person=into)
        return
    for grant in membership.grants.all():
        RoleGrant.objects.get_or_create(membership=kept, role=grant.role)
    said = MemberValue.objects.filter(membership=kept).values_list("field", flat=True)
    MemberValue.objects.filter(membership=membership).exclude(field__in=list(said)).update(membership=kept)
    _move_duties(membership, kept)
    if membership.left_at is None:
        _stay(kept, membership)
    if membership.active_at is not None:
        note_active(into.pk, kept.group_id, how=membership.active_by, at=membership.active_at)
    membership.delete()


def _stay(kept: Membership, other: Membership) -> None:
    """Who is there by either is there; a rule keeps its say only where no wish of their own brought them."""
    rule = other.placed_by_id if kept.left_at is not None or other.placed_by_id is None else kept.placed_by_id
    Membership.objects.filter(pk=kept.pk).update(left_at=None, departed_by="", departed_why="", placed_by=rule)


def _move_duties(membership: Membership, kept: Membership) -> None:
    """What one of them looked after, the one they are looks after; nobody is their own deputy."""
    Responsibility.objects.filter(holder=membership, deputy=kept).update(deputy=None)
    Responsibility.objects.filter(holder=kept, deputy=membership).update(deputy=None)
    for role in ("holder", "deputy", "successor"):
        Responsibility.objects.filter(**{role: membership}).update(**{role: kept})
    Tenure.objects.filter(membership=membership).update(membership=kept)
    twice = Turn.objects.filter(membership=kept).values("responsibility")
    Turn.objects.filter(membership=membership).exclude(responsibility__in=twice).update(membership=kept)


def affiliations_changed(event: Event) -> None:
    """Somebody came to a company or left it, so they may stand on another side in their groups."""
    person = Person.objects.get(pk=event.subject_id)
    place_person(person)
    run_rules(rules_about(person), person)


def organizations_merged(event: Event) -> None:
    """What the other company was to groups the one is now, unless they said already what that is."""
    with transaction.atomic():
        theirs = OrganizationSide.objects.filter(organization=event.data["other_id"])
        known = OrganizationSide.objects.filter(organization=event.subject_id).values_list("group", flat=True)
        theirs.filter(group__in=list(known)).delete()
        theirs.update(organization=event.subject_id)
        rules = PlacementRule.objects.filter(organization=event.data["other_id"])
        rules.update(organization=event.subject_id)
    place_all()


def companies_noted(event: Event) -> None:
    """Write down what administrators did to companies and to who belongs to them; what addresses do is no act."""
    if event.actor_id is None and event.via != "command":
        return
    by = Person.objects.filter(pk=event.actor_id or 0).first()
    about = Person.objects.filter(pk=event.subject_id).first() if event.kind.startswith("affiliation") else None
    facts = {"organization": event.data.get("organization_id", event.subject_id)}
    with transaction.atomic():
        if not HistoryEntry.objects.filter(group=None, kind=event.kind, facts__event=event.pk).exists():
            note(None, event.kind, by=by, via=event.via, about=about, event=event.pk, **facts)


def installation_noted(event: Event) -> None:
    """Write down what administrators decided for the whole installation, and who became or ceased to be one."""
    by = Person.objects.filter(pk=event.actor_id or 0).first()
    about = Person.objects.filter(pk=event.subject_id).first() if event.kind.startswith("administrator") else None
    with transaction.atomic():
        if not HistoryEntry.objects.filter(group=None, kind=event.kind, facts__event=event.pk).exists():
            note(None, event.kind, by=by, via=event.via, about=about, event=event.pk, **event.data)


def person_erased(person: Person, keep_words: bool) -> None:
    """Take a person who left out of all groups, with what they wrote there, and what was written about them."""
    with transaction.atomic():
        if not keep_words:
            _erase_words_of_office(person)
        memberships = Membership.objects.filter(person=person).select_related("group")
        for membership in memberships:
            touch_access(membership.group)
        memberships.delete()
        Application.objects.filter(person=person).delete()
        InvitationLink.objects.filter(made_by=person, closed_at=None).update(closed_at=now())
        Moved.objects.filter(person=person).delete()
        FoundingRequest.objects.filter(person=person).delete()
        GroupExport.objects.filter(asked_by=person).update(asked_by=None)
        Invitation.objects.filter(address__in=list(person.addresses.values_list("email", flat=True))).delete()
        _erase_conduct(person)


def _erase_conduct(person: Person) -> None:
    """That something was laid on somebody still counts; who, why, and what they said to it is gone."""
    Sanction.objects.filter(person=person).update(reason=WORDLESS, appeal="", appeal_answer="")
    Denial.objects.filter(person=person).update(reason="")
    ModerationCase.objects.filter(person=person).update(outcome="")


def _erase_words_of_office(person: Person) -> None:
    """What they wrote for the group: notes of the duties they hold, reasons of what they decided."""
    Responsibility.objects.filter(holder__person=person).update(notes="")
    for decided in (Application, FoundingRequest):
        decided.objects.filter(decided_by=person).update(reason="")
    Sanction.objects.filter(by=person).update(reason=WORDLESS)
    Sanction.objects.filter(appeal_decided_by=person).update(appeal_answer="")
    Denial.objects.filter(by=person).update(reason="")
    ModerationCase.objects.filter(closed_by=person).update(outcome="")
    Inspection.objects.filter(administrator=person).update(reason=WORDLESS)
    closed = HistoryEntry.objects.filter(kind="group.closed", by=person, group__isnull=False).values("group")
    Group.objects.filter(pk__in=closed).exclude(closed_why="").update(closed_why=WORDLESS)


def member_changed(event: Event) -> None:
    """Whoever came, went, or said something else of themselves may fit other rules that look at this group."""
    member = Membership.objects.select_related("person", "group").filter(pk=event.subject_id).first()
    if member is not None:
        run_rules(rules_about(member.person, member.group), member.person)


def address_proven(event: Event) -> None:
    """An address may be of a domain that a rule is about."""
    person = Person.objects.get(pk=event.subject_id)
    run_rules(rules_about(person), person)


def rule_made(event: Event) -> None:
    """Place those who were too many to be placed while somebody waited."""
    for one in PlacementRule.objects.whole().filter(pk=event.subject_id):
        run_rule(one)


def group_changed(event: Event) -> None:
    """Other companies, other sides: rules that look at them are gone through again."""
    if "companies" not in event.data.get("settings", []):
        return
    below = Group.objects.filter(reaching__above=event.subject_id)
    rules = PlacementRule.objects.filter(about=PlacementRule.About.SIDE, of_group__in=below)
    for one in rules.whole():
        run_rule(one)
