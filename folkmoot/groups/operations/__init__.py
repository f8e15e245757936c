"""What can be done with a group and its members."""

from folkmoot.groups.operations.activity import was_active
from folkmoot.groups.operations.asking import ask, change_field, change_question, make_field, remove_field, stop_asking
from folkmoot.groups.operations.bringing import bring_groups, bring_owner, check_tree, free_addresses, require_owners
from folkmoot.groups.operations.closing import close_group, reopen_group
from folkmoot.groups.operations.coming_over import count_opening, date_move_back, note_moved
from folkmoot.groups.operations.denials import deny, lift
from folkmoot.groups.operations.founding import change, found, rename
from folkmoot.groups.operations.importing import import_members, rehearse_import
from folkmoot.groups.operations.inspections import end_inspection, end_inspections, inspect
from folkmoot.groups.operations.invitations import accept, apply, decide, decline, invite
from folkmoot.groups.operations.links import close_link, come_by, make_link
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
from folkmoot.groups.operations.moving import begin_move, change_move, end_move, end_moves
from folkmoot.groups.operations.packages import ask_package, finish_package, note_export, note_progress, sweep_packages
from folkmoot.groups.operations.placement_rules import make_rule, remove_rule
from folkmoot.groups.operations.placing import rules_about, run_all_rules, run_rule, run_rules
from folkmoot.groups.operations.roles import (
    allow,
    disallow,
    give_role_back,
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
from folkmoot.groups.operations.values import describe_member
from folkmoot.groups.operations.wishes import ask_to_found, decide_founding

__all__ = [
    "accept",
    "add_member",
    "allow",
    "appeal",
    "apply",
    "ask",
    "ask_package",
    "ask_to_found",
    "assign",
    "begin_move",
    "bring_groups",
    "bring_owner",
    "change",
    "change_field",
    "change_move",
    "change_question",
    "change_reading",
    "check_tree",
    "close_group",
    "close_itself",
    "close_link",
    "come_by",
    "count_opening",
    "date_move_back",
    "decide",
    "decide_appeal",
    "decide_founding",
    "decline",
    "deny",
    "describe_member",
    "disallow",
    "end_inspection",
    "end_inspections",
    "end_move",
    "end_moves",
    "finish_package",
    "first_owner",
    "found",
    "free_addresses",
    "give_role_back",
    "grant_role",
    "import_members",
    "inspect",
    "invite",
    "join",
    "leave",
    "lift",
    "lift_sanction",
    "limit",
    "lock_owned",
    "make_field",
    "make_link",
    "make_member",
    "make_owner",
    "make_role",
    "make_rule",
    "move_group",
    "move_group_back",
    "name_side",
    "note_export",
    "note_moved",
    "note_progress",
    "open_itself",
    "place_all",
    "place_person",
    "place_sides",
    "place_turned",
    "rehearse_import",
    "remove_field",
    "remove_member",
    "remove_role",
    "remove_rule",
    "remove_side",
    "rename",
    "rename_role",
    "reopen_group",
    "require_owners",
    "restore_member",
    "revoke_role",
    "rules_about",
    "run_all_rules",
    "run_rule",
    "run_rules",
    "sanction",
    "share_figures",
    "split_off",
    "stop_asking",
    "sweep_packages",
    "turn_terms",
    "unite",
    "was_active",
]
