"""What of a group's own waits for those who run it."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import (
    Application,
    Election,
    Group,
    Inspection,
    ModerationCase,
    Responsibility,
    Role,
    RoleGrant,
)
from folkmoot.groups.operations.invitations import decide
from folkmoot.groups.todo import Act, Kind, Told

SOON = timedelta(days=30)


def _applications(group_id: int) -> QuerySet[Application]:
    return (
        Application.objects.filter(group=group_id, decided_at=None)
        .select_related("person", "group")
        .order_by("asked_at", "pk")
    )


def _application(row: Application) -> Told:
    answers = "\n".join(f"{question}\n{answer}" for question, answer in row.answers)
    words = "\n".join(filter(None, (row.answer, answers)))
    return Told(row.person.name, words, row.asked_at, reverse("manage_members", args=[row.group.slug]))


def _ending(group_id: int) -> QuerySet[Responsibility]:
    """Terms that end soon, or have ended, with nobody asked to go on and no turn to come."""
    soon = timezone.localdate() + SOON
    return (
        Responsibility.objects.current()
        .filter(group=group_id, holder__isnull=False, successor=None, rotates=False, ends_on__lte=soon)
        .with_people()
        .order_by("ends_on", "pk")
    )


def _term(row: Responsibility) -> Told:
    day = date_format(row.ends_on) if row.ends_on else ""
    words = _("%(name)s looks after it until %(day)s. Nobody is asked to go on.")
    name = row.holder.person.name if row.holder else ""
    return Told(row.name, words % {"name": name, "day": day}, None, reverse("duty", args=[row.pk]))


def _unheld(group_id: int) -> QuerySet[Responsibility]:
    free = Responsibility.objects.current().filter(group=group_id, holder=None)
    return free.with_people().order_by("created_at", "pk")


def _duty(row: Responsibility) -> Told:
    asked = _("%(name)s is asked.") % {"name": row.successor.person.name} if row.successor else row.purpose
    return Told(row.name, asked, row.created_at, reverse("duty", args=[row.pk]))


def _orphans(group_id: int) -> QuerySet[Group]:
    owns = RoleGrant.objects.valid().filter(
        role__group=OuterRef("pk"), role__key=Role.BuiltIn.OWNER, membership__person__is_active=True
    )
    alone = Group.objects.filter(~Q(Exists(owns)), parent=group_id, closed_at=None, merged_into=None)
    return alone.order_by("name", "pk")


def _subgroup(row: Group) -> Told:
    return Told(row.name, "", row.created_at, reverse("manage_members", args=[row.slug]))


def _cases(group_id: int) -> QuerySet[ModerationCase]:
    open_ones = ModerationCase.objects.filter(group=group_id, closed_at=None)
    return open_ones.select_related("group").order_by("opened_at", "pk")


def _case(row: ModerationCase) -> Told:
    """Without a name: what is reported may have been said without one, and who decides may be whom it is about."""
    return Told(str(_("Something is reported")), "", row.opened_at, reverse("reports", args=[row.group.slug]))


def _elections(group_id: int) -> QuerySet[Election]:
    return Election.objects.filter(group=group_id, decided_at=None).select_related("group").order_by("pk")


def _election(row: Election) -> Told:
    words = _("Until %(day)s members vote on who owns the group.")
    day = date_format(timezone.localtime(row.closes_at), "DATE_FORMAT")
    return Told(row.group.name, words % {"day": day}, row.opened_at, reverse("election", args=[row.group.slug]))


def _inspections(group_id: int) -> QuerySet[Inspection]:
    return Inspection.objects.open().filter(group=group_id).select_related("administrator", "group").order_by("pk")


def _inspection(row: Inspection) -> Told:
    words = _("%(name)s reads here as administrator of this place until %(until)s. The reason: %(reason)s")
    until = date_format(timezone.localtime(row.ends_at), "DATETIME_FORMAT")
    said = {"name": row.administrator.name, "until": until, "reason": row.reason}
    return Told(row.administrator.name, words % said, row.began_at, reverse("manage_history", args=[row.group.slug]))


KINDS = (
    Kind(
        "application",
        _("Requests to join"),
        "members.manage",
        _applications,
        _application,
        (
            Act("accept", _("Take in"), lambda row, by, via: decide(row, is_accepted=True, by=by, via=via)),
            Act(
                "refuse",
                _("Say no"),
                lambda row, by, via: decide(row, is_accepted=False, by=by, via=via),
                asks=_("What you tell them"),
                say=lambda row, by, via, words: decide(row, is_accepted=False, reason=words, by=by, via=via),
            ),
        ),
    ),
    Kind("case", _("Reports"), "people.sanction", _cases, _case),
    Kind("term", _("Terms that end"), "duties.manage", _ending, _term),
    Kind("duty", _("Responsibilities that nobody has"), "duties.manage", _unheld, _duty),
    Kind("subgroup", _("Subgroups without an owner"), "subgroups.manage", _orphans, _subgroup),
    Kind("election", _("Elections"), "group.manage", _elections, _election),
    Kind("inspection", _("Administrators who look into the group"), "group.manage", _inspections, _inspection),
)
