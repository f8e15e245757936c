from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.forms import ApplicationForm, ReadingForm
from folkmoot.groups.http import around, of_group
from folkmoot.groups.models import Group
from folkmoot.groups.operations import apply, change_reading, join, leave


@login_required
@require_POST
@of_group
def join_group(request: SignedIn, group: Group) -> HttpResponse:
    join(group, person=request.user, via="web")
    messages.success(request, _("You are a member of %(name)s now.") % {"name": group.name})
    return redirect(group)


@login_required
@of_group
def apply_to_group(request: SignedIn, group: Group) -> HttpResponse:
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        apply(group, person=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Those who run the group read it. You get a letter when they have decided."))
        return redirect(group)
    context = around(request, group, "front") | {"form": form}
    return render(request, "groups/apply.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
@of_group
def leave_group(request: SignedIn, group: Group) -> HttpResponse:
    mine = get_object_or_404(group.memberships.current().select_related("group", "person"), person=request.user)
    leave(mine, via="web")
    messages.success(request, _("You have left %(name)s. What you wrote stays.") % {"name": group.name})
    return redirect("home")


@login_required
@require_POST
@of_group
def reading(request: SignedIn, group: Group) -> HttpResponse:
    mine = get_object_or_404(group.memberships.current().select_related("group", "person"), person=request.user)
    form = ReadingForm(request.POST)
    if form.is_valid():
        change_reading(mine, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Saved."))
    return redirect(group)
