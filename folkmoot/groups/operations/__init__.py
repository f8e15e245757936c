"""What can be done with a group and its members."""

from folkmoot.groups.operations.activity import was_active
from folkmoot.groups.operations.bringing import bring_groups, bring_owner, check_tree, free_addresses, require_owners
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
    restore_member,
)
from folkmoot.groups.operations.packages import (
    ask_package,
    finish_package,
    note_export,
    note_progress,
    sweep_packages,
)
from folkmoot.groups.operations.roles import (
    allow,
    disallow,
    grant_role,
    lock_owned,
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

__all__ = [
    "accept",
    "add_member",
    "allow",
    "appeal",
    "apply",
    "ask_package",
    "assign",
    "bring_groups",
    "bring_owner",
    "change",
    "change_reading",
    "check_tree",
    "close_itself",
    "decide",
    "decide_appeal",
    "decline",
    "deny",
    "disallow",
    "finish_package",
    "first_owner",
    "found",
    "free_addresses",
    "grant_role",
    "invite",
    "join",
    "leave",
    "lift",
    "lift_sanction",
    "limit",
    "lock_owned",
    "make_member",
    "make_owner",
    "make_role",
    "move_group",
    "move_group_back",
    "name_side",
    "note_export",
    "note_progress",
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
    "require_owners",
    "restore_member",
    "revoke_role",
    "sanction",
    "share_figures",
    "split_off",
    "sweep_packages",
    "turn_terms",
    "unite",
    "was_active",
]
