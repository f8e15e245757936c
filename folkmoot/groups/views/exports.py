"""The whole group as one file: asked for, and fetched by whoever owns the group at that moment."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn, freshly
from folkmoot.groups.http import around, managed
from folkmoot.groups.models import Group
from folkmoot.groups.operations import ask_package
from folkmoot.groups.rules import is_owner
from folkmoot.store import files


@login_required
@managed("group.manage")
def manage_export(request: SignedIn, group: Group) -> HttpResponse:
    _require_owner(request, group)
    if request.method == "POST":
        ask_package(group, by=request.user, via="web")
        messages.success(request, _("The file is being made. Large groups take some minutes."))
        return redirect("manage_export", slug=group.slug)
    exports = group.exports.kept().select_related("asked_by").order_by("-asked_at")
    context = around(request, group, "manage") | {"station": "export", "exports": list(exports)}
    return render(request, "groups/manage_export.html", context)


@login_required
@require_safe
@freshly
@managed("group.manage")  # type: ignore[arg-type]  # a file is an answer that comes in pieces
def manage_export_file(request: SignedIn, group: Group, package_id: int) -> HttpResponseBase:
    _require_owner(request, group)
    found = get_object_or_404(group.exports.kept().exclude(ready_at=None), pk=package_id)
    path = files.where(found.sha256)
    if not path.exists():
        raise Http404
    name = f"{group.slug}-{found.asked_at:%Y-%m-%d}.zip"
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")
    response.headers["Cache-Control"] = "no-store"
    return response


def _require_owner(request: SignedIn, group: Group) -> None:
    """Others who manage the group don't learn that there is such a page: the file tells what is only for owners."""
    if not is_owner(request.user, group):
        raise Http404
