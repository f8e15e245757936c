from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from folkmoot.accounts.http import SignedIn, reader
from folkmoot.accounts.language import speaking
from folkmoot.accounts.models import Person
from folkmoot.doors.calendars import sheets
from folkmoot.doors.calendars.entries import entries, single
from folkmoot.doors.calendars.models import CalendarKey
from folkmoot.doors.calendars.operations import make_key, remove_key, whose
from folkmoot.doors.calendars.sheets import Sheet
from folkmoot.groups.http import moved, of_group
from folkmoot.groups.models import Group
from folkmoot.kit import ical
from folkmoot.kit.errors import Refused
from folkmoot.meetings.links import webcal
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.rules import sees_the_way_in
from folkmoot.web.strangers import keep_for_strangers

CALENDAR = "text/calendar; charset=utf-8"
REFRESH = "PT1H"


@require_safe
@of_group
def group_calendar(request: HttpRequest, group: Group) -> HttpResponse:
    sheet = sheets.of_group(group, reader(request))
    return keep_for_strangers(request, _answer(request, sheet, is_private=reader(request) is not None))


@require_safe
@of_group
def meeting_calendar(request: HttpRequest, group: Group, meeting_id: int) -> HttpResponse:
    person = reader(request)
    shown = Meeting.objects.visible_to(person).published().filter(group=group).select_related("group", "venue")
    found = get_object_or_404(shown, pk=meeting_id)
    entry = single(found, comes=sees_the_way_in(person, found))
    response = HttpResponse(ical.write([entry], method="PUBLISH"), content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="meeting-{found.pk}.ics"'
    return _closed(response) if person else keep_for_strangers(request, response)


@require_safe
def personal_calendar(request: HttpRequest, secret: str) -> HttpResponse:
    person = _whose(secret)
    with speaking(person):
        only_coming = request.GET.get("only") == "coming"
        name = _("Meetings I come to") if only_coming else _("Meetings of my groups")
        return _answer(request, sheets.of_person(person, name=name, only_coming=only_coming))


@require_safe
def personal_group_calendar(request: HttpRequest, secret: str, slug: str) -> HttpResponse:
    person = _whose(secret)
    group = Group.objects.visible_to(person).filter(slug=slug, merged_into=None).first()
    if group is None:
        return _closed(moved(request, slug, {"secret": secret}, person=person))
    with speaking(person):
        return _answer(request, sheets.of_group(group, person))


@login_required
@require_safe
def calendars(request: SignedIn) -> HttpResponse:
    return render(request, "calendars/calendars.html", _page(request.user))


@login_required
@require_POST
def keys(request: SignedIn) -> HttpResponse:
    """Make an address and show it: this once, since only its hash is kept."""
    name = request.POST.get("name", "")
    try:
        made, secret = make_key(request.user, name=name)
    except Refused as refusal:
        context = _page(request.user) | {"refusal": str(refusal), "name": name}
        return render(request, "calendars/calendars.html", context, status=422)
    mine = Group.objects.joined_by(request.user).order_by("name")
    address = reverse("personal_calendar", args=[secret])
    context = _page(request.user) | {
        "made": made,
        "secret": secret,
        "all": webcal(address),
        "coming": webcal(f"{address}?only=coming"),
        "groups": [(one, webcal(reverse("personal_group_calendar", args=[secret, one.slug]))) for one in mine],
    }
    response = render(request, "calendars/calendars.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def key_remove(request: SignedIn, key_id: int) -> HttpResponse:
    remove_key(get_object_or_404(CalendarKey.objects.filter(person=request.user), pk=key_id), by=request.user)
    messages.success(request, _("This address no longer works."))
    return redirect("calendars")


def _page(person: Person) -> dict[str, object]:
    return {"keys": list(CalendarKey.objects.filter(person=person).order_by("pk")), "site": settings.SITE}


def _whose(secret: str) -> Person:
    person = whose(secret)
    if person is None:
        raise Http404
    return person


def _answer(request: HttpRequest, sheet: Sheet, *, is_private: bool = True) -> HttpResponse:
    """The calendar, or that nothing in it has changed, which is known before a line of it is written."""
    response = get_conditional_response(request, etag=sheet.tag)
    if response is None:
        text = ical.write(list(entries(sheet.shown)), name=sheet.name, refresh=REFRESH)
        response = HttpResponse(text, content_type=CALENDAR)
    response.headers["ETag"] = sheet.tag
    response.headers["X-Robots-Tag"] = "noindex"
    return _closed(response) if is_private else response


def _closed(response: HttpResponse) -> HttpResponse:
    """Nobody else's to keep, and no address to hand on."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
