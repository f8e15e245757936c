"""Answers to requests that Django itself turns down, and to what was written in them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages, or from one that is too old."""
    if is_ours(request):
        words = _("This page was open for too long, or you have signed in again meanwhile.")
    else:
        words = _(
            "This page was open for too long, or the form came from elsewhere. Go back, reload the page and send again."
        )
    return refused(request, words, status=403)


def refused(request: HttpRequest, message: str, *, status: int) -> HttpResponse:
    """Say why something was not done. Nobody loses what they wrote by it: it stands in a box that sends it again."""
    written = request.POST if is_ours(request) and request.POST.get("body") else {}
    rest = {name: value for name, value in written.items() if name not in {"body", "csrfmiddlewaretoken"}}
    context = {"message": message, "body": written.get("body", ""), "rest": rest, "action": request.path}
    return render(request, "web/refused.html", context, status=status)


def is_ours(request: HttpRequest) -> bool:
    """Whether a form was sent from a page of ours, as its browser says: nobody else puts words on our pages."""
    return request.headers.get("Origin", "") == f"{request.scheme}://{request.get_host()}"
