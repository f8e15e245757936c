"""Reminders of a meeting, to those who come, who wait, or who have not answered."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import override

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.invitations import seats
from folkmoot.doors.mail.invitations.copies import may_be_written_to
from folkmoot.doors.mail.invitations.queue import address_of, invitees
from folkmoot.meetings.models import Reminder, Rsvp
from folkmoot.meetings.rules import can_answer
from folkmoot.outbox.models import Event


def reminder_due(event: Event) -> None:
    """Queue the letters of one reminder, each once however often this is tried; asked anew who it is for."""
    rows = Reminder.objects.select_related("meeting__group", "meeting__venue", "meeting__topic")
    reminder = rows.filter(pk=event.subject_id).first()
    if reminder is None or reminder.meeting.cancelled_at or reminder.meeting.is_over:
        return
    for person, where in list(_readers(reminder)):
        _write(reminder, person, where, key=f"{event.pk}:{person.pk}")


def _readers(reminder: Reminder) -> Iterator[tuple[Person, str]]:
    if reminder.to == Reminder.To.SILENT:
        answered = Rsvp.objects.filter(meeting=reminder.meeting).values("person")
        silent = invitees(reminder.meeting).exclude(person__in=answered).select_related("person", "address")
        for member in silent.order_by("pk"):
            if member.address is not None and can_answer(member.person, reminder.meeting):
                yield member.person, member.address.email
        return
    for rsvp in _answers(reminder).select_related("person").order_by("pk"):
        where = address_of(rsvp.person, reminder.meeting.group)
        meeting = reminder.meeting
        if where is not None and can_answer(rsvp.person, meeting) and may_be_written_to(rsvp.person, meeting):
            yield rsvp.person, where


def _answers(reminder: Reminder) -> QuerySet[Rsvp]:
    theirs = Rsvp.objects.filter(meeting=reminder.meeting)
    return theirs.coming() if reminder.to == Reminder.To.COMING else theirs.waiting()


def _write(reminder: Reminder, person: Person, where: str, *, key: str) -> None:
    comes = reminder.to == Reminder.To.COMING
    context = seats.about(reminder.meeting, person, comes=comes) | {"reminder": reminder}
    with override(reminder.meeting.group.language):
        seats.write(f"reminder_{reminder.to}", context, reminder.meeting, person, to=where, key=key)
