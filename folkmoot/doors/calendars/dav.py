"""A read-only CalDAV server (RFC 4791): the same calendars as the feeds, for programs that keep theirs in step."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from folkmoot.accounts.language import speaking
from folkmoot.accounts.models import Person
from folkmoot.doors.calendars import dav_xml, sheets
from folkmoot.doors.calendars.dav_xml import CALDAV, DAV, SERVER, Asked, Found, Name
from folkmoot.doors.calendars.operations import whose
from folkmoot.doors.calendars.resources import Resource, resources, within
from folkmoot.doors.calendars.sheets import Sheet
from folkmoot.groups.models import Group

ROOT = "/dav/"
METHODS = "OPTIONS, GET, HEAD, PROPFIND, REPORT"
WRITING = {"PUT", "DELETE", "POST", "PATCH", "MKCOL", "MKCALENDAR", "PROPPATCH", "COPY", "MOVE", "LOCK", "ACL"}
_PRINCIPAL = f"<d:href>{ROOT}</d:href>"
_READ = "<d:privilege><d:read/></d:privilege>"
_REPORTS = "".join(
    f"<d:supported-report><d:report>{name}</d:report></d:supported-report>"
    for name in ("<c:calendar-query/>", "<c:calendar-multiget/>", "<d:sync-collection/>")
)
View = Callable[..., HttpResponse]


def known(view: View) -> View:
    """Let in who shows a secret as the password. There is no cookie in it, so no other page can use it."""

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, **named: str) -> HttpResponse:
        person = _who(request)
        if person is None:
            response = HttpResponse(status=401)
            response.headers["WWW-Authenticate"] = 'Basic realm="Folkmoot", charset="UTF-8"'
        elif request.method == "OPTIONS":
            response = HttpResponse()
        elif request.method in WRITING:
            response = HttpResponse(_("Meetings are changed on their own pages."), status=403)
        else:
            with speaking(person):
                response = view(request, person, **named)
        response.headers["DAV"], response.headers["Allow"] = "1, 3, calendar-access", METHODS
        response.headers["Cache-Control"] = "private, no-cache"
        return response

    return guarded


@csrf_exempt
def well_known(request: HttpRequest) -> HttpResponse:
    return redirect(ROOT, permanent=True, preserve_request=True)


@known
def root(request: HttpRequest, person: Person) -> HttpResponse:
    """Who one is, and with depth 1 which calendars there are."""
    if request.method != "PROPFIND":
        return HttpResponse(status=405)
    try:
        asked = dav_xml.read(request.body)
    except ValueError:
        return HttpResponse(status=400)
    found = [Found(ROOT, _of_person(person))]
    if _depth(request):
        found.append(_collection(f"{ROOT}mine/", _mine(person)))
        joined = Group.objects.joined_by(person).filter(merged_into=None).order_by("name")
        found += [_collection(f"{ROOT}groups/{one.slug}/", sheets.of_group(one, person)) for one in joined]
    return _multistatus(found, asked)


@known
def mine(request: HttpRequest, person: Person) -> HttpResponse:
    return _calendar(request, _mine(person))


@known
def mine_file(request: HttpRequest, person: Person, name: str) -> HttpResponse:
    return _file(request, _mine(person), name)


@known
def of_group(request: HttpRequest, person: Person, slug: str) -> HttpResponse:
    return _calendar(request, sheets.of_group(_group(person, slug), person))


@known
def of_group_file(request: HttpRequest, person: Person, slug: str, name: str) -> HttpResponse:
    return _file(request, sheets.of_group(_group(person, slug), person), name)


def _who(request: HttpRequest) -> Person | None:
    kind, _, given = request.headers.get("Authorization", "")[:500].partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        _name, _, secret = b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return whose(secret)


def _mine(person: Person) -> Sheet:
    return sheets.of_person(person, name=_("Meetings of my groups"))


def _group(person: Person, slug: str) -> Group:
    return get_object_or_404(Group.objects.visible_to(person).filter(merged_into=None), slug=slug)


def _calendar(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    if request.method not in {"PROPFIND", "REPORT"}:
        return HttpResponse(status=405)
    try:
        asked = dav_xml.read(request.body)
        if request.method == "REPORT":
            return _report(request, sheet, asked)
    except ValueError:
        return HttpResponse(status=400)
    found = [_collection(request.path, sheet)]
    if _depth(request):
        found += [_found(request.path, one, asked) for one in resources(sheet)]
    return _multistatus(found, asked)


def _report(request: HttpRequest, sheet: Sheet, asked: Asked) -> HttpResponse:
    """Raises ValueError for a question that we don't know."""
    if asked.kind == "sync-collection":
        return _changes(request, sheet, asked)
    if asked.kind == "calendar-multiget":
        return _multistatus(_several(request, sheet, asked), asked)
    if asked.kind != "calendar-query":
        raise ValueError("no such report")
    are_ours = set(asked.components) <= {"VCALENDAR", "VEVENT"}
    matching = within(resources(sheet), asked.time_range) if are_ours else []
    return _multistatus([_found(request.path, one, asked) for one in matching], asked)


