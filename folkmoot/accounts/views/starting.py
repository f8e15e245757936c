from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from folkmoot.accounts.forms import StartForm
from folkmoot.accounts.http import BACKEND
from folkmoot.accounts.operations import become_first_administrator, is_start_link


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
