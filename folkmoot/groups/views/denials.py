"""What is denied to somebody, and lifting it. It stands on the page of roles."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.http import managed, standing
from folkmoot.groups.models import Denial, Group
from folkmoot.groups.operations import deny, lift
from folkmoot.groups.role_forms import DenialForm
from folkmoot.groups.rules import can_change_roles
from folkmoot.groups.views.roles import VIA, roles_page
from folkmoot.web.forms import tried


@login_required
@require_POST
@managed("roles.manage")
def denials(request: SignedIn, group: Group) -> HttpResponse:
    mine = standing(group, request.user).permissions
    form = DenialForm(request.POST, group=group, mine=mine, auto_id="denial_%s")
    if form.is_valid():
        denial = tried(form, None, lambda: _deny(request, group, form))
        if denial is not None:
            undo = reverse("denial_lift", args=[denial.pk])
            words = _("Something is denied to %(name)s now.") % {"name": denial.person.name}
            messages.success(request, words, extra_tags=f"undo:{undo}")
            return redirect(reverse("manage_roles", args=[group.slug]) + "#denials")
    return roles_page(request, group, denial_form=form)


@login_required
@require_POST
def denial_lift(request: SignedIn, denial_id: int) -> HttpResponse:
    visible = Denial.objects.filter(group__in=Group.objects.visible_to(request.user))
    denial = get_object_or_404(visible.select_related("group", "person"), pk=denial_id)
    if not can_change_roles(request.user, denial.group):
        raise Http404
    lift(denial, by=request.user, via=VIA)
    messages.success(request, _("Lifted: %(name)s may do again what their roles allow.") % {"name": denial.person.name})
    return redirect(reverse("manage_roles", args=[denial.group.slug]) + "#denials")


def _deny(request: SignedIn, group: Group, form: DenialForm) -> Denial:
    said = form.cleaned_data
    wanted = {"permission": said["permission"], "reason": said["reason"], **form.term}
    return deny(said["who"], group=group, by=request.user, via=VIA, **wanted)
