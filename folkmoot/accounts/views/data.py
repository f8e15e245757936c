"""What is stored about one, to see, to take along, and to have forgotten."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts import operations
from folkmoot.accounts.forms import EraseForm
from folkmoot.accounts.http import SignedIn, freshly
from folkmoot.accounts.personal import Part
from folkmoot.kit.errors import Refused
from folkmoot.store import files


@login_required
@require_safe
def data(request: SignedIn, parts: Sequence[Part]) -> HttpResponse:
    stored = [(part.words, [fact for fact in part.facts(request.user) if fact.count]) for part in reversed(parts)]
    exports = request.user.exports.order_by("-asked_at")
    return render(request, "accounts/data.html", {"stored": stored, "exports": list(exports), "nav": "settings"})


@login_required
@require_POST
@freshly
def exports(request: SignedIn) -> HttpResponse:
    operations.ask_export(request.user)
    messages.success(request, _("Your file is being made. A letter tells you when it is ready."))
    return redirect("data")


@login_required
@require_safe
@freshly
def export(request: SignedIn, export_id: int) -> HttpResponseBase:
    found = get_object_or_404(request.user.exports.exclude(ready_at=None), pk=export_id)
    path = files.where(found.sha256)
    if not path.exists():
        raise Http404
    name = f"{request.user.handle}-{found.asked_at:%Y-%m-%d}.zip"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@freshly
def erase(request: SignedIn, parts: Sequence[Part]) -> HttpResponse:
    me = request.user
    form = EraseForm(request.POST or None, person=me)
    if request.method == "POST" and form.is_valid():
        keep_words = form.cleaned_data["words"] == "keep"
        operations.erase(me, keep_words=keep_words, by=me, via="web", hinder=[part.let_go for part in parts])
        logout(request)
        messages.success(request, _("You are gone from here. What is left of your data is deleted within minutes."))
        return redirect("home")
    counts = {fact.name.replace("-", "_"): fact.count for part in parts for fact in part.facts(me)}
    context = {"form": form, "counts": counts, "hindrances": list(_hindrances(parts, request)), "nav": "settings"}
    return render(request, "accounts/erase.html", context, status=422 if form.errors else 200)


def _hindrances(parts: Sequence[Part], request: SignedIn) -> Sequence[str]:
    """Why the person can't leave yet, told before they try."""
    found = []
    for part in parts:
        try:
            part.hinder(request.user)
        except Refused as refusal:
            found.append(str(refusal))
    return found
