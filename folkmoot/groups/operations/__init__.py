"""What can be done with a group and its members."""

from folkmoot.groups.operations.activity import was_active
from folkmoot.groups.operations.closing import close_group, reopen_group
from folkmoot.groups.operations.denials import deny, lift
from folkmoot.groups.operations.founding import change, found, rename
from folkmoot.groups.operations.inspections import end_inspection, end_inspections, inspect
from folkmoot.groups.operations.invitations import accept, apply, decide, decline, invite
from folkmoot.groups.operations.members import (
    add_member,
    change_reading,
    join,
    leave,
    make_member,
    make_owner,
    remove_member,
    restore_member,
)
from folkmoot.groups.operations.packages import note_export
from folkmoot.groups.operations.roles import (
    allow,
    disallow,
    give_role_back,
    grant_role,
    make_role,
    remove_role,
    rename_role,
    revoke_role,
)
from folkmoot.groups.operations.sanctions import appeal, decide_appeal, lift_sanction, sanction
from folkmoot.groups.operations.sides import (
    limit,
    name_side,
    place_all,
    place_person,
    place_sides,
    place_turned,
    remove_side,
)
from folkmoot.groups.operations.subgroups import (
    assign,
    close_itself,
    move_group,
    move_group_back,
    open_itself,
    share_figures,
)
from folkmoot.groups.operations.terms import turn_terms
from folkmoot.groups.operations.uniting import first_owner, split_off, unite
from folkmoot.groups.operations.wishes import ask_to_found, decide_founding

__all__ = [
    "accept",
    "add_member",
    "allow",
    "appeal",
    "apply",
    "ask_to_found",
    "assign",
    "change",
    "change_reading",
    "close_group",
    "close_itself",
    "decide",
    "decide_appeal",
    "decide_founding",
    "decline",
    "deny",
    "disallow",
    "end_inspection",
    "end_inspections",
    "first_owner",
    "found",
    "give_role_back",
    "grant_role",
    "inspect",
    "invite",
    "join",
    "leave",
    "lift",
    "lift_sanction",
    "limit",
    "make_member",
    "make_owner",
    "make_role",
    "move_group",
    "move_group_back",
    "name_side",
    "note_export",
    "open_itself",
    "place_all",
    "place_person",
    "place_sides",
    "place_turned",
    "remove_member",
    "remove_role",
    "remove_side",
    "rename",
    "rename_role",
    "reopen_group",
    "restore_member",
    "revoke_role",
    "sanction",
    "share_figures",
    "split_off",
    "turn_terms",
    "unite",
    "was_active",
]
