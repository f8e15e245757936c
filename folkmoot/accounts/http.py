from django.http import HttpRequest

from folkmoot.accounts.models import Person

# For those who sign in by a link in a letter, not by a code.
BACKEND = "folkmoot.accounts.backends.Backend"


class SignedIn(HttpRequest):
    """A request that has passed login_required. For type checkers."""

    user: Person


def reader(request: HttpRequest) -> Person | None:
    """Who is looking; None for a stranger."""
    return request.user if isinstance(request.user, Person) else None
