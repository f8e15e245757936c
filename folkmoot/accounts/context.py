"""What every page shows of the installation: its name, its colour, its notices."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from folkmoot.accounts.queries import the_installation


def installation(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Asked only where a template shows something of it."""
    return {"installation": SimpleLazyObject(the_installation)}
