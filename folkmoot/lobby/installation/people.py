from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from folkmoot.accounts.administering import for_administrators
from folkmoot.accounts.http import SignedIn
from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import dismiss_administrator, name_administrator
from folkmoot.kit.errors import Refused
from folkmoot.lobby.installation.forms import AdministratorForm
from folkmoot.lobby.installation.views import around


@for_administrators
def administrators(request: SignedIn) -> HttpResponse:
    form = AdministratorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["person"]
        try:
            name_administrator(person, by=request.user, via="web")
        except Refused as refusal:
            form.add_error("person", str(refusal))
        else:
            messages.success(request, _("%(name)s is an administrator now.") % {"name": person.name})
            return redirect("administrators")
    people = Person.objects.exclude(administrator_since=None).order_by("administrator_since", "pk")
    context = around("administrators") | {"form": form, "people": list(people)}
    return render(request, "lobby/installation/administrators.html", context, status=422 if form.errors else 200)


@for_administrators
@require_POST
def administrator_remove(request: SignedIn, handle: str) -> HttpResponse:
    person = get_object_or_404(Person.objects.exclude(administrator_since=None), handle=handle)
    dismiss_administrator(person, by=request.user, via="web")
    messages.success(request, _("%(name)s is no administrator any more.") % {"name": person.name})
    return redirect("administrators" if person != request.user else "home")
