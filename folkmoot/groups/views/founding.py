from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.http import SignedIn
from folkmoot.groups.forms import TYPES, FoundingForm
from folkmoot.groups.operations import found
from folkmoot.kit.errors import Refused


@login_required
def group_new(request: SignedIn) -> HttpResponse:
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = found(founder=request.user, via="web", **form.settings())  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error("slug", str(refusal))  # the address is what can be refused here: taken, reserved, malformed
        else:
            messages.success(request, _("%(name)s is founded. Invite people next.") % {"name": group.name})
            return redirect(group)
    context = {"form": form, "types": TYPES, "nav": "groups"}
    return render(request, "groups/group_new.html", context, status=422 if form.errors else 200)
