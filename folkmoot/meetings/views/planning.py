"""Planning meetings and changing what was planned."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.kit import recurrence
from folkmoot.kit.errors import Refused
from folkmoot.meetings import collisions, operations
from folkmoot.meetings.models import Meeting, Series
from folkmoot.meetings.operations import Own
from folkmoot.meetings.planning_forms import ALL, ONE, PlanForm, as_form
from folkmoot.meetings.views.meetings import shown_to
from folkmoot.web.forms import tried

MOST_LOOKED_AT = 60  # times of a series that are compared with holidays and other meetings


@login_required
@managed("meetings.organise")
def meeting_new(request: SignedIn, group: Group) -> HttpResponse:
    form = PlanForm(request.POST or None, group=group, initial=_proposed(request, group))
    if request.method == "POST" and form.is_valid():
        rule = form.rule(form.starts)
        warnings = [] if _is_sure(request) else _warnings(form, form.starts, rule)
        if warnings:
            return _page(request, group, form, warnings=warnings)
        made: Meeting | None = tried(form, None, lambda: _plan(request, form, rule))
        if made is not None:
            words = _("It is a draft: only those who organise see it.") if made.is_draft else _("It is planned.")
            messages.success(request, words)
            return redirect(made)
    return _page(request, group, form)


@login_required
@managed("meetings.organise")
def meeting_change(request: SignedIn, group: Group, meeting_id: int) -> HttpResponse:
    found = get_object_or_404(shown_to(request.user, group), pk=meeting_id)
    form = PlanForm(request.POST or None, group=group, meeting=found, initial=as_form(found))
    if request.method == "POST" and form.is_valid():
        warnings = [] if _is_sure(request) else _warnings_of_change(form, found)
        if warnings:
            return _page(request, group, form, meeting=found, warnings=warnings)
        if tried(form, None, lambda: _change(request, form, found)) is not None:
            messages.success(request, _("Saved."))
            return redirect(found)
    return _page(request, group, form, meeting=found)


def _page(
    request: SignedIn,
    group: Group,
    form: PlanForm,
    *,
    meeting: Meeting | None = None,
    warnings: list[str] | None = None,
) -> HttpResponse:
    context = around(request, group, "meetings") | {"form": form, "meeting": meeting, "warnings": warnings}
    status = 422 if form.errors or warnings else 200
    return render(request, "meetings/plan.html", context, status=status)


def _is_sure(request: SignedIn) -> bool:
    """Whether they have seen what else is on these days."""
    return "anyway" in request.POST or request.POST.get("draft") == "anyway"


def _proposed(request: SignedIn, group: Group) -> dict[str, Any]:
    """What stands in the form at first: a copy of another meeting a month later, or the day that was chosen."""
    number = request.GET.get("from", "")
    if number.isdecimal() and len(number) < 16:
        model = get_object_or_404(shown_to(request.user, group), pk=int(number))
        later = _a_month_later(model.starts.replace(tzinfo=None))
        alone = {"repeats": "once", "until": None, "count": None}
        return as_form(model) | alone | {"day": later.date()}
    return {"zone": group.time_zone}


def _a_month_later(starts: datetime) -> datetime:
    """The same weekday of the next month, as most groups meet."""
    rule = recurrence.parse(recurrence.monthly_on(starts, last=starts.day > 28))
    found = recurrence.between(rule, starts, start=starts + timedelta(days=1), end=starts + timedelta(days=70), most=1)
    return found[0]


def _plan(request: SignedIn, form: PlanForm, rule: str) -> Meeting | None:
    """Plan one, or a series, of which the first is given back."""
    said: dict[str, Any] = form.particulars | {"is_draft": "draft" in request.POST, "by": request.user, "via": "web"}
    if not rule:
        return operations.plan_meeting(form.group, starts=form.starts, **said)
    series = operations.plan_series(form.group, starts=form.starts, rule=rule, **said)
    return series.meetings.select_related("group").order_by("slot").first()


def _change(request: SignedIn, form: PlanForm, found: Meeting) -> Any:
    """Do what was chosen: to this one, to it and those that follow, or to all that are still to come."""
    changes: dict[str, Any] = form.changes | {"by": request.user, "via": "web"}
    starts = form.starts if form.starts != found.starts.replace(tzinfo=None) else None
    if form.scope == ONE or found.series is None:
        return operations.change_meeting(found, starts=starts, **changes)
    own = _own(form, found, found.series, starts)
    if form.scope == ALL:
        return operations.change_all(found.series, own=own, **changes, **_times_of_all(form, found, starts))
    return operations.change_from(found, own=own, **changes, **_times_from(form, found, starts))


def _own(form: PlanForm, found: Meeting, series: Series, starts: datetime | None) -> Own | None:
    """What was this one's own before and is changed now: a change of the series leaves that alone in every row."""
    own = {name: value for name, value in form.changes.items() if getattr(found, name) != getattr(series, name, None)}
    own |= {"starts": starts} if starts is not None and found.starts != found.slot else {}
    return Own(found, own) if own else None


