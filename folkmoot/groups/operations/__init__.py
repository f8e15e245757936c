"""What can be done with a group and its members."""

from folkmoot.groups.operations.activity import was_active
from folkmoot.groups.operations.founding import change, found, rename
from folkmoot.groups.operations.invitations import accept, apply, decide, decline, invite
from folkmoot.groups.operations.members import (
    add_member,
    assign,
    change_reading,
    join,
    leave,
    make_member,
    make_owner,
    remove_member,
    restore_member,
)

__all__ = [
    "accept",
    "add_member",
    "apply",
    "assign",
    "change",
    "change_reading",
    "decide",
    "decline",
    "found",
    "invite",
    "join",
    "leave",
    "make_member",
    "make_owner",
    "remove_member",
    "rename",
    "restore_member",
    "was_active",
]
