"""What we do when something happened elsewhere, or to a meeting."""

from django.db import transaction

from folkmoot.accounts.models import Person
from folkmoot.groups.models import Denial, Membership, Sanction
from folkmoot.meetings import operations
from folkmoot.meetings.models import DateAnswer, DatePoll, Meeting, Rsvp, Series
from folkmoot.meetings.operations.erasing import merge_programme
from folkmoot.outbox.models import Event


def meeting_published(event: Event) -> None:
    """Tell the group at once, where the meeting is near, and remind people as usual."""
    if meeting := Meeting.objects.filter(pk=event.subject_id).first():
        operations.remind_as_usual(meeting)
        operations.announce(meeting)


def meeting_moved(event: Event) -> None:
    """A meeting that was put off is reminded of again."""
    meeting = Meeting.objects.filter(pk=event.subject_id).first()
    if meeting is not None and "starts_at" in event.data.get("fields", ()):
        operations.remind_again(meeting)


def seats_may_be_free(event: Event) -> None:
    """Whoever waits moves up when somebody goes, and when there are more seats."""
    if meeting := _meeting(event):
        operations.move_up(meeting)


def member_gone(event: Event) -> None:
    """Whoever is no member any more gives their seats back, unless others than members may come too."""
    member = Membership.objects.select_related("group", "person").filter(pk=event.subject_id).first()
    if member is not None:
        operations.withdraw_answers(member.person, group=member.group, via=event.via)


def sanction_laid(event: Event) -> None:
    """Whoever may not come for a while gives their seats to those who may."""
    laid = Sanction.objects.select_related("group", "person").filter(pk=event.subject_id).first()
    if laid is not None:
        operations.withdraw_answers(laid.person, group=laid.group, via=event.via)


def permission_denied(event: Event) -> None:
    """The same for what is denied to somebody by hand, when it is and when it begins."""
    denial = Denial.objects.select_related("group", "person").filter(pk=event.subject_id).first()
    if denial is not None:
        operations.withdraw_answers(denial.person, group=denial.group, via=event.via)


def person_merged(event: Event) -> None:
    """Two who are one have one answer to each meeting: the later one."""
    with transaction.atomic():
        into = Person.objects.get(pk=event.data["into_id"])
        _move_answers(event.subject_id, into)
        merge_programme(event.subject_id, into=into)
        _move_date_answers(event.subject_id, into)


def _move_answers(from_id: int, into: Person) -> None:
    theirs = {one.meeting_id: one for one in Rsvp.objects.filter(person=into)}
    for rsvp in Rsvp.objects.filter(person_id=from_id):
        kept = theirs.get(rsvp.meeting_id)
        if kept is not None and kept.said_at > rsvp.said_at:
            rsvp.delete()
            continue
        if kept is not None:
            kept.delete()
        Rsvp.objects.filter(pk=rsvp.pk).update(person=into)
    Rsvp.objects.filter(by=from_id).update(by=into)
    for field in ("host", "by"):
        Meeting.objects.filter(**{field: from_id}).update(**{field: into})
    Series.objects.filter(by=from_id).update(by=into)


def _move_date_answers(from_id: int, into: Person) -> None:
    """To each time the later answer of two counts."""
    theirs = {one.choice_id: one for one in DateAnswer.objects.filter(person=into)}
    for answer in DateAnswer.objects.filter(person_id=from_id):
        kept = theirs.get(answer.choice_id)
        if kept is not None:
            DateAnswer.objects.filter(pk=min(kept, answer, key=lambda one: one.answered_at).pk).delete()
    DateAnswer.objects.filter(person_id=from_id).update(person=into)
    DatePoll.objects.filter(by=from_id).update(by=into)


def _meeting(event: Event) -> Meeting | None:
    if event.kind == "rsvp.changed":
        rsvp = Rsvp.objects.select_related("meeting").filter(pk=event.subject_id).first()
        return rsvp.meeting if rsvp else None
    return Meeting.objects.filter(pk=event.subject_id).first()
