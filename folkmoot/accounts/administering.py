"""Pages that are for the administrators of the installation; to everybody else there is no such page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse

from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.rules import can_administer

Page = Callable[..., HttpResponse]


def for_administrators(view: Page) -> Page:
    """Let administrators in, and nobody else learn that something is there."""

    @login_required
    @wraps(view)
    def wrapped(request: SignedIn, **more: Any) -> HttpResponse:
        if not can_administer(request.user):
            raise Http404
        return view(request, **more)

    return wrapped
