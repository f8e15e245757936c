from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.http import reader
from folkmoot.groups.models import Invitation
from folkmoot.groups.operations import accept, decline


def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who holds the token may come in, as themselves: strangers sign in or sign up first."""
    found = _find(token)
    if found.answered_at:
        return render(request, "groups/invitation_used.html", {"invitation": found}, status=410)
    person = reader(request)
    if request.method == "POST" and person is not None:
        accept(found, person=person, via="web")
        messages.success(request, _("You are a member of %(name)s now.") % {"name": found.group.name})
        return redirect(found.group)
    context = {"invitation": found, "group": found.group, "person": person}
    return render(request, "groups/invitation.html", context)


@require_POST
def invitation_decline(request: HttpRequest, token: str) -> HttpResponse:
    found = _find(token)
    decline(found, via="web")
    return render(request, "groups/invitation_used.html", {"invitation": found, "is_declined": True})


def _find(token: str) -> Invitation:
    return get_object_or_404(Invitation.objects.select_related("group", "invited_by"), token=token)
