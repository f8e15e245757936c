from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.forms import NameForm, StartForm
from folkmoot.accounts.http import BACKEND, SignedIn
from folkmoot.accounts.operations import become_first_administrator, is_start_link, rename


def start(request: HttpRequest) -> HttpResponse:
    """The one-time link of the first start: whoever opens it becomes the first administrator."""
    token = request.GET.get("token", "")
    if not is_start_link(token):
        return render(request, "accounts/start_used.html", status=410)
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = become_first_administrator(token, **form.cleaned_data)
        login(request, person, backend=BACKEND)
        messages.success(
            request, _("Welcome, %(name)s. This place is yours now. Found the first group.") % {"name": person.name}
        )
        return redirect("group_new")
    return render(request, "accounts/start.html", {"form": form}, status=422 if form.errors else 200)


@login_required
def settings(request: SignedIn) -> HttpResponse:
    form = NameForm(request.POST or None, initial={"name": request.user.name})
    if request.method == "POST" and form.is_valid():
        rename(request.user, name=form.cleaned_data["name"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("settings")
    context = {
        "form": form,
        "addresses": request.user.addresses.order_by("-primary", "email"),
        "nav": "settings",
    }
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)
