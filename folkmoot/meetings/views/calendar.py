"""A group's meetings as a list, as months, and those that are over."""

import calendar
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import get_format
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Group
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings import nearby
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.showing import lines, month_in_words, when
from folkmoot.web.about import About, with_page
from folkmoot.web.strangers import keep_for_strangers

A_PAGE = 50
MOST_IN_A_MONTH = 500
YEARS = range(1970, 2100)


@require_safe
@of_group
def meetings(request: HttpRequest, group: Group) -> HttpResponse:
    context = around(request, group, "meetings")
    person = reader(request)
    context["can_organise"] = "meetings.organise" in context["permissions"] and group.closed_at is None
    context["can_read"] = bool({"meetings.read", "meetings.organise"} & context["permissions"])
    shown = Meeting.objects.visible_to(person).filter(group=group).select_related("venue")
    search = nearby.search_of(request.GET)
    context |= {"search": search, "radii": nearby.RADII}
    if search.is_asked and context["can_read"]:
        context["found"] = nearby.near(shown.to_come(), search, person)
        return render(request, "meetings/meetings.html", context)
    if "month" in request.GET:
        context |= _month(shown, _first_of(request.GET["month"]), group)
    else:
        context |= _list(request, shown, group)
    if person is None and context["can_read"] and "month" not in request.GET and not context["is_past"]:
        path = with_page(f"{group.get_absolute_url()}/meetings", context["page"].number)
        context["about"] = About(path, _("Meetings of %(group)s") % {"group": group.name})
    return keep_for_strangers(request, render(request, "meetings/meetings.html", context))


def _list(request: HttpRequest, shown: QuerySet[Meeting], group: Group) -> dict[str, Any]:
    """Those to come, the next one first; or those that are over, the last one first."""
    is_past = request.GET.get("when") == "past"
    ordered = shown.past().order_by("-starts_at", "-pk") if is_past else shown.to_come().order_by("starts_at", "pk")  # type: ignore[attr-defined]
    page = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    rows = lines(_of(group, page), reader(request))
    by_month = groupby(rows, key=lambda line: month_in_words(line["when"].starts))
    return {"page": page, "is_past": is_past, "months": [(name, list(some)) for name, some in by_month]}


def _month(shown: QuerySet[Meeting], first: date, group: Group) -> dict[str, Any]:
    """One month as weeks of days. A meeting stands on the day that the clocks of its own zone show."""
    after = (first + timedelta(days=31)).replace(day=1)
    start, end = (on_the_wall(datetime.combine(one, time())) for one in (first, after))
    near = shown.filter(starts_at__gte=start - timedelta(days=1), starts_at__lt=end + timedelta(days=1))
    there = near.filter(starts__gte=start, starts__lt=end).order_by("starts", "pk")[:MOST_IN_A_MONTH]
    by_day: dict[date, list[dict[str, Any]]] = {}
    for one in _of(group, there):
        at = when(one)
        by_day.setdefault(at.starts.date(), []).append({"meeting": one, "when": at})
    weeks = calendar.Calendar(_first_weekday()).monthdatescalendar(first.year, first.month)
    return {
        "month": first,
        "month_words": month_in_words(first),
        "before": first - timedelta(days=1) if first.year > YEARS.start else None,
        "after": after if after.year in YEARS else None,
        "weekdays": weeks[0],
        "today": localdate(),
        "weeks": [[(day, day.month == first.month, by_day.get(day, [])) for day in week] for week in weeks],
        "is_empty": not by_day,
    }


def _first_weekday() -> int:
    """On which weekday a week begins, 0 for Monday. Our English is that of Europe, as in all dates."""
    return 0 if get_language() == "en" else (get_format("FIRST_DAY_OF_WEEK") - 1) % 7


def _first_of(month: str) -> date:
    try:
        first = date.fromisoformat(f"{month[:7]}-01") if month else localdate().replace(day=1)
    except ValueError as error:
        raise Http404 from error
    if first.year not in YEARS:
        raise Http404
    return first


def _of(group: Group, found: Any) -> list[Meeting]:
    """Let each know its group, which is the same for all."""
    rows: list[Meeting] = list(found)
    for one in rows:
        one.group = group
    return rows
