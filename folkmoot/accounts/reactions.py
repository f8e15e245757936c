from allauth.mfa.models import Authenticator
from django.db import transaction

from folkmoot.accounts.models import PersonExport, ProfileEntry
from folkmoot.outbox.models import Event


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
