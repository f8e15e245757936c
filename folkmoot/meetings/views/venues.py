"""A group's address book of places."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.groups.http import around, managed, of_group
from folkmoot.groups.models import Group
from folkmoot.meetings.forms import VenueForm, as_form
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.nearby import distance_for
from folkmoot.meetings.operations import add_venue, bring_venue_back, change_venue, retire_venue
from folkmoot.meetings.rules import can_organise
from folkmoot.meetings.showing import lines, map_of
from folkmoot.meetings.towns import looked_for
from folkmoot.web.forms import tried
from folkmoot.web.strangers import same_for_strangers

MOST_LISTED = 500
MOST_MEETINGS = 20


@require_safe
@same_for_strangers
@of_group
def venue(request: HttpRequest, group: Group, venue_id: int) -> HttpResponse:
    """A place, for whoever sees a meeting there."""
    found, person = get_object_or_404(Venue.objects.filter(group=group), pk=venue_id), reader(request)
    there = Meeting.objects.visible_to(person).filter(group=group, venue=found).select_related("group", "venue")
    context = around(request, group, "meetings")
    context["can_organise"] = "meetings.organise" in context["permissions"]
    if not context["can_organise"] and not there.exists():
        raise Http404
    ahead = list(there.taking_place().to_come().in_order()[:MOST_MEETINGS])
    context |= {"venue": found, "map": map_of(found), "lines": lines(ahead, person)}
    context["distance"] = distance_for(person, found)
    return render(request, "meetings/venue.html", context)


@login_required
@managed("meetings.organise")
def manage_venues(request: SignedIn, group: Group) -> HttpResponse:
    looked = looked_for(request.POST, list(VenueForm.base_fields)) if request.method == "POST" else None
    form = VenueForm(initial=looked.said) if looked else VenueForm(request.POST or None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        if tried(form, None, lambda: add_venue(group, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("It is in the address book."))
            return redirect("manage_venues", slug=group.slug)
    venues = list(Venue.objects.filter(group=group).order_by("name", "pk")[:MOST_LISTED])
    shown = {
        "venues": [one for one in venues if one.retired_at is None],
        "retired": [one for one in venues if one.retired_at],
    }
    return _page(request, group, "venues", form, looked=looked, **shown)


@login_required
@managed("meetings.organise")
def manage_venue(request: SignedIn, group: Group, venue_id: int) -> HttpResponse:
    found = get_object_or_404(Venue.objects.filter(group=group), pk=venue_id)
    looked = looked_for(request.POST, list(VenueForm.base_fields)) if request.method == "POST" else None
    form = VenueForm(initial=looked.said) if looked else VenueForm(request.POST or None, initial=as_form(found))
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        if tried(form, None, lambda: change_venue(found, by=request.user, via="web", **said)) is not None:
            messages.success(request, _("Saved."))
            return redirect("manage_venues", slug=group.slug)
    return _page(request, group, "venue", form, looked=looked, venue=found)


@login_required
@require_POST
def venue_retire(request: SignedIn, venue_id: int) -> HttpResponse:
    found = _venue(request, venue_id)
    retire_venue(found, by=request.user, via="web")
    messages.success(
        request, _("It is offered no more. Meetings that were there keep it."),
        extra_tags=f"undo:/venues/{found.pk}/retire/remove",
    )  # fmt: skip
    return redirect("manage_venues", slug=found.group.slug)


@login_required
@require_POST
def venue_retire_remove(request: SignedIn, venue_id: int) -> HttpResponse:
    found = _venue(request, venue_id)
    bring_venue_back(found, by=request.user, via="web")
    return redirect("manage_venues", slug=found.group.slug)


def _page(request: SignedIn, group: Group, part: str, form: VenueForm, **more: Any) -> HttpResponse:
    context = around(request, group, "manage") | {"station": "venues", "form": form, **more}
    return render(request, f"meetings/manage_{part}.html", context, status=422 if form.errors else 200)


def _venue(request: SignedIn, venue_id: int) -> Venue:
    known = Venue.objects.filter(group__in=Group.objects.visible_to(request.user)).select_related("group")
    found = get_object_or_404(known, pk=venue_id)
    if not can_organise(request.user, found.group):
        raise Http404
    return found
