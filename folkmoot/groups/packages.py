"""What a group's package says of the group itself: settings, people, roles, duties, history, conduct."""

from folkmoot.groups import models
from folkmoot.store.packages import Table

# Not along: invitations and links (their tokens let people in), and who voted for whom.
TABLES = [
    Table(
        "groups",
        lambda ids: models.Group.objects.filter(pk__in=ids).order_by("pk"),
        leaves_out=frozenset({"access_version"}),
    ),
    Table("mail-names", lambda ids: models.MailName.objects.filter(group__in=ids).order_by("pk")),
    Table("questions", lambda ids: models.JoinQuestion.objects.filter(group__in=ids).order_by("pk")),
    Table("fields", lambda ids: models.MemberField.objects.filter(group__in=ids).order_by("pk")),
    Table("sides", lambda ids: models.OrganizationSide.objects.filter(group__in=ids).order_by("pk")),
    Table("memberships", lambda ids: models.Membership.objects.filter(group__in=ids).order_by("pk")),
    Table("values", lambda ids: models.MemberValue.objects.filter(membership__group__in=ids).order_by("pk")),
    Table("applications", lambda ids: models.Application.objects.filter(group__in=ids).order_by("pk")),
    Table("placement-rules", lambda ids: models.PlacementRule.objects.filter(group__in=ids).order_by("pk")),
    Table("roles", lambda ids: models.Role.objects.filter(group__in=ids).order_by("pk")),
    Table("role-permissions", lambda ids: models.RolePermission.objects.filter(role__group__in=ids).order_by("pk")),
    Table("role-grants", lambda ids: models.RoleGrant.objects.filter(role__group__in=ids).order_by("pk")),
    Table("denials", lambda ids: models.Denial.objects.filter(group__in=ids).order_by("pk")),
    Table("duties", lambda ids: models.Responsibility.objects.filter(group__in=ids).order_by("pk")),
    Table("tenures", lambda ids: models.Tenure.objects.filter(responsibility__group__in=ids).order_by("pk")),
    Table("turns", lambda ids: models.Turn.objects.filter(responsibility__group__in=ids).order_by("pk")),
    Table("elections", lambda ids: models.Election.objects.filter(group__in=ids).order_by("pk")),
    Table("candidacies", lambda ids: models.Candidacy.objects.filter(election__group__in=ids).order_by("pk")),
    Table(
        "history",
        lambda ids: models.HistoryEntry.objects.filter(group__in=ids).exclude(kind=EXPORTED).order_by("pk"),
        leaves_out=frozenset({"facts"}),  # ids of this database, for undoing things here
    ),
    Table("cases", lambda ids: models.ModerationCase.objects.filter(group__in=ids).order_by("pk")),
    Table("sanctions", lambda ids: models.Sanction.objects.filter(group__in=ids).order_by("pk")),
    Table("inspections", lambda ids: models.Inspection.objects.filter(group__in=ids).order_by("pk")),
]
EXPORTED = "group.exported"  # left out, for else no two packages were alike
