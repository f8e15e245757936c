"""Who was a member: since when, how they came, when and how they went."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import around, managed
from folkmoot.groups.listing import past
from folkmoot.groups.models import Group
from folkmoot.groups.operations.members import REGRETTED_FOR

A_PAGE = 100


@login_required
@require_safe
@managed("members.manage")
def past_members(request: SignedIn, group: Group) -> HttpResponse:
    query = request.GET.get("q", "").strip()[:100]
    context = around(request, group, "manage") | {
        "station": "members",
        "query": query,
        "page": Paginator(past(group, query), A_PAGE).get_page(request.GET.get("page")),
        "regretted_since": now() - REGRETTED_FOR,
    }
    return render(request, "groups/manage_past_members.html", context)
