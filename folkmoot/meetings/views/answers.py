"""Saying whether one comes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.meetings.forms import AnswerForm
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations import answer
from folkmoot.meetings.views.meetings import page
from folkmoot.web.forms import tried


@login_required
@require_POST
def meeting_answer(request: SignedIn, meeting_id: int) -> HttpResponse:
    shown = Meeting.objects.visible_to(request.user)
    rows = shown.select_related("group", "series", "venue", "host", "topic__channel__group")
    found = get_object_or_404(rows, pk=meeting_id)
    form = AnswerForm(found, request.POST)
    if form.is_valid():
        said: Any = tried(form, None, lambda: answer(found, person=request.user, via="web", **form.said))
        if said is not None:
            messages.success(request, said_in_words(said))
            return redirect(f"{found.get_absolute_url()}#answer")
    with timezone.override(found.group.time_zone):
        return page(request, found, form, status=422)


def said_in_words(rsvp: Rsvp) -> str:
    """What an answer means, for who gave it."""
    if rsvp.waits_since:
        return _("All seats are taken. You are on the waiting list and hear of it when one comes free.")
    if rsvp.comes:
        return _("You come. See you there!") if rsvp.place == Rsvp.Place.ROOM else _("You join online.")
    return _("You don't come. Thank you for saying so.") if rsvp.answer == Rsvp.Answer.NO else _("You may come.")
