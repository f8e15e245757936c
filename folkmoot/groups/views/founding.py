from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.forms import TYPES, AskingForm, FoundingForm
from folkmoot.groups.operations import ask_to_found, found
from folkmoot.groups.policy import can_ask_to_found, can_found
from folkmoot.kit.errors import NotAllowed, Refused


@login_required
def group_new(request: SignedIn) -> HttpResponse:
    person = request.user
    is_asking = can_ask_to_found(person)
    if not is_asking and not can_found(person):
        return render(request, "groups/group_new_closed.html", {"nav": "groups"}, status=403)
    form = (AskingForm if is_asking else FoundingForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _ask(request, form) if is_asking else _found(request, form)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except Refused as refusal:
            form.add_error("slug", str(refusal))  # the address is what can be refused here: taken, reserved, malformed
    context: dict[str, Any] = {"form": form, "types": TYPES, "nav": "groups", "is_asking": is_asking}
    context["wishes"] = person.founding_requests.filter(decided_at=None).order_by("asked_at", "pk")
    return render(request, "groups/group_new.html", context, status=422 if form.errors else 200)


def _found(request: SignedIn, form: FoundingForm) -> HttpResponse:
    group = found(founder=request.user, via="web", **form.settings())  # type: ignore[arg-type]
    messages.success(request, _("%(name)s is founded. Invite people next.") % {"name": group.name})
    return redirect(group)


def _ask(request: SignedIn, form: FoundingForm) -> HttpResponse:
    wish = ask_to_found(person=request.user, via="web", **form.settings())  # type: ignore[arg-type]
    words = _("An administrator decides about %(name)s. You get a letter.") % {"name": wish.name}
    messages.success(request, words)
    return redirect("group_new")
