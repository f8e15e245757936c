"""Companies, for the administrators of the installation; to everybody else there is no such page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts import operations
from folkmoot.accounts.administering import for_administrators
from folkmoot.accounts.company_forms import DomainForm, MergeForm, NameForm, NewForm, PersonForm
from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.models import Affiliation, Organization, OrganizationDomain
from folkmoot.web.forms import tried

A_PAGE = 100


@for_administrators
def organizations(request: SignedIn) -> HttpResponse:
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        domains = said["domains"].replace(",", " ").split()
        if tried(form, None, lambda: operations.make_organization(name=said["name"], domains=domains, **_by(request))):
            messages.success(request, _("%(company)s is known now.") % {"company": said["name"]})
            return redirect("organizations")
    query = request.GET.get("q", "").strip()[:100]
    found = Organization.objects.filter(Q(name__icontains=query) | Q(domains__domain__icontains=query)).distinct()
    counted = found.annotate(people=Count("affiliations__person", distinct=True)).prefetch_related("domains")
    page = Paginator(counted.order_by("name", "pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "query": query, "nav": "organizations"}
    return render(request, "accounts/organizations.html", context, status=422 if form.errors else 200)


@for_administrators
def organization(request: SignedIn, slug: str) -> HttpResponse:
    company = _company(slug)
    form = NameForm(request.POST or None, initial={"name": company.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        return _done(request, company, form, lambda: operations.rename_organization(company, name=name, **_by(request)))
    return _page(request, company, name_form=form)


@require_POST
@for_administrators
def domains(request: SignedIn, slug: str) -> HttpResponse:
    company, form = _company(slug), DomainForm(request.POST)
    if not form.is_valid():
        return _page(request, company, domain_form=form)
    domain = form.cleaned_data["domain"]
    return _done(request, company, form, lambda: operations.add_domain(company, domain=domain, **_by(request)))


@require_POST
@for_administrators
def domain_remove(request: SignedIn, domain_id: int) -> HttpResponse:
    domain = get_object_or_404(OrganizationDomain.objects.select_related("organization"), pk=domain_id)
    operations.remove_domain(domain, **_by(request))
    messages.success(request, _("%(domain)s says nothing of a company any more.") % {"domain": domain.domain})
    return redirect("organization", slug=domain.organization.slug)


@require_POST
@for_administrators
def people(request: SignedIn, slug: str) -> HttpResponse:
    company, form = _company(slug), PersonForm(request.POST)
    if not form.is_valid():
        return _page(request, company, person_form=form)
    said = form.cleaned_data
    days = {"starts_on": said["starts_on"], "ends_on": said["ends_on"]}
    return _done(request, company, form, lambda: operations.affiliate(said["person"], company, **days, **_by(request)))


@require_POST
@for_administrators
def affiliation_remove(request: SignedIn, affiliation_id: int) -> HttpResponse:
    tie = get_object_or_404(Affiliation.objects.select_related("person", "organization"), pk=affiliation_id)
    operations.end_affiliation(tie, **_by(request))
    messages.success(request, _("That has ended."))
    return redirect("organization", slug=tie.organization.slug)


@require_POST
@for_administrators
def merge(request: SignedIn, slug: str) -> HttpResponse:
    company = _company(slug)
    form = MergeForm(request.POST, organization=company)
    if not form.is_valid():
        return _page(request, company, merge_form=form)
    into = form.cleaned_data["into"]
    return _done(request, into, form, lambda: operations.merge_organizations(company, into=into, **_by(request)))


@require_POST
@for_administrators
def organization_remove(request: SignedIn, slug: str) -> HttpResponse:
    company = _company(slug)
    operations.forget_organization(company, **_by(request))
    messages.success(request, _("%(company)s is gone.") % {"company": company.name})
    return redirect("organizations")


def _by(request: SignedIn) -> dict[str, Any]:
    return {"by": request.user, "via": "web"}


def _company(slug: str) -> Organization:
    return get_object_or_404(Organization.objects.filter(slug=slug))


def _done(request: SignedIn, company: Organization, form: forms.Form, act: Callable[[], object]) -> HttpResponse:
    if not tried(form, None, act):
        names = {NameForm: "name_form", DomainForm: "domain_form", PersonForm: "person_form", MergeForm: "merge_form"}
        return _page(request, company, **{names[type(form)]: form})
    messages.success(request, _("Saved."))
    return redirect("organization", slug=company.slug)


def _page(request: SignedIn, company: Organization, **used: forms.Form) -> HttpResponse:
    ties = company.affiliations.select_related("person").order_by("-starts_on", "person__name", "pk")
    context: dict[str, Any] = {
        "company": company,
        "domains": list(company.domains.order_by("domain")),
        "page": Paginator(ties, A_PAGE).get_page(request.GET.get("page")),
        "name_form": NameForm(initial={"name": company.name}),
        "domain_form": DomainForm(),
        "person_form": PersonForm(),
        "merge_form": MergeForm(organization=company),
        "nav": "organizations",
        **used,
    }
    status = 422 if any(form.errors for form in used.values()) else 200
    return render(request, "accounts/organization.html", context, status=status)
