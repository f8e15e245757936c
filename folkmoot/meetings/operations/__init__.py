"""What can be done with meetings; the only writer of this app's tables."""

from folkmoot.meetings.operations.announcing import announce, announce_due
from folkmoot.meetings.operations.answering import Outdated, answer, withdraw_answer, withdraw_answers
from folkmoot.meetings.operations.attendees import bring_attendees, rehearse_attendees
from folkmoot.meetings.operations.backdating import date_back, take_as_announced
from folkmoot.meetings.operations.bringer import Brought
from folkmoot.meetings.operations.bringing import bring_meetings_along
from folkmoot.meetings.operations.dating import (
    answer_dates,
    ask_dates,
    change_dates,
    close_dates,
    close_due_dates,
    decide,
    reopen_dates,
)
from folkmoot.meetings.operations.erasing import erase_answers
from folkmoot.meetings.operations.mirroring import mirror_due, set_mirror
from folkmoot.meetings.operations.planning import cancel, change_meeting, discard, plan_meeting, publish, uncancel
from folkmoot.meetings.operations.reminding import Wanted, remind_again, remind_as_usual, remind_due, set_reminders
from folkmoot.meetings.operations.rotating import rotate
from folkmoot.meetings.operations.seating import give_seat, move_up, move_up_all
from folkmoot.meetings.operations.series import (
    Own,
    change_all,
    change_from,
    discard_series,
    end_series,
    fill_all,
    plan_series,
    publish_series,
)
from folkmoot.meetings.operations.timekeeping import keep_time
from folkmoot.meetings.operations.unpacking import bring_meetings
from folkmoot.meetings.operations.venues import add_venue, bring_venue_back, change_venue, retire_venue
from folkmoot.meetings.operations.wishes import ask, stop_asking

__all__ = [
    "Brought",
    "Outdated",
    "Own",
    "Wanted",
    "add_venue",
    "announce",
    "announce_due",
    "answer",
    "answer_dates",
    "ask",
    "ask_dates",
    "bring_attendees",
    "bring_meetings",
    "bring_meetings_along",
    "bring_venue_back",
    "cancel",
    "change_all",
    "change_dates",
    "change_from",
    "change_meeting",
    "change_venue",
    "close_dates",
    "close_due_dates",
    "date_back",
    "decide",
    "discard",
    "discard_series",
    "end_series",
    "erase_answers",
    "fill_all",
    "give_seat",
    "keep_time",
    "mirror_due",
    "move_up",
    "move_up_all",
    "plan_meeting",
    "plan_series",
    "publish",
    "publish_series",
    "rehearse_attendees",
    "remind_again",
    "remind_as_usual",
    "remind_due",
    "reopen_dates",
    "retire_venue",
    "rotate",
    "set_mirror",
    "set_reminders",
    "stop_asking",
    "take_as_announced",
    "uncancel",
    "withdraw_answer",
    "withdraw_answers",
]
