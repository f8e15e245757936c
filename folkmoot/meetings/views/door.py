"""At the door: who is expected, who has come, with a network and without."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import mark_safe
from django.utils.timezone import is_aware, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot import web
from folkmoot.accounts.http import SignedIn
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import key_of
from folkmoot.meetings.attendance import at_the_door
from folkmoot.meetings.models import Attendance, Meeting, Rsvp
from folkmoot.meetings.operations.attending import MOST_AT_ONCE, Coming, note_coming, take_back
from folkmoot.meetings.programme_forms import WalkInForm
from folkmoot.meetings.tickets import shown, ticket
from folkmoot.meetings.views.loading import about, looked_after, of_meeting
from folkmoot.web.forms import tried

WORKER = Path(web.__file__).parent / "static" / "web" / "js" / "door-worker.js"


@login_required
@looked_after
def door(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """The list; a POST notes who came: one by a form, many as JSON from a door that was off-line."""
    if request.method == "POST" and request.content_type == "application/json":
        return _batch(request, meeting)
    if request.method == "POST":
        return _one(request, meeting)
    return _page(request, meeting, WalkInForm())


@login_required
@require_POST
def attendance_remove(request: SignedIn, attendance_id: int) -> HttpResponse:
    theirs = Attendance.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
    row = get_object_or_404(theirs.select_related("meeting__group"), pk=attendance_id)
    take_back(row, by=request.user, via="web")
    return redirect("door", row.meeting_id)


@login_required
@require_safe
@of_meeting
def ticket_page(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """One's own ticket, which the door scans."""
    mine = get_object_or_404(Rsvp.objects.coming().filter(meeting=meeting), person=request.user)
    code = ticket(meeting, mine.person_id)
    address = f"{settings.SITE}{reverse('door', args=[meeting.pk])}?ticket={code}"
    return render(request, "meetings/ticket.html", about(request, meeting, code=code, picture=drawn(address)))


@require_safe
def door_worker(request: HttpRequest) -> HttpResponse:
    """The program that keeps the door's page while there is no network; it stands here since it may serve no other."""
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript")


def drawn(text: str) -> Any:
    """A text as a picture that cameras read."""
    svg = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    return mark_safe(svg)  # made of squares only


def _batch(request: SignedIn, meeting: Meeting) -> JsonResponse:
    """Note what an off-line door has kept, and say which of it need not be kept any longer."""
    try:
        said = json.loads(request.body)
        entries = [entry for one in said["came"][: MOST_AT_ONCE + 1] if (entry := _entry(one))]
    except (ValueError, KeyError, TypeError, RecursionError):
        return JsonResponse({"error": _("This can't be read.")}, status=400)
    try:
        note_coming(meeting, entries=entries, by=request.user, via="web")
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=422)
    came = meeting.attendances.exclude(person=None).values_list("person", "came_at")
    here = {str(person): at.isoformat() for person, at in came}
    noted = [str(one.get("key", "")) for one in said["came"] if isinstance(one, dict)]
    return JsonResponse({"noted": noted, "here": here, "count": meeting.attendances.count()})


def _entry(said: Any) -> Coming | None:
    """One of them; None where it makes no sense, so that it does not hold up the others."""
    if not isinstance(said, dict) or not isinstance(said.get("key"), str):
        return None
    person, guests = said.get("person"), said.get("guests", 0)
    is_number = isinstance(person, int) and not isinstance(person, bool) and 0 < person < 2**63
    return Coming(
        said["key"],
        _moment(said.get("at")),
        person=person if is_number else None,
        name=str(said.get("name", ""))[:1000],
        address=str(said.get("address", ""))[:1000],
        guests=guests if isinstance(guests, int) else 0,
    )


def _moment(said: Any) -> datetime:
    try:
        found = parse_datetime(said) if isinstance(said, str) else None
    except ValueError:
        found = None
    return found if found and is_aware(found) else now()


def _one(request: SignedIn, meeting: Meeting) -> HttpResponse:
    if "code" in request.POST:
        person = shown(meeting, request.POST["code"])
        if person is None:
            raise Refused(_("This is no ticket of this meeting."))
        return _noted(request, meeting, Coming(f"p-{person}", now(), person=person))
    if person := key_of(request.POST.get("person", "")):
        return _noted(request, meeting, Coming(f"p-{person}", now(), person=person))
    form = WalkInForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        entry = Coming(said.pop("key") or uuid4().hex, now(), **said)
        if tried(form, None, lambda: note_coming(meeting, entries=[entry], by=request.user, via="web")) is not None:
            return redirect("door", meeting.pk)
    return _page(request, meeting, form)


def _noted(request: SignedIn, meeting: Meeting, entry: Coming) -> HttpResponse:
    note_coming(meeting, entries=[entry], by=request.user, via="web")
    line = next((line for line in at_the_door(meeting) if line.person_id == entry.person), None)
    if line is None:
        raise Refused(_("Nobody here has this number."))
    messages.success(request, _("%(name)s is here.") % {"name": line.name})
    return redirect("door", meeting.pk)


def _page(request: SignedIn, meeting: Meeting, form: WalkInForm) -> HttpResponse:
    lines = at_the_door(meeting)
    said = request.GET.get("q", "").strip()[:100]
    person = shown(meeting, request.GET.get("ticket", ""))
    context = about(
        request,
        meeting,
        lines=[line for line in lines if said.casefold() in line.name.casefold()],
        asked=said,
        scanned=next((line for line in lines if person and line.person_id == person), None),
        is_strange="ticket" in request.GET and person is None,
        came=sum(line.came is not None for line in lines),
        heads=sum(1 + line.guests for line in lines if line.came),
        expected=sum(line.rsvp is not None for line in lines),
        form=form,
        key=uuid4().hex,
    )
    return render(request, "meetings/door.html", context, status=422 if form.errors else 200)
