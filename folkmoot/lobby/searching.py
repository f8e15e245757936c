"""The page of search over all that the reader may read."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import reader
from folkmoot.conversations import searching
from folkmoot.kit.search_words import LONGEST


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:LONGEST]
    context = searching.page(request, asked, person=reader(request)) if asked else {"query": ""}
    context["feed"] = f"/search/feed.atom?q={quote(asked)}" if asked else ""
    return render(request, "lobby/search.html", context)
