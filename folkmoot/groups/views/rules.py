"""Rules that place people in a group."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, PlacementRule
from folkmoot.groups.operations import make_rule, remove_rule
from folkmoot.groups.placement import in_words, sleeps
from folkmoot.groups.rule_forms import RuleForm
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import Refused


@login_required
@managed("members.manage")
def manage_rules(request: SignedIn, group: Group) -> HttpResponse:
    form = RuleForm(request.POST or None, group=group, person=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            make_rule(group, by=request.user, via="web", **form.cleaned_data)
        except Refused as refusal:  # also of what is not theirs to look at: that is said beside the form
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Who fits is placed now, and whoever comes to fit later."))
            return redirect("manage_rules", slug=group.slug)
    here = Count("placed", filter=Q(placed__left_at=None))
    rules = PlacementRule.objects.whole().filter(group=group).annotate(here=here)
    context: dict[str, Any] = around(request, group, "manage") | {
        "station": "joining",
        "part": "rules",
        "form": form,
        "rules": [{"rule": one, "words": in_words(one), "sleeps": sleeps(one)} for one in rules.order_by("pk")],
    }
    return render(request, "groups/manage_rules.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def rule_remove(request: SignedIn, rule_id: int) -> HttpResponse:
    known = PlacementRule.objects.filter(group__in=Group.objects.visible_to(request.user))
    rule = get_object_or_404(known.select_related("group"), pk=rule_id)
    if not can_manage_members(request.user, rule.group):
        raise Http404
    remove_rule(rule, by=request.user, via="web")
    messages.success(request, _("Nobody is placed by this rule any more. Who came by it stays."))
    return redirect("manage_rules", slug=rule.group.slug)
