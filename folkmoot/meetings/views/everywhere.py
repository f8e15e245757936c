"""Meetings of many groups: all to come, and those near a place. And the towns that can be named."""

from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.groups.models import Group
from folkmoot.kit import cities
from folkmoot.meetings import nearby
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.showing import lines, month_in_words
from folkmoot.web.about import About, with_page
from folkmoot.web.strangers import keep_for_strangers

A_PAGE = 50
MOST = 1_000  # meetings that can be paged through


@require_safe
def everywhere(request: HttpRequest) -> HttpResponse:
    """The next meetings of the reader's groups, or of all that they may see; near a place, if they name one."""
    person, search = reader(request), nearby.search_of(request.GET)
    shown = Meeting.objects.visible_to(person).taking_place().to_come()
    is_mine = person is not None and request.GET.get("of") != "all"
    if person is not None and is_mine:
        shown = shown.filter(group__in=Group.objects.joined_by(person).values("pk"))
    context: dict[str, Any] = {"is_mine": is_mine, "search": search, "radii": nearby.RADII, "nav": "meetings"}
    if search.is_asked:
        context |= {"found": nearby.near(shown, search, person)}
        return render(request, "meetings/everywhere.html", context)
    page = Paginator(shown.in_order().select_related("group", "venue")[:MOST], A_PAGE).get_page(request.GET.get("page"))
    by_month = groupby(lines(list(page), person), key=lambda line: month_in_words(line["when"].starts))
    context |= {"page": page, "months": [(name, list(some)) for name, some in by_month], "home": nearby.town_of(person)}
    if person is None:
        context["about"] = About(with_page("/meetings", page.number), _("Next meetings of all groups"))
    return keep_for_strangers(request, render(request, "meetings/everywhere.html", context))


@require_safe
def towns(request: HttpRequest) -> JsonResponse:
    """Towns whose name begins so, for those who type."""
    found = cities.find(request.GET.get("q", ""), most=nearby.MOST_TOWNS)
    return JsonResponse(
        {
            "towns": [
                nearby.choice_of(one) | {"country": one.country, "latitude": one.latitude, "longitude": one.longitude}
                for one in found
            ]
        }
    )
