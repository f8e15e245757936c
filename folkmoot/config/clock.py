"""What is looked at each minute and each night. The whole answer is in this table."""

from datetime import timedelta

from folkmoot.conversations.operations import say_due, sweep_files, sweep_scheduled
from folkmoot.doors.mail import sweeping
from folkmoot.outbox.clock import Duty
from folkmoot.outbox.operations import sweep as sweep_events

DUTIES = [
    Duty("events", timedelta(days=1), sweep_events),
    Duty("scheduled", timedelta(minutes=1), say_due),
    Duty("said", timedelta(days=1), sweep_scheduled),
    Duty("files", timedelta(days=1), sweep_files),
    Duty("letters", timedelta(days=1), sweeping.sweep),
]
