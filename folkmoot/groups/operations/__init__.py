"""What can be done with a group and its members."""

from folkmoot.groups.operations.denials import deny, lift
from folkmoot.groups.operations.founding import change, found, rename
from folkmoot.groups.operations.invitations import accept, apply, decide, decline, invite
from folkmoot.groups.operations.members import (
    add_member,
    change_reading,
    join,
    leave,
    make_member,
    make_owner,
    remove_member,
)
from folkmoot.groups.operations.roles import (
    allow,
    disallow,
    grant_role,
    make_role,
    remove_role,
    rename_role,
    revoke_role,
)
from folkmoot.groups.operations.terms import turn_terms

__all__ = [
    "accept",
    "add_member",
    "allow",
    "apply",
    "change",
    "change_reading",
    "decide",
    "decline",
    "deny",
    "disallow",
    "found",
    "grant_role",
    "invite",
    "join",
    "leave",
    "lift",
    "make_member",
    "make_owner",
    "make_role",
    "remove_member",
    "remove_role",
    "rename",
    "rename_role",
    "revoke_role",
    "turn_terms",
]
