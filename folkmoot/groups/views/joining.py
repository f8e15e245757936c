from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.fields import fields_of
from folkmoot.groups.forms import ReadingForm
from folkmoot.groups.http import around, of_group
from folkmoot.groups.joining_forms import ApplyForm, FieldsForm, LeaveForm
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import apply, change_reading, join, leave
from folkmoot.groups.receipts import receipt
from folkmoot.groups.rules import can_join


@login_required
@of_group
def join_group(request: SignedIn, group: Group) -> HttpResponse:
    """Join at once; where the group wants to know something first, the page asks for it."""
    asks, is_sent = _asks(group), request.method == "POST"
    if not can_join(request.user, group) or not (asks or is_sent):
        return _not_open(request, group)
    form = FieldsForm(request.POST if is_sent and (request.POST.get("told") or not asks) else None, group=group)
    if form.is_bound and form.is_valid():
        join(group, person=request.user, via="web", values=form.values())
        messages.success(request, _("You are a member of %(name)s now.") % {"name": group.name})
        return redirect(group)
    context = around(request, group, "front") | {"form": form}
    return render(request, "groups/join.html", context, status=422 if form.errors else 200)


def _asks(group: Group) -> bool:
    return fields_of(group).filter(is_set_by_members=True).exists()


def _not_open(request: SignedIn, group: Group) -> HttpResponse:
    if request.method == "POST":
        join(group, person=request.user, via="web")  # says why not
    return redirect(group)


@login_required
@of_group
def apply_to_group(request: SignedIn, group: Group) -> HttpResponse:
    form = ApplyForm(request.POST if request.method == "POST" else None, group=group)
    if request.method == "POST" and form.is_valid():
        said = {"answer": form.cleaned_data.get("answer", ""), "answers": form.answers(), "values": form.values()}
        apply(group, person=request.user, via="web", **said)
        messages.success(request, _("Those who run the group read it. You get a letter when they have decided."))
        return redirect(group)
    context = around(request, group, "front") | {"form": form}
    return render(request, "groups/apply.html", context, status=422 if form.errors else 200)


@login_required
@of_group
def leave_group(request: SignedIn, group: Group) -> HttpResponse:
    """Say first what leaving means; then do it, and give a receipt."""
    mine = get_object_or_404(group.memberships.current().select_related("group", "person"), person=request.user)
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        leave(mine, via="web", **form.cleaned_data)
        return redirect("left", membership_id=mine.pk)
    below = Group.objects.joined_by(request.user).filter(reaching__above=group).exclude(pk=group.pk).distinct()
    context = around(request, group, "front") | {"form": form, "below": below.order_by("name"), "mine": mine}
    return render(request, "groups/leave.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def left(request: SignedIn, membership_id: int) -> HttpResponse:
    """The receipt, for whoever left and for nobody else."""
    gone = Membership.objects.filter(person=request.user, departed_by=Membership.Departure.LEFT, left_at__isnull=False)
    found = get_object_or_404(gone.select_related("group", "person"), pk=membership_id)
    context = {"receipt": receipt(found), "group": found.group, "owner": f"{found.group.slug}+owner@{settings.HOST}"}
    with timezone.override(found.group.time_zone):
        return render(request, "groups/left.html", context)


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
