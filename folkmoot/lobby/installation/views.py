from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.administering import for_administrators
from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.operations import change_installation
from folkmoot.accounts.queries import the_installation
from folkmoot.groups import chronicle
from folkmoot.groups.models import FoundingRequest, HistoryEntry
from folkmoot.lobby.installation.forms import InstallationForm, NoticesForm

A_PAGE = 100


def around(station: str) -> dict[str, Any]:
    """What all these pages show beside their own."""
    return {
        "station": station,
        "nav": "installation",
        "wishes": FoundingRequest.objects.filter(decided_at=None).count(),
    }


@for_administrators
def installation(request: SignedIn) -> HttpResponse:
    return _settings(request, InstallationForm, "installation")


@for_administrators
def installation_notices(request: SignedIn) -> HttpResponse:
    return _settings(request, NoticesForm, "installation_notices")


@for_administrators
@require_safe
def installation_history(request: SignedIn) -> HttpResponse:
    entries = HistoryEntry.objects.filter(group=None).select_related("by", "about", "undone_by")
    page = Paginator(entries.order_by("-at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = around("installation_history") | {"page": page, "lines": chronicle.in_words(page)}
    return render(request, "lobby/installation/history.html", context)


def _settings(request: SignedIn, form_class: type[forms.Form], station: str) -> HttpResponse:
    now = the_installation()
    form = form_class(request.POST or None, initial={name: getattr(now, name) for name in form_class.base_fields})
    if request.method == "POST" and form.is_valid():
        change_installation(by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect(station)
    context = around(station) | {"form": form}
    return render(request, f"lobby/installation/{station}.html", context, status=422 if form.errors else 200)
