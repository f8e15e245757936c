"""What every page shows of the installation: its name, its colour, its notices."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from folkmoot.accounts.queries import Look, the_look


def installation(request: HttpRequest) -> dict[str, SimpleLazyObject]:
    """Asked only where a template shows something of it."""
    return {"installation": SimpleLazyObject(lambda: _look(request))}


def _look(request: HttpRequest) -> Look:
    """As it came with the reader's session; strangers have none."""
    return getattr(getattr(request, "session", None), "look", None) or the_look()
