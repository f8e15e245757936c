"""What comes after a meeting: points, what people thought, and figures."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.groups.http import OF_PAGE, around, managed
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused
from folkmoot.meetings.attendance import feedback_ends_at, figures, opinion_of
from folkmoot.meetings.models import Feedback, Meeting, Point
from folkmoot.meetings.operations import points as operations
from folkmoot.meetings.programme_forms import FeedbackForm, PointForm, member_named
from folkmoot.meetings.queries import handling
from folkmoot.meetings.rules import can_look_after, can_organise
from folkmoot.meetings.views.loading import about, of_meeting
from folkmoot.meetings.views.minutes import page as minutes_page
from folkmoot.web.forms import tried

A_PAGE = 200
LAST = (Point.Sort.ACTION, Point.Sort.QUESTION, Point.Sort.DECISION)  # what is nobody’s: what has to be done first


@require_safe
@managed("meetings.read")
def points(request: HttpRequest, group: Group) -> HttpResponse:
    """What is open, by whose it is; then what was closed last."""
    person = reader(request)
    shown = Point.objects.visible_to(person).filter(group=group).select_related("owner", "meeting__group", "group")
    by_owner = (F("owner__name").asc(nulls_last=True), "owner", F("due_on").asc(nulls_last=True), "pk")
    open_ones = list(shown.open().order_by(*by_owner)[:A_PAGE])
    context = around(request, group, "meetings")
    names = person is not None and ("members.read" in context["permissions"] or can_organise(person, group))
    may = handling(person, group, open_ones)
    context |= {
        "owners": _by_owner(open_ones, lambda owner: names or owner == person),
        "sees_names": names,
        "may_close": may.closes,
        "may_take": may.takes,
        "may_give": may.gives,
        "closed": shown.exclude(closed_at=None).order_by("-closed_at", "-pk")[:50],
        "reopens": can_organise(person, group),
        "today": localdate(),
    }
    return render(request, "meetings/points.html", context)


def _by_owner(points: list[Point], is_shown: Callable[[Person], bool]) -> list[tuple[Person | str, list[Point]]]:
    """Points by whose they are; what is nobody’s, or of whoever is not named, comes last, by its sort."""
    found: dict[Person | str, list[Point]] = {}
    for point in points:
        found.setdefault(point.owner if point.owner and is_shown(point.owner) else point.sort, []).append(point)
    nameless = [(sort, found.pop(sort)) for sort in LAST if sort in found]
    return [*found.items(), *nameless]


@login_required
@require_POST
@of_meeting
def meeting_points(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """Note what came out of the meeting."""
    form = PointForm(request.POST, group=meeting.group)
    if form.is_valid():
        said = form.cleaned_data
        if tried(form, "words", lambda: operations.add_point(meeting, by=request.user, via="web", **said)) is not None:
            return redirect("minutes", meeting.pk)
    if not can_look_after(request.user, meeting):
        raise Http404
    return minutes_page(request, meeting, form)


@login_required
@require_POST
def point_close(request: SignedIn, point_id: int) -> HttpResponse:
    found = _point(request, point_id)
    outcome = request.POST.get("outcome", "")[:1000]
    operations.close_point(found, outcome=outcome, by=request.user, via="web")
    messages.success(request, _("Closed."), extra_tags=f"undo:/points/{found.pk}/close/remove")
    return redirect("points", found.group.slug)


@login_required
@require_POST
def point_owner(request: SignedIn, point_id: int) -> HttpResponse:
    """Say whose it is, or take it on."""
    found = _point(request, point_id)
    try:
        to = request.user if "take" in request.POST else member_named(found.group, request.POST.get("owner", "")[:61])
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    operations.give_point(found, to=to, by=request.user, via="web")
    messages.success(request, _("Saved."))
    return redirect("points", found.group.slug)


@login_required
@require_POST
def point_close_remove(request: SignedIn, point_id: int) -> HttpResponse:
    found = _point(request, point_id)
    operations.reopen_point(found, by=request.user, via="web")
    return redirect("points", found.group.slug)


@login_required
@of_meeting
def feedback(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """What those who came thought; the summary is for those who organise."""
    organises = can_organise(request.user, meeting.group)
    came = meeting.attendances.filter(person=request.user).exists()
    if not (came or organises):
        raise Http404
    said = Feedback.objects.filter(meeting=meeting, person=request.user).first()
    ends_at = feedback_ends_at(meeting)
    is_open = came and now() < ends_at
    form = FeedbackForm(request.POST or None, initial={"rating": said.rating, "words": said.words} if said else None)
    if request.method == "POST" and form.is_valid():
        operations.give_feedback(meeting, person=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Thank you."))
        return redirect("feedback", meeting.pk)
    opinion = opinion_of(meeting) if organises else None
    told = {
        "opinion": opinion,
        "count": meeting.feedback.count(),
        "ends_at": localdate(ends_at),
        "is_over": now() >= ends_at,
    }
    context = about(request, meeting, form=form if is_open else None, **told)
    return render(request, "meetings/feedback.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
@managed("meetings.organise")
def meeting_figures(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "meetings") | {"figures": figures(group)}
    return render(request, "meetings/figures.html", context)


def _point(request: SignedIn, point_id: int) -> Point:
    shown = Point.objects.visible_to(request.user).select_related("group", "meeting__group")
    found = get_object_or_404(shown, pk=point_id)
    request.META[OF_PAGE] = found.group
    return found
