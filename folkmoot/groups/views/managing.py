from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.forms import AddressForm, ChangeForm
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.groups.operations import change, rename
from folkmoot.web.forms import tried


@login_required
@managed("group.manage")
def manage(request: SignedIn, group: Group) -> HttpResponse:
    form = ChangeForm(request.POST or None, initial=_now(group))
    if request.method == "POST" and form.is_valid():
        change(group, by=request.user, via="web", **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("manage", slug=group.slug)
    return _page(request, group, form, AddressForm(initial={"slug": group.slug}))


@login_required
@require_POST
@managed("group.manage")
def address(request: SignedIn, group: Group) -> HttpResponse:
    form = AddressForm(request.POST)
    if form.is_valid():
        slug = form.cleaned_data["slug"]
        renamed = tried(form, "slug", lambda: rename(group, slug=slug, by=request.user, via="web"))
        if renamed is not None:
            messages.success(request, _("The group has its new address."))
            return redirect("manage", slug=renamed.slug)
    return _page(request, group, ChangeForm(initial=_now(group)), form)


def _page(request: SignedIn, group: Group, form: ChangeForm, address_form: AddressForm) -> HttpResponse:
    context = around(request, group, "manage") | {
        "station": "manage",
        "form": form,
        "address_form": address_form,
        "address": f"{group.slug}@{settings.HOST}",
        "is_checked": bool(settings.AUTHSERV_ID),
    }
    status = 422 if form.errors or address_form.errors else 200
    return render(request, "groups/manage.html", context, status=status)


def _now(group: Group) -> dict[str, Any]:
    return {name: getattr(group, name) for name in ChangeForm.base_fields}
