"""Who comes to a meeting, for those who organise it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Prefetch, QuerySet, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import managed
from folkmoot.groups.models import Group
from folkmoot.meetings import queries
from folkmoot.meetings.forms import AnswerForForm, WishForm
from folkmoot.meetings.models import Meeting, Rsvp, Wish, WishAnswer
from folkmoot.meetings.operations import answer, ask, give_seat, stop_asking, withdraw_answer
from folkmoot.meetings.rules import can_organise
from folkmoot.meetings.views.loading import about
from folkmoot.meetings.views.meetings import shown_to
from folkmoot.web.forms import tried
from folkmoot.web.tables import table_file

A_PAGE = 200


@login_required
@require_safe
@managed("meetings.organise")
def meeting_people(request: SignedIn, group: Group, meeting_id: int) -> HttpResponse:
    found = get_object_or_404(shown_to(request.user, group), pk=meeting_id)
    return _page(request, found)


@login_required
@require_safe
@managed("meetings.organise")
def meeting_people_file(request: SignedIn, group: Group, meeting_id: int) -> HttpResponse:
    """All answers as a table for other programs."""
    found = get_object_or_404(shown_to(request.user, group), pk=meeting_id)
    wishes = list(_wishes(found))
    head = ["name", "handle", "answer", "place", "guests", "waits_since", "said_at", "via", "by", "note"]
    rows: list[list[str]] = [[*head, *(wish.words for wish in wishes)]]
    for one in _answers(found):
        said = {wish.wish_id: wish.words for wish in one.wishes.all()}
        rows.append([*_cells(one), *(said.get(wish.pk, "") for wish in wishes)])
    return table_file(f"{group.slug}-meeting-{found.pk}", rows)


@login_required
@require_POST
def meeting_answers(request: SignedIn, meeting_id: int) -> HttpResponse:
    """An answer on somebody's behalf."""
    found = _organised(request, meeting_id)
    form = AnswerForForm(found, request.POST)
    if form.is_valid():
        said: dict[str, Any] = dict(form.cleaned_data)
        who = said.pop("who")
        if tried(form, None, lambda: answer(found, person=who, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("The answer of %(name)s is noted.") % {"name": who.name})
            return _to_people(found)
    with timezone.override(found.group.time_zone):
        return _page(request, found, answer_form=form)


@login_required
@require_POST
def meeting_wishes(request: SignedIn, meeting_id: int) -> HttpResponse:
    """One question more to those who come."""
    found = _organised(request, meeting_id)
    form = WishForm(request.POST)
    if form.is_valid() and tried(form, None, lambda: ask(found, by=request.user, via="web", **form.cleaned_data)):
        messages.success(request, _("It is asked from now on."))
        return _to_people(found)
    with timezone.override(found.group.time_zone):
        return _page(request, found, wish_form=form)


@login_required
@require_POST
def wish_remove(request: SignedIn, wish_id: int) -> HttpResponse:
    wish = get_object_or_404(Wish.objects.select_related("meeting__group"), pk=wish_id)
    found = _organised(request, wish.meeting_id)
    stop_asking(wish, by=request.user, via="web")
    messages.success(request, _("It is asked no more, and what was answered is gone."))
    return _to_people(found)


@login_required
@require_POST
def rsvp_seat(request: SignedIn, rsvp_id: int) -> HttpResponse:
    rsvp = _rsvp(request, rsvp_id)
    give_seat(rsvp, by=request.user, via="web")
    messages.success(request, _("%(name)s has a seat now.") % {"name": rsvp.person.name})
    return _to_people(rsvp.meeting)


@login_required
@require_POST
def rsvp_remove(request: SignedIn, rsvp_id: int) -> HttpResponse:
    rsvp = _rsvp(request, rsvp_id)
    withdraw_answer(rsvp, by=request.user, via="web")
    messages.success(request, _("The answer of %(name)s is taken away.") % {"name": rsvp.person.name})
    return _to_people(rsvp.meeting)


def _page(
    request: SignedIn, found: Meeting, *, answer_form: forms.Form | None = None, wish_form: forms.Form | None = None
) -> HttpResponse:
    wishes = list(_wishes(found))
    page = Paginator(_answers(found), A_PAGE).get_page(request.GET.get("page"))
    for one in page:
        said = {wish.wish_id: wish.words for wish in one.wishes.all()}
        one.said = [(wish.words, said[wish.pk]) for wish in wishes if wish.pk in said]
    context = about(request, found) | {
        "page": page,
        "wishes": wishes,
        "figures": queries.figures([found]).get(found.pk, queries.Figures()),
        "answer_form": answer_form or AnswerForForm(found),
        "wish_form": wish_form or WishForm(),
        "is_open": not (found.is_draft or found.cancelled_at or found.is_over),
    }
    status = 422 if answer_form or wish_form else 200
    return render(request, "meetings/people.html", context, status=status)


def _answers(found: Meeting) -> QuerySet[Any, Any]:
    """Who comes, who waits in their order, who may come, who doesn't."""
    place = Case(
        When(answer=Rsvp.Answer.YES, waits_since=None, then=Value(0)),
        When(answer=Rsvp.Answer.YES, then=Value(1)),
        When(answer=Rsvp.Answer.MAYBE, then=Value(2)),
        default=Value(3),
    )
    rows = Rsvp.objects.filter(meeting=found).select_related("person", "by").annotate(sort=place)
    rows = rows.prefetch_related(Prefetch("wishes", WishAnswer.objects.all()))
    return rows.order_by("sort", "waits_since", "person__name", "pk")


def _cells(one: Rsvp) -> list[str]:
    waits = one.waits_since.isoformat(timespec="seconds") if one.waits_since else ""
    by = one.by.handle if one.by else ""
    said = one.said_at.isoformat(timespec="seconds")
    return [
        one.person.name,
        one.person.handle,
        one.answer,
        one.place,
        str(one.guests),
        waits,
        said,
        one.via,
        by,
        one.note,
    ]


def _wishes(found: Meeting) -> QuerySet[Wish]:
    return found.wishes.order_by("position", "pk")


def _organised(request: SignedIn, meeting_id: int) -> Meeting:
    shown = Meeting.objects.visible_to(request.user).select_related("group", "series", "venue")
    found = get_object_or_404(shown, pk=meeting_id)
    if not can_organise(request.user, found.group):
        raise Http404
    return found


def _rsvp(request: SignedIn, rsvp_id: int) -> Rsvp:
    shown = Rsvp.objects.filter(meeting__in=Meeting.objects.visible_to(request.user))
    found = get_object_or_404(shown.select_related("person", "meeting__group"), pk=rsvp_id)
    if not can_organise(request.user, found.meeting.group):
        raise Http404
    return found


def _to_people(found: Meeting) -> HttpResponse:
    return redirect("meeting_people", slug=found.group.slug, meeting_id=found.pk)
