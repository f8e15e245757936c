"""What waits, and what was done."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups import chronicle, todo
from folkmoot.groups.deciding import holds
from folkmoot.groups.http import around, managed, of_group
from folkmoot.groups.models import Group, HistoryEntry
from folkmoot.groups.operations.undoing import undo

A_PAGE = 100


@login_required
@require_safe
@of_group
def manage_todo(request: SignedIn, group: Group) -> HttpResponse:
    context = around(request, group, "manage")
    if not todo.of(context["permissions"]):
        raise Http404
    context |= {"station": "todo", "waiting": todo.waiting(group, request.user)}
    return render(request, "groups/manage_todo.html", context)


@login_required
@require_POST
@of_group
def todo_done(request: SignedIn, group: Group, kind: str, row_id: int, act: str) -> HttpResponse:
    found = todo.find(group, request.user, kind, row_id)
    chosen = next((one for one in found.kind.acts if one.key == act), None) if found else None
    if found is None or chosen is None:
        raise Http404
    words = request.POST.get("words", "").strip()
    if chosen.say and words:
        chosen.say(found.row, request.user, "web", words)
    else:
        chosen.do(found.row, request.user, "web")
    messages.success(request, _("Done: %(what)s.") % {"what": found.told.title})
    return redirect("manage_todo", slug=group.slug)


@login_required
@require_safe
@managed("history.read")
def manage_history(request: SignedIn, group: Group) -> HttpResponse:
    entries = group.history.select_related("by", "about", "undone_by").order_by("-at", "-pk")
    kind, person = request.GET.get("kind", "")[:60], request.GET.get("who", "").strip()[:100]
    if kind:
        entries = entries.filter(kind__startswith=f"{kind}.")
    if person:
        entries = entries.filter(by__name__icontains=person) | entries.filter(about__name__icontains=person)
    page = Paginator(entries, A_PAGE).get_page(request.GET.get("page"))
    context = around(request, group, "manage") | {
        "station": "history",
        "page": page,
        "lines": chronicle.in_words(page),
        "kind": kind,
        "who": person,
        "kinds": chronicle.sorts_of(group.history.values_list("kind", flat=True).distinct()),
    }
    return render(request, "groups/manage_history.html", context)


@login_required
@require_POST
def history_undo(request: SignedIn, entry_id: int) -> HttpResponse:
    entry = get_object_or_404(HistoryEntry.objects.select_related("group"), pk=entry_id, group__isnull=False)
    if entry.group is None or not holds(request.user, "history.read", entry.group):
        raise Http404
    undo(entry, by=request.user, via="web")
    messages.success(request, _("Undone."))
    return redirect("manage_history", slug=entry.group.slug)
