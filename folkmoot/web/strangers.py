"""Pages that are the same for every stranger may be kept whole; the view says so, the server keeps them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

KEEP = "Folkmoot-Keep"  # never leaves the server


def same_for_strangers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the page be kept for all who are not signed in: it holds nothing about whoever asked, and no form's token."""

    @wraps(view)
    def wrapped(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        return keep_for_strangers(request, view(request, *arguments, **named))

    return wrapped


def keep_for_strangers(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Mark a page as one that may be kept, if it is a stranger's."""
    if not request.user.is_authenticated and response.status_code == 200:
        response.headers[KEEP] = "yes"
        response.headers.setdefault("Cache-Control", "no-cache")  # a browser asks each time whether it changed
    return response
