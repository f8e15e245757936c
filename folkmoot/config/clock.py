"""What is looked at each minute and each night. The whole answer is in this table."""

from datetime import timedelta

from folkmoot.accounts.operations import settle_all, sweep_exports
from folkmoot.accounts.queries import keeps_file
from folkmoot.conversations.operations import close_due_polls, say_due, sweep_drafts, sweep_files, sweep_scheduled
from folkmoot.doors.mail import duty_letters, sweeping
from folkmoot.doors.mail.invitations import newcomers
from folkmoot.doors.mail.invitations import queue as invitations
from folkmoot.doors.mail.over import letters as over
from folkmoot.groups.operations import (
    end_inspections,
    end_moves,
    place_all,
    place_turned,
    run_all_rules,
    sweep_packages,
    turn_terms,
)
from folkmoot.groups.operations.duties import go_on, remind_of_ends
from folkmoot.groups.operations.succession import look_after_owners
from folkmoot.groups.queries import keeps_package
from folkmoot.meetings.operations import announce_due, close_due_dates, fill_all, keep_time, move_up_all, remind_due
from folkmoot.meetings.operations.minutes import begin_due
from folkmoot.meetings.operations.wishes import carry_over
from folkmoot.meetings.programme import slides_in_use
from folkmoot.outbox.clock import Duty
from folkmoot.outbox.operations import sweep as sweep_events


def _keeps(name: str) -> bool:
    return keeps_file(name) or keeps_package(name)


DUTIES = [
    Duty("events", timedelta(days=1), sweep_events),
    Duty("inspections", timedelta(minutes=1), end_inspections),
    Duty("grants", timedelta(minutes=1), turn_terms),
    Duty("scheduled", timedelta(minutes=1), say_due),
    Duty("polls", timedelta(minutes=1), close_due_polls),
    Duty("dates", timedelta(minutes=1), close_due_dates),
    Duty("said", timedelta(days=1), sweep_scheduled),
    Duty("drafts", timedelta(days=1), sweep_drafts),
    Duty("affiliations", timedelta(days=1), settle_all),
    Duty("sides by date", timedelta(hours=1), place_turned),
    Duty("sides", timedelta(days=1), place_all),
    Duty("rules", timedelta(days=1), run_all_rules),
    Duty("exports", timedelta(hours=1), sweep_exports),
    Duty("packages", timedelta(hours=1), sweep_packages),
    Duty("files", timedelta(days=1), lambda: sweep_files(spare=_keeps, used=slides_in_use())),
    Duty("terms", timedelta(hours=1), remind_of_ends),
    Duty("turns", timedelta(hours=1), go_on),
    Duty("owners", timedelta(hours=1), look_after_owners),
    Duty("to do", timedelta(days=1), duty_letters.send_todo),
    Duty("moves", timedelta(minutes=10), end_moves),
    Duty("coming over", timedelta(hours=6), over.send_counts),
    Duty("series", timedelta(days=1), fill_all),
    Duty("zones", timedelta(days=1), keep_time),
    Duty("announcements", timedelta(hours=1), announce_due),
    Duty("seats", timedelta(minutes=10), move_up_all),
    Duty("reminders", timedelta(minutes=5), remind_due),
    Duty("questions", timedelta(hours=1), carry_over),
    Duty("minutes", timedelta(minutes=1), begin_due),
    Duty("calendars", timedelta(days=1), invitations.look_at_all),
    Duty("newcomers", timedelta(days=1), newcomers.invite_all),
    Duty("letters", timedelta(days=1), sweeping.sweep),
]
