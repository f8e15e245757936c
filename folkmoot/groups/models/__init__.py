"""What a group is made of, and what governs it."""

from folkmoot.groups.models.conduct import Inspection, ModerationCase, Sanction
from folkmoot.groups.models.duties import Ballot, Candidacy, Election, Responsibility, Tenure, Turn
from folkmoot.groups.models.exports import GroupExport, GroupExportQuerySet
from folkmoot.groups.models.fields import MemberField, MemberValue
from folkmoot.groups.models.groups import (
    INVITED_FOR,
    LONGEST_SLUG,
    FoundingRequest,
    Group,
    GroupQuerySet,
    MailName,
    new_version,
)
from folkmoot.groups.models.history import HistoryEntry
from folkmoot.groups.models.joining import Application, Invitation, InvitationLink, JoinQuestion, PlacementRule
from folkmoot.groups.models.members import Membership, MembershipQuerySet
from folkmoot.groups.models.moves import Move, Moved, MoveDay, MoveQuerySet
from folkmoot.groups.models.roles import (
    INSPECTED,
    Denial,
    Reach,
    Role,
    RoleGrant,
    RolePermission,
    Side,
    allowed,
    carried_by,
    reaching,
    where_allowed,
)
from folkmoot.groups.models.sides import OrganizationSide

__all__ = [
    "INSPECTED",
    "INVITED_FOR",
    "LONGEST_SLUG",
    "Application",
    "Ballot",
    "Candidacy",
    "Denial",
    "Election",
    "FoundingRequest",
    "Group",
    "GroupExport",
    "GroupExportQuerySet",
    "GroupQuerySet",
    "HistoryEntry",
    "Inspection",
    "Invitation",
    "InvitationLink",
    "JoinQuestion",
    "MailName",
    "MemberField",
    "MemberValue",
    "Membership",
    "MembershipQuerySet",
    "ModerationCase",
    "Move",
    "MoveDay",
    "MoveQuerySet",
    "Moved",
    "OrganizationSide",
    "PlacementRule",
    "Reach",
    "Responsibility",
    "Role",
    "RoleGrant",
    "RolePermission",
    "Sanction",
    "Side",
    "Tenure",
    "Turn",
    "allowed",
    "carried_by",
    "new_version",
    "reaching",
    "where_allowed",
]
