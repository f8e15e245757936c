"""All groups, as administrators see them: figures and who runs them, nothing of what is said or who is a member."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.administering import for_administrators
from folkmoot.accounts.http import SignedIn
from folkmoot.conversations import figures
from folkmoot.groups.models import Group, Inspection
from folkmoot.groups.operations import close_group, end_inspection, inspect, reopen_group
from folkmoot.groups.rules import is_member, owners_of
from folkmoot.lobby.installation.forms import InspectionForm, ReasonForm
from folkmoot.lobby.installation.views import around
from folkmoot.web.forms import tried

A_PAGE = 50
MOST_SHOWN = 50
SHOWN = {"open": Q(closed_at=None), "closed": ~Q(closed_at=None)}


@for_administrators
@require_safe
def installation_groups(request: SignedIn) -> HttpResponse:
    query, show = request.GET.get("q", "").strip()[:100], request.GET.get("show", "")
    found = Group.objects.filter(Q(name__icontains=query) | Q(slug__icontains=query), merged_into=None)
    found = found.filter(SHOWN.get(show, Q()))
    page = Paginator(found.order_by("name", "pk"), A_PAGE).get_page(request.GET.get("page"))
    counted = figures.numbers(list(page))
    rows = [(group, counted[group.pk]) for group in page]
    context = around("installation_groups") | {"page": page, "rows": rows, "query": query, "show": show}
    return render(request, "lobby/installation/groups.html", context)


@for_administrators
@require_safe
def installation_group(request: SignedIn, slug: str) -> HttpResponse:
    return _page(request, _group(slug))


@for_administrators
@require_POST
def closure(request: SignedIn, slug: str) -> HttpResponse:
    group, form = _group(slug), ReasonForm(request.POST, prefix="close")
    below = Group.objects.closing_with(group).count()
    if form.is_valid() and tried(
        form, None, lambda: close_group(group, by=request.user, via="web", **form.cleaned_data)
    ):
        messages.success(request, _closed(below) % {"group": group.name, "n": below})
        return redirect("installation_group", slug=group.slug)
    return _page(request, group, close_form=form)


@for_administrators
@require_POST
def closure_remove(request: SignedIn, slug: str) -> HttpResponse:
    group = _group(slug)
    along = Group.objects.opening_with(group).count()
    reopen_group(group, by=request.user, via="web")
    messages.success(request, _opened(along) % {"group": group.name, "n": along})
    return redirect("installation_group", slug=group.slug)


@for_administrators
@require_POST
def inspection(request: SignedIn, slug: str) -> HttpResponse:
    group, form = _group(slug), InspectionForm(request.POST, prefix="look")
    me = request.user
    if form.is_valid() and tried(
        form, None, lambda: inspect(group, administrator=me, by=me, via="web", **form.cleaned_data)
    ):
        messages.success(request, _("You can read this group now. Its owners are told."))
        return redirect("installation_group", slug=group.slug)
    return _page(request, group, look_form=form)


@for_administrators
@require_POST
def inspection_remove(request: SignedIn, slug: str) -> HttpResponse:
    mine = Inspection.objects.open().filter(group=_group(slug), administrator=request.user)
    end_inspection(get_object_or_404(mine), by=request.user, via="web")
    messages.success(request, _("You look into this group no longer."))
    return redirect("installation_group", slug=slug)


def _closed(below: int) -> str:
    if not below:
        return _("%(group)s is closed. Its owners are told.")
    return ngettext(
        "%(group)s is closed, and %(n)d group below it. Their owners are told.",
        "%(group)s is closed, and %(n)d groups below it. Their owners are told.",
        below,
    )


def _opened(along: int) -> str:
    if not along:
        return _("%(group)s is open again. Its owners are told.")
    return ngettext(
        "%(group)s is open again, and %(n)d group that was closed with it. Their owners are told.",
        "%(group)s is open again, and %(n)d groups that were closed with it. Their owners are told.",
        along,
    )


def _group(slug: str) -> Group:
    found = Group.objects.filter(slug=slug, merged_into=None)
    return get_object_or_404(found.select_related("parent", "closed_with"))


def _page(request: SignedIn, group: Group, **used: forms.Form) -> HttpResponse:
    looks = Inspection.objects.filter(group=group).select_related("administrator").order_by("-began_at", "-pk")
    groups = Group.objects.all()
    along = groups.opening_with(group) if group.closed_at else groups.closing_with(group)
    context = around("installation_groups") | {
        "group": group,
        "along": list(along.order_by("name", "pk")[: MOST_SHOWN + 1]),
        "most": MOST_SHOWN,
        "figures": figures.numbers([group])[group.pk],
        "owners": list(owners_of(group).select_related("person").order_by("joined_at", "pk")[:MOST_SHOWN]),
        "looks": list(looks[:MOST_SHOWN]),
        "mine": looks.open().filter(administrator=request.user).first(),
        "is_member": is_member(request.user, group),
        "close_form": ReasonForm(prefix="close"),
        "look_form": InspectionForm(prefix="look"),
        **used,
    }
    status = 422 if any(form.errors for form in used.values()) else 200
    return render(request, "lobby/installation/group.html", context, status=status)
