"""A group comes over from an old place: its page for organisers, the poster, the picture that cameras read."""

from base64 import b64decode
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups import moves
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Move
from folkmoot.groups.move_forms import MoveForm
from folkmoot.groups.operations import begin_move, change_move, end_move
from folkmoot.groups.rules import can_manage_members
from folkmoot.meetings import at_odds
from folkmoot.meetings.bringing_forms import CalendarForm
from folkmoot.meetings.models import Meeting, Mirror
from folkmoot.meetings.operations import set_mirror
from folkmoot.meetings.queries import next_of
from folkmoot.meetings.tracing import drawn_counts, drawn_weeks
from folkmoot.meetings.views.door import drawn
from folkmoot.web.forms import tried

A_POINT = 16  # of the picture to save: sharp on a slide


@login_required
@managed("members.manage")
def coming_over(request: SignedIn, group: Group) -> HttpResponse:
    """What was counted, the page for people, and where they come from."""
    move = moves.move_of(group)
    is_open = move is not None and move.ended_at is None
    form = MoveForm.of(move, request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.settings()
        if move is not None and is_open:
            if tried(form, None, lambda: change_move(move, by=request.user, via="web", **said)) is not None:
                messages.success(request, _("Saved."))
                return redirect("coming_over", group.slug)
        elif tried(form, None, lambda: begin_move(group, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("The page is open. Bring its address to the old place."))
            return redirect("coming_over", group.slug)
    return _page(request, group, move, form)


@login_required
@require_POST
def move_end(request: SignedIn, move_id: int) -> HttpResponse:
    move = _move(request, move_id)
    end_move(move, by=request.user, via="web")
    messages.success(request, _("The page is closed. What was counted stays here."))
    return redirect("coming_over", move.group.slug)


@login_required
@require_POST
def move_calendar(request: SignedIn, move_id: int) -> HttpResponse:
    """Whose meetings come along each day."""
    move = _move(request, move_id)
    form = CalendarForm(request.POST)
    if form.is_valid():
        address = form.cleaned_data["calendar"]
        said = tried(form, "calendar", lambda: set_mirror(move, address=address, by=request.user, via="web") or True)
        if said is not None:
            words = _("It is read in a moment, and then once a day.") if address else _("Nothing comes from there now.")
            messages.success(request, words)
            return redirect(reverse("coming_over", args=[move.group.slug]) + "#calendar")
    with timezone.override(move.group.time_zone):
        return _page(request, move.group, move, MoveForm.of(move), form)


@login_required
@require_safe
def move_poster(request: SignedIn, move_id: int) -> HttpResponse:
    """One sheet of paper for the wall, or for the screen of the last meeting there."""
    move = _open_move(request, move_id)
    context = {"move": move, "group": move.group, "address": _address(move), "short": _short(move)}
    context |= {"picture": drawn(_address(move)), "next": next(iter(next_of(move.group, None, 1)), None)}
    with timezone.override(move.group.time_zone):
        return render(request, "meetings/poster.html", context)


@login_required
@require_safe
def move_picture(request: SignedIn, move_id: int) -> HttpResponse:
    """The way to the page as a picture to save: for slides, chats, and the old place itself."""
    move = _open_move(request, move_id)
    code = segno.make(_address(move), error="m", micro=False)
    picture = b64decode(code.png_data_uri(scale=A_POINT, border=4).partition(",")[2])
    name = f"{move.group.slug}-{move.link.token if move.link else ''}.png"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(picture, content_type="image/png", headers=headers)


def _page(
    request: SignedIn, group: Group, move: Move | None, form: MoveForm, calendar_form: CalendarForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = around(request, group, "manage") | {"station": "joining", "part": "over"}
    context |= {"form": form, "move": move, "is_open": move is not None and move.ended_at is None}
    if move is not None:
        counts, weeks = moves.counts_of(move), moves.weeks_of(move)
        mirror = Mirror.objects.filter(move=move).first()
        context |= {
            "counts": counts,
            "weeks": list(reversed(weeks)),
            "line": drawn_counts(counts),
            "trace": drawn_weeks(move, weeks),
            "is_page_open": moves.is_page_open(move),
            "address": _address(move),
            "short": _short(move),
            "mirror": mirror,
            "at_odds": at_odds.lately(group) if mirror else [],
            "brought": Meeting.objects.filter(group=group).exclude(elsewhere="").to_come().count(),
            "calendar_form": calendar_form or CalendarForm(initial={"calendar": mirror.address if mirror else ""}),
        }
    status = 422 if form.errors or (calendar_form and calendar_form.errors) else 200
    return render(request, "meetings/coming_over.html", context, status=status)


def _move(request: SignedIn, move_id: int) -> Move:
    """For those who look after members; nobody else learns that there is such a thing."""
    known = Move.objects.filter(group__in=Group.objects.visible_to(request.user))
    move: Move = get_object_or_404(known.select_related("group", "link"), pk=move_id)
    if not can_manage_members(request.user, move.group):
        raise Http404
    return move


def _open_move(request: SignedIn, move_id: int) -> Move:
    move = _move(request, move_id)
    if not moves.is_page_open(move):
        raise Http404
    return move


def _address(move: Move) -> str:
    return f"{settings.SITE}{reverse('over', args=[move.link.token])}" if move.link else ""


def _short(move: Move) -> str:
    """The address as one types it."""
    return _address(move).partition("://")[2]
