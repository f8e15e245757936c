"""Meetings by mail: invitations and what follows on them, answers that come back, reminders."""