def _several(request: HttpRequest, sheet: Sheet, asked: Asked) -> list[Found]:
    """Each file that is named, once, however often and in whichever ways it is named."""
    there = {f"{request.path}{one.name}.ics": one for one in resources(sheet)}
    wanted: dict[str, str] = {}
    for href in asked.hrefs:
        wanted.setdefault(unquote(urlsplit(href).path), href)
    found = ((href, there.get(path)) for path, href in wanted.items())
    return [_found(request.path, one, asked) if one else Found(href) for href, one in found]


def _changes(request: HttpRequest, sheet: Sheet, asked: Asked) -> HttpResponse:
    """All, or that nothing has changed. What has gone is not remembered: then a program asks anew (RFC 6578, 3.2)."""
    token = _token(sheet)
    if asked.token not in {"", token}:
        return HttpResponse(dav_xml.error("valid-sync-token"), content_type=_XML, status=403)
    found = [] if asked.token else [_found(request.path, one, asked) for one in resources(sheet)]
    return _multistatus(found, asked, token=token)


def _file(request: HttpRequest, sheet: Sheet, name: str) -> HttpResponse:
    found = next((one for one in resources(sheet) if one.name == name), None)
    if found is None:
        raise Http404
    if request.method == "PROPFIND":
        try:
            asked = dav_xml.read(request.body)
        except ValueError:
            return HttpResponse(status=400)
        return _multistatus([_found(request.path.rpartition("/")[0] + "/", found, asked)], asked)
    if request.method not in {"GET", "HEAD"}:
        return HttpResponse(status=405)
    response = get_conditional_response(request, etag=found.tag)
    response = response or HttpResponse(found.text, content_type=f"{_CALENDAR}; charset=utf-8")
    response.headers["ETag"] = found.tag
    return response


_XML, _CALENDAR = "application/xml; charset=utf-8", "text/calendar"


def _multistatus(found: list[Found], asked: Asked, *, token: str = "") -> HttpResponse:
    text = dav_xml.multistatus(found, asked.properties, token=token)
    return HttpResponse(text, content_type=_XML, status=207)


def _depth(request: HttpRequest) -> bool:
    """Whether what lies within is asked for, too. There is nothing deeper than one."""
    return request.headers.get("Depth", "1") != "0"


def _of_person(person: Person) -> dict[Name, str]:
    return {
        (DAV, "resourcetype"): "<d:collection/><d:principal/>",
        (DAV, "displayname"): escape(person.name),
        (DAV, "current-user-principal"): _PRINCIPAL,
        (DAV, "principal-URL"): _PRINCIPAL,
        (DAV, "current-user-privilege-set"): _READ,
        (CALDAV, "calendar-home-set"): _PRINCIPAL,
    }


def _collection(href: str, sheet: Sheet) -> Found:
    values = {
        (DAV, "resourcetype"): "<d:collection/><c:calendar/>",
        (DAV, "displayname"): escape(sheet.name),
        (DAV, "current-user-principal"): _PRINCIPAL,
        (DAV, "owner"): _PRINCIPAL,
        (DAV, "current-user-privilege-set"): _READ,
        (DAV, "supported-report-set"): _REPORTS,
        (DAV, "sync-token"): escape(_token(sheet)),
        (DAV, "getcontenttype"): _CALENDAR,
        (SERVER, "getctag"): escape(sheet.tag),
        (CALDAV, "supported-calendar-component-set"): '<c:comp name="VEVENT"/>',
    }
    return Found(href, values)


def _found(folder: str, one: Resource, asked: Asked) -> Found:
    values = {
        (DAV, "resourcetype"): "",
        (DAV, "getetag"): escape(one.tag),
        (DAV, "getcontenttype"): f"{_CALENDAR}; component=vevent",
        (DAV, "getcontentlength"): str(len(one.text.encode())),
        (DAV, "current-user-privilege-set"): _READ,
    }
    if (CALDAV, "calendar-data") in asked.properties:
        values[CALDAV, "calendar-data"] = escape(one.text, {"\r": "&#13;"})
    return Found(f"{folder}{one.name}.ics", values)


def _token(sheet: Sheet) -> str:
    return f"urn:folkmoot:{sheet.tag.strip(chr(34))}"
