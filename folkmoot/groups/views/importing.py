"""Take in a list of people: first what would happen, then that it does."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.fates import Outcome
from folkmoot.groups.fields import fields_of
from folkmoot.groups.http import around, managed
from folkmoot.groups.joining_forms import ListForm
from folkmoot.groups.models import Group
from folkmoot.groups.operations import import_members, rehearse_import
from folkmoot.groups.operations.importing import Report
from folkmoot.web.forms import tried
from folkmoot.web.tables import table_file

MOST_SHOWN = 300  # rows of a sort on the page; all of them are in the file


@login_required
@managed("members.manage")
def members_import(request: SignedIn, group: Group) -> HttpResponse:
    move = group.moves.going_on().first()
    form = ListForm(request.POST or None, request.FILES or None, move=move)
    if request.method != "POST" or not form.is_valid():
        return _page(request, group, form)
    act = request.POST.get("act", "")
    report: Report | None = tried(form, None, lambda: _done(request, group, form, is_rehearsal=act != "import"))
    if report is None:
        return _page(request, group, form)
    return _file(group, report) if act == "file" else _page(request, group, form, report)


def _done(request: SignedIn, group: Group, form: ListForm, *, is_rehearsal: bool) -> Report:
    said = form.cleaned_data
    are_agreed = said["how"] == "add"
    if is_rehearsal:
        return rehearse_import(group, said["people"], are_agreed=are_agreed, by=request.user)
    more = {"are_agreed": are_agreed, "tells": said["tells"], "is_moved": said.get("is_moved", False)}
    return import_members(group, said["people"], **more, by=request.user, via="web")


def _page(request: SignedIn, group: Group, form: ListForm, report: Report | None = None) -> HttpResponse:
    context: dict[str, Any] = around(request, group, "manage") | {
        "station": "members",
        "form": form,
        "report": report,
        "fields": fields_of(group),
        **(_told(report, is_moved=form.cleaned_data.get("is_moved", False)) if report else {}),
    }
    return render(request, "groups/members_import.html", context, status=422 if form.errors else 200)


def _told(report: Report, *, is_moved: bool) -> dict[str, Any]:
    """The rows by what becomes of them: first those that can't be taken. Of members, `is_moved` is noted at least."""
    first = (Outcome.REFUSED, Outcome.ADDED, Outcome.INVITED, Outcome.FILLED, Outcome.WAITING, Outcome.SAME)
    sorts = [
        {
            "outcome": one,
            "n": n,
            "rows": rows[:MOST_SHOWN],
            "more": max(0, n - MOST_SHOWN),
            "has_words": any(fate.why or fate.entry.remark for fate in rows[:MOST_SHOWN]),
        }
        for one in (*first, Outcome.KEPT)
        if (n := report.counts.get(one, 0)) and (rows := [fate for fate in report.fates if fate.outcome == one])
    ]
    done = (Outcome.ADDED, Outcome.INVITED, Outcome.FILLED, *([Outcome.KEPT] if is_moved else []))
    n = sum(report.counts.get(one, 0) for one in done)
    return {"sorts": sorts, "to_do": n, "button": ngettext("Do it for %(n)d row", "Do it for %(n)d rows", n) % {"n": n}}


def _file(group: Group, report: Report) -> HttpResponse:
    head = ["line", "address", "name", "outcome", "why"]
    return table_file(f"{group.slug}-import", [head, *(fate.facts().values() for fate in report.fates)])
