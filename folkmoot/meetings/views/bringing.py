"""Meetings, and who came to them, brought along from elsewhere: first what would happen, then that it does."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import ngettext

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.meetings.at_odds import in_words
from folkmoot.meetings.attendee_fates import Outcome
from folkmoot.meetings.bringing_forms import AttendeesForm, MeetingsForm
from folkmoot.meetings.operations import bring_attendees, bring_meetings_along, rehearse_attendees
from folkmoot.meetings.operations.attendees import Report
from folkmoot.meetings.plans import of_text
from folkmoot.web.forms import tried
from folkmoot.web.tables import table_file

MOST_SHOWN = 300  # rows of a sort on the page; all of them are in the file
ORDER = (Outcome.REFUSED, Outcome.PERSON, Outcome.NAME, Outcome.SAME, Outcome.ABSENT, Outcome.KEPT)


@login_required
@managed("meetings.organise")
def meetings_bring(request: SignedIn, group: Group) -> HttpResponse:
    """A calendar, or a list of meetings."""
    form = MeetingsForm(request.POST or None, request.FILES or None)
    is_rehearsal = request.POST.get("act") != "bring"
    context: dict[str, Any] = around(request, group, "meetings") | {"form": form, "is_rehearsal": is_rehearsal}
    if request.method == "POST" and form.is_valid():
        read = tried(form, None, lambda: of_text(form.cleaned_data["text"], zone=group.time_zone))
        if read is not None:
            plans, troubles = read
            by, via = request.user, "web"
            done = bring_meetings_along(group, plans, is_rehearsal=is_rehearsal, by=by, via=via)
            context |= {"brought": done, "troubles": troubles[:MOST_SHOWN], "trouble_count": len(troubles)}
            context["refused"] = done.refused[:MOST_SHOWN]
            context["kept"] = [(title, in_words(parts)) for title, parts in done.kept[:MOST_SHOWN]]
    return render(request, "meetings/bring.html", context, status=422 if form.errors else 200)


@login_required
@managed("meetings.organise")
def attendees(request: SignedIn, group: Group) -> HttpResponse:
    """Who came to past meetings."""
    chosen = {"meeting": request.GET.get("meeting", "")[:20]}
    form = AttendeesForm(request.POST or None, request.FILES or None, group=group, initial=chosen)
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        report = tried(form, None, lambda: _done(request, group, form))
    if report is not None and request.POST.get("act") == "file":
        return _file(group, report)
    context = around(request, group, "meetings") | {"form": form, "report": report, **(_told(report) if report else {})}
    return render(request, "meetings/attendees.html", context, status=422 if form.errors else 200)


def _done(request: SignedIn, group: Group, form: AttendeesForm) -> Report:
    said = form.cleaned_data
    if request.POST.get("act") != "bring":
        return rehearse_attendees(group, said["text"], meeting=said["meeting"], by=request.user)
    return bring_attendees(group, said["text"], meeting=said["meeting"], by=request.user, via="web")


def _told(report: Report) -> dict[str, Any]:
    """The rows by what becomes of them: first those that can't be taken."""
    sorts = []
    for outcome in ORDER:
        rows = [fate for fate in report.fates if fate.outcome == outcome]
        if rows:
            has_words = any(fate.why for fate in rows[:MOST_SHOWN])
            more = max(0, len(rows) - MOST_SHOWN)
            sorts.append(
                {"outcome": outcome, "n": len(rows), "rows": rows[:MOST_SHOWN], "more": more, "has_words": has_words}
            )
    n = report.counts.get(Outcome.PERSON, 0) + report.counts.get(Outcome.NAME, 0)
    button = ngettext("Bring %(n)d person along", "Bring %(n)d people along", n) % {"n": n}
    return {"sorts": sorts, "to_do": n, "button": button}


def _file(group: Group, report: Report) -> HttpResponse:
    head = ["line", "name", "meeting", "outcome", "why"]
    return table_file(f"{group.slug}-attendees", [head, *(fate.facts().values() for fate in report.fates)])