def _times_from(form: PlanForm, found: Meeting, starts: datetime | None) -> dict[str, Any]:
    """First time and rule of those that follow, moved by as much as this one is, which may have been moved before."""
    assert found.slot is not None, "it is of a series"
    slot = found.slot.replace(tzinfo=None)
    if starts is None:
        return _rule(form, None, slot)
    moved = slot + (starts - found.starts.replace(tzinfo=None))
    return {"starts": moved} | _rule(form, moved, moved)


def _times_of_all(form: PlanForm, found: Meeting, starts: datetime | None) -> dict[str, Any]:
    """First time and rule of all that are still to come, moved by as much as this one is."""
    series = found.series
    ahead = series.meetings.to_come().order_by("slot").first() if series else None
    if series is None or ahead is None or ahead.slot is None or found.slot is None:
        raise Refused(_("Nothing of this series is still to come."))
    earlier = series.meetings.filter(slot__gte=ahead.slot, slot__lt=found.slot).count()
    first = ahead.slot.replace(tzinfo=None)
    if starts is None:
        return _rule(form, None, first, earlier=earlier)
    moved = first + (starts - found.starts.replace(tzinfo=None))
    return {"starts": moved} | _rule(form, moved, moved, earlier=earlier)


def _rule(form: PlanForm, starts: datetime | None, first: datetime, *, earlier: int = 0) -> dict[str, Any]:
    """The rule, where it or the day that it is made of changed."""
    is_same = all(form.cleaned_data[name] == form.initial.get(name) for name in ("repeats", "until", "count"))
    return {} if is_same and starts is None else {"rule": form.rule(first, earlier=earlier)}


def _warnings(form: PlanForm, first: datetime, rule: str) -> list[str]:
    """What else is on the days of a meeting, or of a year of a series."""
    return _on_the_days(form, _times(first, rule))


def _warnings_of_change(form: PlanForm, found: Meeting) -> list[str]:
    """Only where it moves: what it collides with already, its organisers know."""
    is_moved = form.starts.date() != found.starts.date()
    if form.scope == ONE or found.series is None:
        return _on_the_days(form, [form.starts], besides=found) if is_moved else []
    is_same = not is_moved and form.cleaned_data["repeats"] == form.initial.get("repeats")
    times = [] if is_same else _times(form.starts, form.rule(form.starts))
    return _on_the_days(form, times, besides=found, with_its_series=True)


def _on_the_days(form: PlanForm, times: list[datetime], **besides: Any) -> list[str]:
    said = form.cleaned_data
    return collisions.found(form.group, times, zone=said["zone"], venue=said["venue"], **besides)


def _times(first: datetime, rule: str) -> list[datetime]:
    if not rule:
        return [first]
    parsed, year = recurrence.parse(rule), first + timedelta(days=366)
    return recurrence.between(parsed, first, start=first, end=year, most=MOST_LOOKED_AT)
