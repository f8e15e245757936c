from allauth.mfa.models import Authenticator
from django.db import transaction

from folkmoot.accounts.models import Affiliation, Person, PersonExport, ProfileEntry
from folkmoot.accounts.operations import settle_affiliations, settle_domains
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record


def person_merged(event: Event) -> None:
    """What the other said of themselves is said by the one they are now, where they had said nothing.

    Ways in don't come along: nobody signs in as the other any more.
    """
    into_id = event.data["into_id"]
    with transaction.atomic():
        said = ProfileEntry.objects.filter(person_id=into_id).values("field")
        ProfileEntry.objects.filter(person_id=event.subject_id).exclude(
            field__in=list(said.values_list("field", flat=True))
        ).update(person_id=into_id)
        ProfileEntry.objects.filter(person_id=event.subject_id).delete()
        PersonExport.objects.filter(person_id=event.subject_id).delete()
        Authenticator.objects.filter(user_id=event.subject_id).delete()
    _move_ties(event.subject_id, Person.objects.get(pk=into_id), via=event.via)


def _move_ties(from_id: int, into: Person, *, via: str) -> None:
    """Where the other belongs by word, the one does; what addresses prove is looked at, since they came along."""
    with transaction.atomic():
        theirs = Affiliation.objects.filter(person_id=from_id)
        theirs.filter(proof=Affiliation.Proof.ADDRESS).delete()
        known = Affiliation.objects.filter(person=into, proof=Affiliation.Proof.WORD, ends_on=None)
        theirs.filter(ends_on=None, organization__in=list(known.values_list("organization", flat=True))).delete()
        if theirs.update(person=into):
            record("affiliation.begun", into, by=None, via=via)
    settle_affiliations(into, via=via)


def address_proven(event: Event) -> None:
    """An address may say where somebody works."""
    settle_affiliations(Person.objects.get(pk=event.subject_id), via=event.via)


def organization_changed(event: Event) -> None:
    """Other domains, other people."""
    settle_domains(event.data["domains"], via=event.via)
