from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import reader
from folkmoot.accounts.models import Person
from folkmoot.groups.joining_forms import FieldsForm
from folkmoot.groups.models import Invitation, MemberValue
from folkmoot.groups.operations import accept, decline
from folkmoot.web.forms import tried


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds the token may come in, as themselves: strangers sign in or sign up first."""
    found = _find(token)
    if found.answered_at:
        return render(request, "groups/invitation_used.html", {"invitation": found}, status=410)
    person = reader(request)
    if person is None:
        return _page(request, found, None)
    form = _form(request, found, person)
    if form.is_valid() and tried(form, None, lambda: accept(found, person=person, values=form.values(), via="web")):
        messages.success(request, _("You are a member of %(name)s now.") % {"name": found.group.name})
        return redirect(found.group)
    return _page(request, found, form)


def _form(request: HttpRequest, found: Invitation, person: Person) -> FieldsForm:
    """What the group asks; who was there before finds what they said then."""
    before = MemberValue.objects.filter(membership__group=found.group, membership__person=person)
    known = dict(before.values_list("field__key", "value"))
    return FieldsForm(request.POST if request.method == "POST" else None, group=found.group, values=known)


def _page(request: HttpRequest, found: Invitation, form: FieldsForm | None) -> HttpResponse:
    context = {"invitation": found, "group": found.group, "person": reader(request), "form": form}
    return render(request, "groups/invitation.html", context, status=422 if form is not None and form.errors else 200)


@require_POST
def invitation_decline(request: HttpRequest, token: str) -> HttpResponse:
    found = _find(token)
    decline(found, via="web")
    return render(request, "groups/invitation_used.html", {"invitation": found, "is_declined": True})


def _find(token: str) -> Invitation:
    return get_object_or_404(Invitation.objects.select_related("group", "invited_by"), token=token)
