"""The tree of groups below one, and what can be done with its shape."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.conversations.figures import together, tree
from folkmoot.conversations.operations import merge_groups, split_group
from folkmoot.conversations.tree_forms import AssignForm, MergeForm, MoveForm, SplitForm, SubgroupForm
from folkmoot.groups import operations
from folkmoot.groups.deciding import holds
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.rules import is_owner
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import key_of
from folkmoot.web.forms import tried

MOST_LISTED = 200  # members to choose from, at once


@login_required
@managed("subgroups.manage")
def manage_subgroups(request: SignedIn, group: Group) -> HttpResponse:
    form = SubgroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = tried(form, "slug", lambda: _found(request, group, form))
        if made is not None:
            words = _("%(name)s is founded, below %(above)s.") % {"name": made.name, "above": group.name}
            messages.success(request, words)
            return redirect("manage_subgroups", slug=group.slug)
    return _page(request, group, found_form=form)


def _found(request: SignedIn, group: Group, form: SubgroupForm) -> Group:
    return operations.found(founder=request.user, parent=group, via="web", **form.said())


@login_required
@require_POST
@managed("subgroups.manage")
def subgroup_parent(request: SignedIn, group: Group) -> HttpResponse:
    form = MoveForm(request.POST, group=group, person=request.user)
    if form.is_valid():
        to = form.cleaned_data["parent"]
        moved = tried(form, "parent", lambda: operations.move_group(group, parent=to, by=request.user, via="web"))
        if moved is not None:
            words = _("It stands below %(group)s now.") % {"group": to.name} if to else _("It stands on its own now.")
            messages.success(request, words, extra_tags=f"undo:/groups/{group.pk}/parent/remove")
            return _back(request, moved)
    return _page(request, group, move_form=form)


@login_required
@require_POST
def subgroup_parent_back(request: SignedIn, group_id: int) -> HttpResponse:
    moved = operations.move_group_back(_loaded(request, group_id), by=request.user, via="web")
    messages.success(request, _("It stands where it stood before."))
    return _back(request, moved)


@login_required
@require_POST
def group_apart(request: SignedIn, group_id: int) -> HttpResponse:
    closed = operations.close_itself(_loaded(request, group_id), by=request.user, via="web")
    undo = f"undo:/groups/{group_id}/apart/remove"
    messages.success(request, _("Roles of the groups above no longer count here."), extra_tags=undo)
    return _back(request, closed)


@login_required
@require_POST
def group_apart_remove(request: SignedIn, group_id: int) -> HttpResponse:
    opened = operations.open_itself(_loaded(request, group_id), by=request.user, via="web")
    undo = f"undo:/groups/{group_id}/apart"
    messages.success(request, _("Roles of the groups above count here again."), extra_tags=undo)
    return _back(request, opened)


@login_required
@require_POST
def group_figures(request: SignedIn, group_id: int) -> HttpResponse:
    return _share(request, group_id, shares=True)


@login_required
@require_POST
def group_figures_remove(request: SignedIn, group_id: int) -> HttpResponse:
    return _share(request, group_id, shares=False)


@login_required
@require_POST
@managed("subgroups.manage")
def group_merge(request: SignedIn, group: Group) -> HttpResponse:
    form = MergeForm(request.POST, group=group, person=request.user)
    if form.is_valid():
        into = form.cleaned_data["into"]
        merged = tried(form, "into", lambda: merge_groups(group, into=into, by=request.user, via="web"))
        if merged is not None:
            words = _("%(group)s is part of %(into)s now. Its old addresses lead there.")
            messages.success(request, words % {"group": group.name, "into": merged.name})
            return redirect(merged)
    return _page(request, group, merge_form=form)


@login_required
@managed("subgroups.manage")
def group_split(request: SignedIn, group: Group) -> HttpResponse:
    form = SplitForm(request.POST or None, group=group)
    chosen = [key_of(one) for one in request.POST.getlist("members")[:5000]]
    if request.method == "POST" and form.is_valid():
        made = tried(form, None, lambda: _split(request, group, form, chosen))
        if made is not None:
            messages.success(request, _("%(name)s is a group of its own now.") % {"name": made.name})
            return redirect(made)
    query = request.GET.get("q", "").strip()[:100]
    listed = group.memberships.current().beginning_with(query).exclude(person=request.user).select_related("person")
    context = around(request, group, "manage") | {"station": "subgroups", "form": form, "query": query}
    context |= {"listed": list(listed[:MOST_LISTED]), "chosen": set(chosen), "most": MOST_LISTED}
    return render(request, "conversations/manage_split.html", context, status=422 if form.errors else 200)


def _split(request: SignedIn, group: Group, form: SplitForm, chosen: list[int]) -> Group:
    said = form.cleaned_data
    named = {"name": said["name"], "slug": said["slug"], "channel": said["channel"]}
    is_below = said["where"] == "below"
    return split_group(group, members=chosen, is_below=is_below, by=request.user, via="web", **named)


@login_required
@require_POST
@managed("subgroups.manage")
def subgroup_people(request: SignedIn, group: Group) -> HttpResponse:
    form = AssignForm(request.POST)
    if form.is_valid():
        made = tried(form, "person", lambda: _assign(request, group, form.cleaned_data["person"]))
        if made is not None:
            messages.success(request, _("%(name)s is a member now.") % {"name": made.person.name})
            return _back(request, group)
    return _page(request, group, assign_form=form)


def _assign(request: SignedIn, group: Group, named: str) -> Membership:
    """Only those are found whom the reader may see as members there."""
    name = named.strip().removeprefix("@").lower()
    known = Membership.objects.visible_to(request.user).current().filter(group__reached__below=group)
    by_name = Q(person__handle=name) | Q(person__emailaddress__email=name, person__emailaddress__verified=True)
    member = known.exclude(group=group).filter(by_name).select_related("person", "address").first()
    if member is None:
        raise Refused(_("No member of a group above is called so."))
    return operations.assign(member, to=group, by=request.user, via="web")


def _share(request: SignedIn, group_id: int, *, shares: bool) -> HttpResponse:
    group = operations.share_figures(_loaded(request, group_id), shares=shares, by=request.user, via="web")
    words = _("The groups above see its numbers now.") if shares else _("The groups above don't see its numbers now.")
    undo = f"undo:/groups/{group_id}/figures" + ("/remove" if shares else "")
    messages.success(request, words, extra_tags=undo)
    return _back(request, group)


def _loaded(request: SignedIn, group_id: int) -> Group:
    """The group, for those who run its subgroups; to everybody else there is none."""
    group = get_object_or_404(Group.objects.visible_to(request.user), pk=group_id)
    if not holds(request.user, "subgroups.manage", group):
        raise Http404
    return group


def _back(request: SignedIn, group: Group) -> HttpResponse:
    """To the group's own page of this; whoever has lost it by what they did, to its front page or home."""
    fresh = Group.objects.visible_to(request.user).filter(pk=group.pk).first()
    if fresh is None:
        return redirect("home")
    return (
        redirect("manage_subgroups", slug=fresh.slug)
        if holds(request.user, "subgroups.manage", fresh)
        else redirect(fresh)
    )


def _page(request: SignedIn, group: Group, **forms_used: forms.Form) -> HttpResponse:
    person = request.user
    owns = is_owner(person, group)
    branches = tree(group, person)
    context: dict[str, Any] = around(request, group, "manage") | {
        "station": "subgroups",
        "branches": branches,
        "together": together(branches),
        "owns": owns,
        "found_form": SubgroupForm(),
        "move_form": MoveForm(group=group, person=person),
        "merge_form": MergeForm(group=group, person=person) if owns else None,
        "assign_form": AssignForm() if group.parent_id else None,
        **forms_used,
    }
    refused = any(form.errors for form in forms_used.values())
    return render(request, "conversations/manage_subgroups.html", context, status=422 if refused else 200)
