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
from folkmoot.groups.operations.sanctions import appeal, decide_appeal, end_denials, lift, sanction

__all__ = [
    "accept",
    "add_member",
    "appeal",
    "apply",
    "change",
    "change_reading",
    "decide",
    "decide_appeal",
    "decline",
    "end_denials",
    "found",
    "invite",
    "join",
    "leave",
    "lift",
    "make_member",
    "make_owner",
    "remove_member",
    "rename",
    "sanction",
]
