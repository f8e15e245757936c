"""What a group's package says of the group itself: settings, people, roles, duties, history, conduct."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from folkmoot.groups import arriving, models
from folkmoot.store.packages import Table

EXPORTED, BROUGHT = "group.exported", "group.brought"
OF_PACKAGES = (EXPORTED, BROUGHT)  # left out, for else no two packages were alike


def _cases(ids: Sequence[int]) -> QuerySet[models.ModerationCase]:
    """A case only about what was said without a name would tell whose words they are."""
    cases = models.ModerationCase.objects.filter(group__in=ids)
    named = cases.filter(Q(reports=None) | Q(reports__post=None) | Q(reports__post__is_anonymous=False))
    return cases.filter(pk__in=named.values("pk")).order_by("pk")


def _rules(ids: Sequence[int]) -> QuerySet[models.PlacementRule]:
    """A rule about the members of a group that stays here would be about everybody elsewhere."""
    rules = models.PlacementRule.objects.filter(group__in=ids)
    return rules.filter(Q(of_group=None) | Q(of_group__in=ids)).order_by("pk")


# Not along: invitations and links (their tokens let people in), and who voted for whom.
TABLES = [
    Table(
        "groups",
        lambda ids: models.Group.objects.filter(pk__in=ids).order_by("pk"),
        leaves_out=frozenset({"access_version"}),
        keeps=("slug", "parent", "visibility"),
        check=arriving.group,
    ),
    Table(
        "mail-names",
        lambda ids: models.MailName.objects.filter(group__in=ids).order_by("pk"),
        check=arriving.mail_name,
    ),
    Table("questions", lambda ids: models.JoinQuestion.objects.filter(group__in=ids).order_by("pk")),
    Table(
        "fields",
        lambda ids: models.MemberField.objects.filter(group__in=ids).order_by("pk"),
        keeps=("group",),
        check=arriving.field,
    ),
    Table("sides", lambda ids: models.OrganizationSide.objects.filter(group__in=ids).order_by("pk")),
    Table(
        "memberships",
        lambda ids: models.Membership.objects.filter(group__in=ids).order_by("pk"),
        whose={"address": "person"},
        keeps=("group",),
    ),
    Table(
        "values",
        lambda ids: models.MemberValue.objects.filter(membership__group__in=ids).order_by("pk"),
        check=arriving.value,
    ),
    Table(
        "applications",
        lambda ids: models.Application.objects.filter(group__in=ids).order_by("pk"),
        check=arriving.application,
    ),
    Table("placement-rules", _rules, check=arriving.rule),
    Table(
        "moves",
        lambda ids: models.Move.objects.filter(group__in=ids).order_by("pk"),
        leaves_out=frozenset({"link"}),
        check=arriving.move,
    ),
    Table("move-days", lambda ids: models.MoveDay.objects.filter(move__group__in=ids).order_by("pk")),
    Table("moved", lambda ids: models.Moved.objects.filter(move__group__in=ids).order_by("pk")),
    Table(
        "roles",
        lambda ids: models.Role.objects.filter(group__in=ids).order_by("pk"),
        keeps=("group", "key", "audience"),
        check=arriving.role,
    ),
    Table(
        "role-permissions",
        lambda ids: models.RolePermission.objects.filter(role__group__in=ids).order_by("pk"),
        check=arriving.role_permission,
    ),
    Table(
        "role-grants",
        lambda ids: models.RoleGrant.objects.filter(role__group__in=ids).order_by("pk"),
        check=arriving.role_grant,
    ),
    Table(
        "denials",
        lambda ids: models.Denial.objects.filter(group__in=ids).order_by("pk"),
        check=arriving.denial,
    ),
    Table(
        "duties",
        lambda ids: models.Responsibility.objects.filter(group__in=ids).order_by("pk"),
        check=arriving.duty,
    ),
    Table("tenures", lambda ids: models.Tenure.objects.filter(responsibility__group__in=ids).order_by("pk")),
    Table("turns", lambda ids: models.Turn.objects.filter(responsibility__group__in=ids).order_by("pk")),
    Table("elections", lambda ids: models.Election.objects.filter(group__in=ids).order_by("pk")),
    Table("candidacies", lambda ids: models.Candidacy.objects.filter(election__group__in=ids).order_by("pk")),
    Table(
        "history",
        lambda ids: models.HistoryEntry.objects.filter(group__in=ids).exclude(kind__in=OF_PACKAGES).order_by("pk"),
        leaves_out=frozenset({"facts"}),  # ids of this database, for undoing things here
        check=arriving.entry,
    ),
    Table("cases", _cases),
    Table("sanctions", lambda ids: models.Sanction.objects.filter(group__in=ids).order_by("pk")),
    Table("inspections", lambda ids: models.Inspection.objects.filter(group__in=ids).order_by("pk")),
]
