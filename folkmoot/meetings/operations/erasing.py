"""Forgetting a person who left, and giving what two accounts did to the one that they have become."""

from django.db import transaction
from django.db.models import Model, Q
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.meetings.models import (
    Approval,
    Attendance,
    DateAnswer,
    Feedback,
    Interest,
    Minutes,
    Point,
    Proposal,
    Rsvp,
    TakenBack,
    WishAnswer,
)


def erase_answers(person: Person, keep_words: bool) -> None:
    """Forget what somebody answered. That somebody came still counts, without a name or a word of theirs."""
    with transaction.atomic():
        DateAnswer.objects.filter(person=person).delete()
        TakenBack.objects.filter(person=person).delete()
        WishAnswer.objects.filter(rsvp__person=person).delete()
        past = Rsvp.objects.filter(person=person, meeting__ends_at__lte=now())
        past.update(note="")
        Rsvp.objects.filter(person=person).exclude(pk__in=past.values("pk")).delete()
        _erase_programme(person, keep_words)


def _erase_programme(person: Person, keep_words: bool) -> None:
    """Talks that no meeting has go; those that were given stay as the group's, their speaker being whoever left."""
    Interest.objects.filter(person=person).delete()
    Approval.objects.filter(person=person, minutes__published_at=None).delete()
    talks = Proposal.objects.filter(Q(by=person) | Q(speaker=person))
    talks.filter(by=person, item=None).delete()
    talks.filter(by=person).update(speaker_address="")
    for one in person.addresses.values_list("email", flat=True):  # where others have named them
        Proposal.objects.filter(speaker_address__iexact=one).update(speaker_address="")
    if not keep_words:
        talks.update(abstract="")
        Feedback.objects.filter(person=person).update(words="")
        Approval.objects.filter(person=person).update(objection="")
    Point.objects.filter(owner=person, closed_at=None).update(owner=None)


def merge_programme(from_id: int, *, into: Person) -> None:
    """Give talks, presence, minutes and points to the one account; of what each had once, the first stays."""
    with transaction.atomic():
        _move_one_each(Interest, "proposal", from_id, into)
        _move_one_each(Attendance, "meeting", from_id, into)
        _move_one_each(TakenBack, "meeting", from_id, into)
        _move_one_each(Feedback, "meeting", from_id, into)
        _move_one_each(Approval, "minutes", from_id, into)
        for field in ("by", "speaker"):
            Proposal.objects.filter(**{field: from_id}).update(**{field: into})
        Attendance.objects.filter(by=from_id).update(by=into)
        Minutes.objects.filter(edited_by=from_id).update(edited_by=into)
        Minutes.objects.filter(submitted_by=from_id).update(submitted_by=into)
        Point.objects.filter(owner=from_id).update(owner=into)


def _move_one_each(model: type[Model], of: str, from_id: int, into: Person) -> None:
    rows = model._default_manager
    theirs = rows.filter(person=into).values(of)
    rows.filter(**{"person": from_id, f"{of}__in": list(theirs.values_list(of, flat=True))}).delete()
    rows.filter(person=from_id).update(person=into)
