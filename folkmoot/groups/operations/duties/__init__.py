"""What can be done with duties: who looks after what, from when to when, and who is next."""

from folkmoot.groups.operations.duties.handing_over import accept_duty, ask_successor, decline_duty, hand_over
from folkmoot.groups.operations.duties.holding import give_duty, lay_down, leave_all_duties, write_notes
from folkmoot.groups.operations.duties.making import change_duty, end_duty, make_duty, resume_duty
from folkmoot.groups.operations.duties.turning import go_on, remind_of_ends, set_turns

__all__ = [
    "accept_duty",
    "ask_successor",
    "change_duty",
    "decline_duty",
    "end_duty",
    "give_duty",
    "go_on",
    "hand_over",
    "lay_down",
    "leave_all_duties",
    "make_duty",
    "remind_of_ends",
    "resume_duty",
    "set_turns",
    "write_notes",
]
