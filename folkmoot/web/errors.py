"""Answers to requests that Django itself turns down."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our pages, or from one that is too old."""
    words = _(
        "This page was open for too long, or the form came from elsewhere. Go back, reload the page and send again."
    )
    return render(request, "web/refused.html", {"message": words}, status=403)
