"""When a group could meet: asking, answering, deciding; and hours that rotate."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.models import Person
from folkmoot.groups.http import around, managed, of_group
from folkmoot.groups.models import Group
from folkmoot.kit import zones
from folkmoot.kit.text import key_of
from folkmoot.meetings import answers_to_dates, operations
from folkmoot.meetings.date_forms import AskForm, DatesForm, TimesForm
from folkmoot.meetings.models import DatePoll, Series
from folkmoot.meetings.operations.rotating import MOST
from folkmoot.meetings.rules import can_answer_dates, can_organise
from folkmoot.web.forms import tried

A_PAGE = 50
USUAL = 6  # meetings of a rotation


@require_safe
@of_group
def dates_of_group(request: HttpRequest, group: Group) -> HttpResponse:
    person = reader(request)
    context = around(request, group, "meetings")
    if "meetings.read" not in context["permissions"]:
        raise Http404
    polls = DatePoll.objects.filter(group=group).select_related("meeting__group").newest_first()
    organises = can_organise(person, group)
    series = Series.objects.going_on().filter(group=group).order_by("pk")[:A_PAGE] if organises else []
    context |= {"polls": list(polls[:A_PAGE]), "organises": organises, "series": list(series)}
    return render(request, "meetings/dates_of_group.html", context)


@login_required
@managed("meetings.organise")
def dates_new(request: SignedIn, group: Group) -> HttpResponse:
    zone = request.user.time_zone or group.time_zone
    with timezone.override(zone):
        form = AskForm(request.POST or None, zone=zone, initial={"zone": zone})
        if request.method == "POST" and form.is_valid():
            what = form.said() | {"times": form.times()}
            made = tried(form, None, lambda: operations.ask_dates(group, by=request.user, via="web", **what))
            if made is not None:
                messages.success(request, _("Your group is asked."))
                return redirect(made)
        context = around(request, group, "meetings") | {"form": form}
        return render(request, "meetings/dates_new.html", context, status=422 if form.errors else 200)


@require_safe
def dates(request: HttpRequest, dates_id: int) -> HttpResponse:
    return _page(request, _visible(request, dates_id))


@login_required
@require_POST
def dates_answers(request: SignedIn, dates_id: int) -> HttpResponse:
    poll = _visible(request, dates_id)
    form = answer_form(poll, request.user, request.POST)
    if form.is_valid() and tried(form, None, lambda: _answer(poll, form, request.user, "web")):
        messages.success(request, _("Your answers are kept."))
        return redirect(poll)
    return _page(request, poll, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dates_change(request: SignedIn, dates_id: int) -> HttpResponse:
    poll = _organised(request, dates_id)
    times = [zones.to_local(one.starts_at, poll.zone) for one in answers_to_dates.in_order(poll)]
    with timezone.override(poll.zone):
        initial = {"title": poll.title, "about": poll.about, "closes_at": poll.closes_at}
        form = TimesForm(request.POST or None, zone=poll.zone, times=times, initial=initial)
        if request.method == "POST" and form.is_valid():
            what = form.said() | {"times": form.times()}
            if tried(form, None, lambda: operations.change_dates(poll, by=request.user, via="web", **what)):
                messages.success(request, _("Saved."))
                return redirect(poll)
        context = around(request, poll.group, "meetings") | {"form": form, "poll": poll}
        return render(request, "meetings/dates_change.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def dates_close(request: SignedIn, dates_id: int) -> HttpResponse:
    poll = operations.close_dates(_visible(request, dates_id), by=request.user, via="web")
    messages.success(request, _("No more answers are taken."), extra_tags=f"undo:/dates/{poll.pk}/close/remove")
    return redirect(poll)


@login_required
@require_POST
def dates_close_remove(request: SignedIn, dates_id: int) -> HttpResponse:
    poll = operations.reopen_dates(_visible(request, dates_id), by=request.user, via="web")
    messages.success(request, _("Answers are taken again."), extra_tags=f"undo:/dates/{poll.pk}/close")
    return redirect(poll)


@login_required
@require_POST
def dates_decide(request: SignedIn, dates_id: int) -> HttpResponse:
    poll = _visible(request, dates_id)
    choice = get_object_or_404(poll.choices.select_related("poll"), pk=key_of(request.POST.get("choice", "")))
    meeting = operations.decide(choice, by=request.user, via="web")
    messages.success(request, _("The meeting is planned."))
    return redirect(meeting)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def rotation(request: SignedIn, series_id: int) -> HttpResponse:
    """Hours for the next meetings of a series that share the pain: looked at first, then planned."""
    series = get_object_or_404(Series.objects.going_on().select_related("group"), pk=series_id)
    if not can_organise(request.user, series.group):
        raise Http404
    most = min(max(key_of(request.GET.get("n", "")) or USUAL, 1), MOST)
    people = answers_to_dates.spread(series.group)
    turns = answers_to_dates.rotation(series, people, most)
    if request.method == "POST":
        planned: list[tuple[Any, datetime]] = [(meeting, turn.starts) for meeting, turn in turns]
        changed = operations.rotate(series, planned, by=request.user, via="web")
        messages.success(request, _("Meetings with a new hour: %(n)s.") % {"n": changed})
        return redirect("dates_of_group", series.group.slug)
    rows = [answers_to_dates.turn_in_words(meeting, turn, people) for meeting, turn in turns]
    context = around(request, series.group, "meetings") | {"series": series, "people": people, "turns": rows}
    return render(request, "meetings/rotation.html", context | {"most": MOST, "n": most})


def answer_form(poll: DatePoll, person: Person, data: Any = None) -> DatesForm:
    """The times in a person's own zone, with what they have answered."""
    zone = answers_to_dates.zone_of(person, poll)
    times = [
        (one, answers_to_dates.in_words(one.starts_at, poll.minutes, zone)) for one in answers_to_dates.in_order(poll)
    ]
    return DatesForm(data, times=times, mine=answers_to_dates.mine(poll, person))


def _answer(poll: DatePoll, form: DatesForm, person: Person, via: str) -> bool:
    operations.answer_dates(poll, form.answers(), person=person, via=via)
    return True


def _visible(request: HttpRequest, dates_id: int) -> DatePoll:
    polls = DatePoll.objects.visible_to(reader(request)).select_related("group", "by", "meeting__group")
    return get_object_or_404(polls, pk=dates_id)


def _organised(request: SignedIn, dates_id: int) -> DatePoll:
    poll = _visible(request, dates_id)
    if not can_organise(request.user, poll.group):
        raise Http404
    return poll


def _page(request: HttpRequest, poll: DatePoll, form: DatesForm | None = None) -> HttpResponse:
    person, group = reader(request), poll.group
    zone = answers_to_dates.zone_of(person, poll)
    shown = answers_to_dates.columns(poll, zone)
    can_answer = person is not None and can_answer_dates(person, poll)
    organises = can_organise(person, group)
    with timezone.override(zone):
        context = around(request, group, "meetings")
        sees_names = organises or (can_answer and "members.read" in context["permissions"])
        context |= {
            "poll": poll,
            "zone": zone.replace("_", " "),
            "columns": shown,
            "rows": answers_to_dates.table(poll, shown) if sees_names else [],
            "form": (form or answer_form(poll, person)) if person and can_answer and poll.is_open else None,
            "organises": organises,
            "fairest": answers_to_dates.fairest(poll, zone) if organises and poll.meeting is None else [],
        }
        return render(request, "meetings/dates.html", context, status=422 if form is not None else 200)
