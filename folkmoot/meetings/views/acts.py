"""What organisers do with a meeting by one button."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.models import where_allowed
from folkmoot.meetings import operations
from folkmoot.meetings.models import Meeting, Series


@login_required
@require_POST
def meeting_publish(request: SignedIn, meeting_id: int) -> HttpResponse:
    found = _meeting(request, meeting_id)
    if found.series is not None and found.series.published_at is None:
        operations.publish_series(found.series, by=request.user, via="web")
        return _said(request, found, _("The series is published."))
    operations.publish(found, by=request.user, via="web")
    return _said(request, found, _("It is published."))


@login_required
@require_POST
def meeting_cancel(request: SignedIn, meeting_id: int) -> HttpResponse:
    found = _meeting(request, meeting_id)
    operations.cancel(found, by=request.user, via="web", why=_why(request))
    words = _("It is called off. Whoever answered hears of it.")
    return _said(request, found, words, tags=f"undo:/meetings/{found.pk}/cancel/remove")


@login_required
@require_POST
def meeting_cancel_remove(request: SignedIn, meeting_id: int) -> HttpResponse:
    return _act(request, meeting_id, operations.uncancel, _("It takes place after all."))


@login_required
@require_POST
def meeting_discard(request: SignedIn, meeting_id: int) -> HttpResponse:
    found = _meeting(request, meeting_id)
    operations.discard(found, by=request.user, via="web")
    messages.success(request, _("The draft is thrown away."))
    return redirect("meetings", slug=found.group.slug)


@login_required
@require_POST
def series_discard(request: SignedIn, series_id: int) -> HttpResponse:
    organised = where_allowed(request.user, "meetings.organise")
    found = get_object_or_404(Series.objects.filter(organised).select_related("group"), pk=series_id)
    operations.discard_series(found, by=request.user, via="web")
    messages.success(request, _("The draft is thrown away."))
    return redirect("meetings", slug=found.group.slug)


@login_required
@require_POST
def meeting_end(request: SignedIn, meeting_id: int) -> HttpResponse:
    """End a series before this meeting."""
    found = _meeting(request, meeting_id)
    operations.end_series(found, by=request.user, via="web", why=_why(request))
    return _said(request, found, _("The series is over: this one and those that follow are called off."))


def _act(request: SignedIn, meeting_id: int, act: Callable[..., Any], words: str) -> HttpResponse:
    found = _meeting(request, meeting_id)
    act(found, by=request.user, via="web")
    return _said(request, found, words)


def _meeting(request: SignedIn, meeting_id: int) -> Meeting:
    shown = Meeting.objects.visible_to(request.user).select_related("group", "series")
    return get_object_or_404(shown, pk=meeting_id)


def _why(request: SignedIn) -> str:
    return request.POST.get("why", "")[:300]


def _said(request: SignedIn, found: Meeting, words: str, *, tags: str = "") -> HttpResponse:
    messages.success(request, words, extra_tags=tags)
    return redirect(found)
