"""One member in a group: what they say there, as far as the reader may see, and the form to say it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.fields import shown, values_seen_by
from folkmoot.groups.http import around, of_group
from folkmoot.groups.joining_forms import FieldsForm
from folkmoot.groups.models import Group, Membership, RoleGrant
from folkmoot.groups.operations import describe_member
from folkmoot.kit.errors import NotAllowed
from folkmoot.web.forms import tried


@login_required
@of_group
def member(request: SignedIn, group: Group, handle: str) -> HttpResponse:
    context = around(request, group, "members")
    found = get_object_or_404(
        group.memberships.current().select_related("person", "organization"), person__handle=handle
    )
    is_mine, runs = found.person_id == request.user.pk, "members.manage" in context["permissions"]
    if not (is_mine or runs or "members.read" in context["permissions"]):
        raise Http404
    form = _form(request, group, found, runs=runs) if is_mine or runs else None
    if request.method == "POST" and form is None:
        raise NotAllowed(_("You can't say this of others."))
    if request.method == "POST" and form is not None and form.is_valid() and _said(request, found, form):
        messages.success(request, _("Saved."))
        return redirect("member", slug=group.slug, handle=handle)
    context |= {"member": found, "form": form, "is_mine": is_mine, **_facts(request, group, found)}
    return render(request, "groups/member.html", context, status=422 if form is not None and form.errors else 200)


def _form(request: SignedIn, group: Group, found: Membership, *, runs: bool) -> FieldsForm:
    now = dict(found.values.values_list("field__key", "value"))
    return FieldsForm(request.POST if request.method == "POST" else None, group=group, values=now, runs=runs)


def _said(request: SignedIn, found: Membership, form: FieldsForm) -> bool:
    said = form.values()
    return tried(form, None, lambda: describe_member(found, said, by=request.user, via="web")) is not None


def _facts(request: SignedIn, group: Group, found: Membership) -> dict[str, Any]:
    """A member sees all that is said of them, also what only managers see of others."""
    is_mine = found.person_id == request.user.pk
    seen = (
        found.values.select_related("field")
        if is_mine
        else values_seen_by(group, request.user).filter(membership=found)
    )
    roles = RoleGrant.objects.valid().filter(membership=found).select_related("role").order_by("role")
    return {
        "values": [(one.field, shown(one.field, one.value)) for one in seen.order_by("field__position", "field")],
        "roles": [grant.role.label for grant in roles],
    }
