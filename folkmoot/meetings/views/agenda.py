"""A meeting's agenda: all who see the meeting read it, those who organise put it in order."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.conversations.http import handed_out
from folkmoot.conversations.operations import prepare_files
from folkmoot.groups.http import OF_PAGE
from folkmoot.kit.text import key_of
from folkmoot.meetings import programme
from folkmoot.meetings.models import AgendaItem, Meeting, Point, Proposal
from folkmoot.meetings.operations import agenda as operations
from folkmoot.meetings.programme_forms import ChangedItemForm, ItemForm, MoveForm, SlidesForm
from folkmoot.meetings.rules import can_organise, can_speak_for
from folkmoot.meetings.views.loading import about, of_meeting
from folkmoot.web.forms import tried


def agenda(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The agenda; a POST adds to it."""
    view = _add if request.method == "POST" else _read
    return view(request, meeting_id=meeting_id)


@of_meeting
@require_safe
def _read(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    return _page(request, meeting)


@login_required
@require_POST
def agenda_item(request: SignedIn, item_id: int) -> HttpResponse:
    """Change an item."""
    item = _item(request, item_id)
    form = ChangedItemForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, None, lambda: operations.change_item(item, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("Saved."))
            return redirect("agenda", item.meeting_id)
    return _of_item(request, item, form)


@login_required
@require_POST
def agenda_item_move(request: SignedIn, item_id: int) -> HttpResponse:
    item = _item(request, item_id)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _of_item(request, item, form)
    operations.move_item(item, position=form.cleaned_data["position"], by=request.user, via="web")
    return redirect("agenda", item.meeting_id)


@login_required
@require_POST
def agenda_item_remove(request: SignedIn, item_id: int) -> HttpResponse:
    item = _item(request, item_id)
    operations.remove_item(item, by=request.user, via="web")
    messages.success(request, _("“%(title)s” is off the agenda.") % {"title": item.title})
    return redirect("agenda", item.meeting_id)


@login_required
@require_POST
def agenda_item_confirm(request: SignedIn, item_id: int) -> HttpResponse:
    item = _item(request, item_id)
    operations.confirm_talk(item, by=request.user, via="web")
    return redirect("agenda", item.meeting_id)


def slides(request: HttpRequest, item_id: int) -> HttpResponseBase:
    """The slides of a talk, to those who see the meeting; a POST brings them."""
    return _bring(request, item_id=item_id) if request.method == "POST" else _slides(request, item_id)


@require_safe
def _slides(request: HttpRequest, item_id: int) -> HttpResponseBase:
    item = _item(request, item_id)
    if item.slides is None:
        raise Http404
    return handed_out(item.slides, item.slides_name)


@login_required
def _bring(request: Any, item_id: int) -> HttpResponse:
    item = _item(request, item_id)
    form = SlidesForm(request.POST, request.FILES)
    if not can_speak_for(request.user, item):
        operations.attach_slides(item, slides=None, by=request.user, via="web")  # refuses, before the file is read
    if form.is_valid():
        sent = form.cleaned_data["slides"]
        kept = tried(form, "slides", lambda: prepare_files([(sent.name, sent.read())]))
        if kept is not None:
            operations.attach_slides(item, slides=kept[0], by=request.user, via="web")
            return redirect("agenda", item.meeting_id)
    return _of_item(request, item, form)


@login_required
@require_POST
def slides_remove(request: SignedIn, item_id: int) -> HttpResponse:
    item = _item(request, item_id)
    operations.attach_slides(item, slides=None, by=request.user, via="web")
    return redirect("agenda", item.meeting_id)


def _item(request: HttpRequest, item_id: int) -> AgendaItem:
    shown = AgendaItem.objects.visible_to(reader(request))
    item = get_object_or_404(shown.select_related("meeting__group", "proposal__speaker", "slides"), pk=item_id)
    request.META[OF_PAGE] = item.meeting.group
    return item


@login_required
@of_meeting
def _add(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """A point of last time, a talk, or something new."""
    by: dict[str, Any] = {"by": request.user, "via": "web"}
    if "point" in request.POST:
        points = Point.objects.visible_to(request.user).filter(group=meeting.group_id)
        operations.add_item(meeting, point=get_object_or_404(points, pk=key_of(request.POST["point"])), **by)
        return redirect("agenda", meeting.pk)
    if "talk" in request.POST:
        talks = Proposal.objects.visible_to(request.user).filter(group=meeting.group_id)
        operations.schedule(get_object_or_404(talks, pk=key_of(request.POST["talk"])), meeting=meeting, **by)
        return redirect("agenda", meeting.pk)
    form = ItemForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, "title", lambda: operations.add_item(meeting, **said, **by)) is not None:
            return redirect("agenda", meeting.pk)
    return _page(request, meeting, form)


def _of_item(request: SignedIn, item: AgendaItem, failed: Any) -> HttpResponse:
    """The page again, with what is to be mended; to others than organisers and the speaker there is none."""
    if not can_speak_for(request.user, item):
        raise Http404
    with timezone.override(item.meeting.zone):
        return _page(request, item.meeting, failed)


def _page(request: HttpRequest, meeting: Meeting, failed: Any = None) -> HttpResponse:
    person = reader(request)
    organises = can_organise(person, meeting.group)
    rows = programme.agenda_of(meeting)
    context = about(
        request,
        meeting,
        agenda=rows,
        last=len(rows) - 1,
        mine={row.item.pk for row in rows if row.item.proposal and can_speak_for(person, row.item)},
        failed=failed,
        form=failed if type(failed) is ItemForm else ItemForm(),
        slides_form=SlidesForm(),
        points=programme.from_last_time(meeting)[:50] if organises else [],
        talks=programme.open_talks(meeting.group, person)[:50] if organises else [],
    )
    return render(request, "meetings/agenda.html", context, status=422 if failed is not None else 200)
