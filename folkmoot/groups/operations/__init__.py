"""What can be done with a group and its members."""

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
from folkmoot.groups.operations.packages import note_export

__all__ = [
    "accept",
    "add_member",
    "apply",
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
    "note_export",
    "remove_member",
    "rename",
]
