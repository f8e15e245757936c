"""What is looked at each minute and each night. The whole answer is in this table."""

from datetime import timedelta

from folkmoot.conversations.operations import sweep_drafts, sweep_files
from folkmoot.doors.mail import sweeping
from folkmoot.outbox.clock import Duty
from folkmoot.outbox.operations import sweep as sweep_events

DUTIES = [
    Duty("events", timedelta(days=1), sweep_events),
    Duty("files", timedelta(days=1), sweep_files),
    Duty("drafts", timedelta(days=1), sweep_drafts),
    Duty("letters", timedelta(days=1), sweeping.sweep),
]
