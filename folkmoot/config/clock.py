"""What is looked at each minute and each night. The whole answer is in this table."""

from datetime import timedelta
from functools import partial

from folkmoot.accounts.operations import sweep_exports
from folkmoot.accounts.queries import keeps_file
from folkmoot.conversations.operations import say_due, sweep_drafts, sweep_files, sweep_scheduled
from folkmoot.doors.mail import sweeping
from folkmoot.groups.operations import end_denials
from folkmoot.outbox.clock import Duty
from folkmoot.outbox.operations import sweep as sweep_events

DUTIES = [
    Duty("denials", timedelta(minutes=1), end_denials),
    Duty("events", timedelta(days=1), sweep_events),
    Duty("scheduled", timedelta(minutes=1), say_due),
    Duty("said", timedelta(days=1), sweep_scheduled),
    Duty("drafts", timedelta(days=1), sweep_drafts),
    Duty("exports", timedelta(hours=1), sweep_exports),
    Duty("files", timedelta(days=1), partial(sweep_files, spare=keeps_file)),
    Duty("letters", timedelta(days=1), sweeping.sweep),
]
