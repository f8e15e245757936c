"""What companies are to a group, and for which side it is."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.models import Organization
from folkmoot.groups.company_forms import CompanyForm, ForWhomForm
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group, Side
from folkmoot.groups.operations import limit, name_side, remove_side
from folkmoot.groups.sides import sides_in
from folkmoot.kit.errors import NotAllowed, Refused


@login_required
@managed("group.manage")
def manage_companies(request: SignedIn, group: Group) -> HttpResponse:
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        company = form.cleaned_data["company"]
        try:
            name_side(group, company, side=form.cleaned_data["side"], by=request.user, via="web")
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            undo = f"undo:/g/{group.slug}/manage/companies/{company.pk}/remove"
            messages.success(request, _("%(company)s has its side.") % {"company": company.name}, extra_tags=undo)
            return redirect("manage_companies", slug=group.slug)
    return _page(request, group, form, ForWhomForm(initial={"for_whom": group.for_whom}))


@login_required
@require_POST
@managed("group.manage")
def company_remove(request: SignedIn, group: Group, organization_id: int) -> HttpResponse:
    company = get_object_or_404(Organization.objects.filter(sides__group=group), pk=organization_id)
    remove_side(group, company, by=request.user, via="web")
    messages.success(request, _("%(company)s has no side of its own here any more.") % {"company": company.name})
    return redirect("manage_companies", slug=group.slug)


@login_required
@require_POST
@managed("group.manage")
def for_whom(request: SignedIn, group: Group) -> HttpResponse:
    form = ForWhomForm(request.POST)
    if form.is_valid():
        try:
            limit(group, for_whom=form.cleaned_data["for_whom"], by=request.user, via="web")
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("for_whom", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("manage_companies", slug=group.slug)
    return _page(request, group, CompanyForm(), form)


def _page(request: SignedIn, group: Group, form: CompanyForm, for_whom_form: ForWhomForm) -> HttpResponse:
    counts = dict(group.memberships.current().order_by().values_list("side").annotate(n=Count("pk")))
    context: dict[str, Any] = around(request, group, "manage") | {
        "station": "companies",
        "companies": _listed(group),
        "form": form,
        "for_whom_form": for_whom_form,
        "counts": [(side, label, counts.get(side, 0)) for side, label in Side.choices],
    }
    status = 422 if form.errors or for_whom_form.errors else 200
    return render(request, "groups/manage_companies.html", context, status=status)


def _listed(group: Group) -> list[dict[str, Any]]:
    """Those that have a side here, by their own word or by that of a group above."""
    sides = sides_in(group)
    own = set(group.organization_sides.values_list("organization", flat=True))
    current = Q(memberships__group=group, memberships__left_at=None)
    companies = Organization.objects.filter(pk__in=sides).annotate(members=Count("memberships", filter=current))
    return [
        {"company": one, "side": sides[one.pk], "label": Side(sides[one.pk]).label, "is_own": one.pk in own}
        for one in companies.prefetch_related("domains").order_by("name")
    ]
