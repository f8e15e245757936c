"""What was laid on somebody: they read it here and object; moderators lift it and answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups import rules
from folkmoot.groups.forms import AppealForm
from folkmoot.groups.models import Sanction
from folkmoot.groups.operations import appeal, decide_appeal, lift_sanction


@login_required
def sanction(request: SignedIn, sanction_id: int) -> HttpResponse:
    """The page of whoever it is laid on. It needs no right to read the group."""
    laid = get_object_or_404(Sanction.objects.select_related("group", "person"), pk=sanction_id, person=request.user)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        appeal(laid, by=request.user, words=form.cleaned_data["words"], via="web")
        messages.success(request, _("Your objection is sent. A moderator answers it."))
        return redirect("sanction", laid.pk)
    can_appeal = rules.can_appeal(request.user, laid) and not laid.appealed_at
    context = {"laid": laid, "form": form, "can_appeal": can_appeal}
    return render(request, "groups/sanction.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def sanction_lift(request: SignedIn, sanction_id: int) -> HttpResponse:
    laid = _moderated(request, sanction_id)
    lift_sanction(laid, by=request.user, via="web")
    messages.success(request, _("It is lifted. The person gets a letter."))
    return redirect("reports", slug=laid.group.slug)


@login_required
@require_POST
def appeal_decide(request: SignedIn, sanction_id: int) -> HttpResponse:
    laid = _moderated(request, sanction_id)
    is_upheld = "lift" not in request.POST
    decide_appeal(laid, is_upheld=is_upheld, answer=request.POST.get("answer", ""), by=request.user, via="web")
    messages.success(request, _("Your answer is sent."))
    return redirect("reports", slug=laid.group.slug)


def _moderated(request: SignedIn, sanction_id: int) -> Sanction:
    laid = get_object_or_404(Sanction.objects.select_related("group", "person"), pk=sanction_id)
    if not rules.can_look_at_reports(request.user, laid.group):
        raise Http404
    return laid
