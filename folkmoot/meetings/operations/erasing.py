"""Forgetting a person who left."""

from django.db import transaction
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.meetings.models import DateAnswer, Rsvp, WishAnswer


def erase_answers(person: Person, keep_words: bool) -> None:
    """Forget what somebody answered. That somebody came still counts, without a name or a word of theirs."""
    with transaction.atomic():
        DateAnswer.objects.filter(person=person).delete()
        WishAnswer.objects.filter(rsvp__person=person).delete()
        past = Rsvp.objects.filter(person=person, meeting__ends_at__lte=now())
        past.update(note="")
        Rsvp.objects.filter(person=person).exclude(pk__in=past.values("pk")).delete()
