from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import BACKEND, reader
from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import enrol
from folkmoot.groups.forms import AcceptForm
from folkmoot.groups.models import Invitation
from folkmoot.groups.operations import accept, decline


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds the token has the letter. That proves the address, but does not sign in to an account."""
    found = _find(token)
    if found.answered_at:
        return render(request, "groups/invitation_used.html", {"invitation": found}, status=410)
    owner, person = Person.objects.at(found.address), reader(request)
    needs_other = owner is not None and owner != person
    form = AcceptForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and not needs_other and (person or form.is_valid()):
        member = accept(found, person=person or _newcomer(form, found), via="web")
        if person is None:
            login(request, member.person, backend=BACKEND)
        messages.success(request, _("You are a member of %(name)s now.") % {"name": found.group.name})
        return redirect(found.group)
    context = {"invitation": found, "group": found.group, "person": person, "needs_other": needs_other, "form": form}
    return render(request, "groups/invitation.html", context, status=422 if form.errors and not person else 200)


@require_POST
def invitation_decline(request: HttpRequest, token: str) -> HttpResponse:
    found = _find(token)
    decline(found, via="web")
    return render(request, "groups/invitation_used.html", {"invitation": found, "is_declined": True})


def _find(token: str) -> Invitation:
    return get_object_or_404(Invitation.objects.select_related("group", "invited_by"), token=token)


def _newcomer(form: AcceptForm, found: Invitation) -> Person:
    """Somebody who has no account: known by their letters or an archive only, or not at all."""
    known = Person.objects.unproven_at(found.address)
    return known or enrol(name=form.cleaned_data["name"], address=found.address, proven=True, via="web")
