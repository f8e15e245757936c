"""Loading a meeting by its number, for those who may see it, or look after it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from folkmoot.accounts.http import reader
from folkmoot.groups.http import OF_PAGE, around
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.rules import can_look_after, can_organise, can_see_names
from folkmoot.meetings.ways import ways

Page = Callable[..., HttpResponseBase]


def of_meeting(view: Page) -> Page:
    """Load the meeting of the address for who may see it; times of the page are those of its zone."""

    @wraps(view)
    def wrapped(request: HttpRequest, meeting_id: int, **more: Any) -> HttpResponseBase:
        shown = Meeting.objects.visible_to(reader(request)).select_related("group", "venue", "host", "topic")
        meeting = get_object_or_404(shown, pk=meeting_id)
        request.META[OF_PAGE] = meeting.group
        with timezone.override(meeting.zone):
            return view(request, meeting, **more)

    return wrapped


def looked_after(view: Page) -> Page:
    """The same for its host and those who organise; nobody else learns that there is such a page."""
    return _of_those_who(can_look_after, view)


def organised(view: Page) -> Page:
    """The same for those who organise."""
    return _of_those_who(lambda person, meeting: can_organise(person, meeting.group), view)


def _of_those_who(may: Callable[[Any, Meeting], bool], view: Page) -> Page:
    @of_meeting
    @wraps(view)
    def wrapped(request: HttpRequest, meeting: Meeting, **more: Any) -> HttpResponseBase:
        if not may(reader(request), meeting):
            raise Http404
        return view(request, meeting, **more)

    return wrapped


def about(request: HttpRequest, meeting: Meeting, **more: Any) -> dict[str, Any]:
    """What each page of a meeting says."""
    person = reader(request)
    return around(request, meeting.group, "meetings") | {
        "meeting": meeting,
        "organises": can_organise(person, meeting.group),
        "sees_names": can_see_names(person, meeting),
        "ways": ways(meeting, person),
        **more,
    }
