"""Minutes: written by those who look after the meeting, approved by those who are named, read by all who see it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.groups.http import OF_PAGE
from folkmoot.kit import markdown
from folkmoot.meetings.models import Meeting, Minutes
from folkmoot.meetings.operations import minutes as operations
from folkmoot.meetings.operations.minutes import Overtaken
from folkmoot.meetings.programme_forms import ApprovalForm, AskedForm, MinutesForm, PointForm
from folkmoot.meetings.rules import can_look_after
from folkmoot.meetings.views.loading import about, of_meeting
from folkmoot.web.forms import tried


def minutes(request: HttpRequest, meeting_id: int) -> HttpResponseBase:
    """The minutes; a POST begins them."""
    view = _begin if request.method == "POST" else _read
    return view(request, meeting_id=meeting_id)


@login_required
@of_meeting
def _begin(request: SignedIn, meeting: Meeting) -> HttpResponse:
    operations.begin_minutes(meeting, by=request.user, via="web")
    return redirect("minutes", meeting.pk)


@of_meeting
@require_safe
def _read(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    return page(request, meeting)


@login_required
@require_POST
def minutes_save(request: SignedIn, minutes_id: int) -> HttpResponse:
    found = _minutes(request, minutes_id)
    form = MinutesForm(request.POST)
    theirs = None
    if form.is_valid():
        try:
            said = form.cleaned_data
            if tried_saving(form, found, request, said) is not None:
                messages.success(request, _("Saved."))
                return redirect("minutes", found.meeting_id)
        except Overtaken:
            theirs = _minutes(request, minutes_id)
            form = MinutesForm({"body": said["body"], "version": theirs.version})
    return page(request, found.meeting, form, theirs=theirs)


def tried_saving(form: MinutesForm, found: Minutes, request: SignedIn, said: dict[str, Any]) -> Any:
    """Save; that somebody else was faster goes on to the page, which shows both texts."""
    faster: list[Overtaken] = []

    def save() -> Minutes | None:
        try:
            return operations.save_minutes(found, by=request.user, via="web", **said)
        except Overtaken as overtaken:
            faster.append(overtaken)
            return None

    done = tried(form, "body", save)
    if faster:
        raise faster[0]
    return done


@login_required
@require_POST
def minutes_approvals(request: SignedIn, minutes_id: int) -> HttpResponse:
    """Ask members whether they are right."""
    found = _minutes(request, minutes_id)
    form = AskedForm(request.POST, group=found.meeting.group)
    if form.is_valid():
        to = form.cleaned_data["people"]
        act = tried(form, "people", lambda: operations.submit_minutes(found, to=to, by=request.user, via="web"))
        if act is not None:
            messages.success(request, _("They are asked."))
            return redirect("minutes", found.meeting_id)
    return page(request, found.meeting, form)


@login_required
@require_POST
def minutes_approval(request: SignedIn, minutes_id: int) -> HttpResponse:
    """Say that they are right, or what is not."""
    found = _minutes(request, minutes_id)
    form = ApprovalForm(request.POST)
    if form.is_valid():
        how: dict[str, Any] = {"person": request.user, "version": form.cleaned_data["version"], "via": "web"}
        if "object" in request.POST:
            operations.object_to(found, words=form.cleaned_data["objection"], **how)
        else:
            operations.approve(found, **how)
        messages.success(request, _("Thank you."))
    return redirect("minutes", found.meeting_id)


@login_required
@require_POST
def minutes_publish(request: SignedIn, minutes_id: int) -> HttpResponse:
    found = _minutes(request, minutes_id)
    operations.publish_minutes(found, by=request.user, via="web")
    messages.success(request, _("The minutes are published."))
    return redirect("minutes", found.meeting_id)


def _minutes(request: SignedIn, minutes_id: int) -> Minutes:
    shown = Minutes.objects.visible_to(request.user).select_related("meeting__group", "meeting__topic", "edited_by")
    found = get_object_or_404(shown, pk=minutes_id)
    request.META[OF_PAGE] = found.meeting.group
    return found


def page(request: HttpRequest, meeting: Meeting, failed: Any = None, theirs: Minutes | None = None) -> HttpResponse:
    """The page of the minutes, with the form that is to be mended; `theirs` is what somebody else has saved."""
    with timezone.override(meeting.zone):
        context = _context(request, meeting) | {"failed": failed, "theirs": theirs}
        if failed is not None:
            context |= {name: failed for name, one in _forms(context, meeting) if type(one) is type(failed)}
        return render(request, "meetings/minutes.html", context, status=422 if failed is not None else 200)


def _context(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    person = reader(request)
    writes = can_look_after(person, meeting)
    shown = Minutes.objects.visible_to(person).filter(meeting=meeting).select_related("edited_by").first()
    approvals = list(shown.approvals.select_related("person").order_by("pk")) if shown and person else []
    context = about(
        request,
        meeting,
        minutes=shown,
        html=markdown.to_html(shown.body) if shown else "",
        writes=writes,
        approvals=approvals if writes or any(one.person == person for one in approvals) else [],
        mine=next((one for one in approvals if one.person == person), None),
        points=meeting.points.select_related("owner").order_by("created_at", "pk") if shown else [],
    )
    return context | dict(_forms(context, meeting))


def _forms(context: dict[str, Any], meeting: Meeting) -> list[tuple[str, Any]]:
    shown: Minutes | None = context["minutes"]
    now = {"body": shown.body, "version": shown.version} if shown else {}
    asked = "\n".join(f"@{one.person.handle}" for one in context["approvals"])
    return [
        ("form", MinutesForm(initial=now)),
        ("asked_form", AskedForm(initial={"people": asked}, group=meeting.group, auto_id="asked_%s")),
        ("point_form", PointForm(group=meeting.group, auto_id="point_%s")),
    ]
