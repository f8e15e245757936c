"""Who is signed in: allauth's backend, asking for the person by a query that is written once."""

from allauth.account.auth_backends import AuthenticationBackend

from folkmoot.accounts.models import Person
from folkmoot.store.prepared import Prepared

_PERSON = Prepared(lambda key: Person.objects.filter(pk=key, is_active=True))


class Backend(AuthenticationBackend):
    """What Django asks (AUTHENTICATION_BACKENDS)."""

    def get_user(self, user_id: int) -> Person | None:
        return _PERSON.first(user_id)
