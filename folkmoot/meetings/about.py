"""What a meeting tells search engines, after schema.org. Never a link, a number or a PIN: those are for who comes."""

import html
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from folkmoot.kit import markdown
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.showing import when
from folkmoot.web.about import About

PLACES = "https://schema.org/"


def of_meeting(meeting: Meeting) -> About | None:
    """Of one that everybody may see."""
    if meeting.is_draft:
        return None
    at = when(meeting)
    where = meeting.venue.line if meeting.venue else meeting.room or (_("online") if meeting.is_online else "")
    words = " · ".join(filter(None, [f"{at.day}, {at.hours} ({at.zone_words})", where, meeting.group.name]))
    return About(meeting.get_absolute_url(), meeting.title, words, "article", data=_event(meeting))


def _event(meeting: Meeting) -> dict[str, Any]:
    zone, group = ZoneInfo(meeting.zone), meeting.group
    address = f"{settings.SITE}{meeting.get_absolute_url()}"
    text = html.unescape(strip_tags(markdown.to_html(meeting.about))) if meeting.about else ""
    event: dict[str, Any] = {
        "@type": "Event",
        "name": meeting.title,
        "url": address,
        "startDate": meeting.starts_at.astimezone(zone).isoformat(),
        "endDate": meeting.ends_at.astimezone(zone).isoformat(),
        "eventStatus": f"{PLACES}{'EventCancelled' if meeting.cancelled_at else 'EventScheduled'}",
        "eventAttendanceMode": f"{PLACES}{_mode(meeting)}EventAttendanceMode",
        "location": _places(meeting, address),
        "organizer": {"@type": "Organization", "name": group.name, "url": f"{settings.SITE}{group.get_absolute_url()}"},
    }
    if text:
        event["description"] = Truncator(" ".join(text.split())).chars(1_000)
    if meeting.seats is not None:
        event["maximumPhysicalAttendeeCapacity"] = meeting.seats
    if meeting.online_seats is not None:
        event["maximumVirtualAttendeeCapacity"] = meeting.online_seats
    return event


def _mode(meeting: Meeting) -> str:
    if meeting.is_hybrid:
        return "Mixed"
    return "Online" if meeting.is_online else "Offline"


def _places(meeting: Meeting, address: str) -> list[dict[str, Any]]:
    places = [{"@type": "VirtualLocation", "url": address}] if meeting.is_online else []
    if meeting.venue:
        places.append(_place(meeting.venue))
    elif meeting.room:
        places.append({"@type": "Place", "name": meeting.room, "address": meeting.room})
    return places


def _place(venue: Venue) -> dict[str, Any]:
    parts = {
        "streetAddress": venue.address,
        "addressLocality": venue.city,
        "addressCountry": venue.country,
    }
    address = {"@type": "PostalAddress", **{name: value for name, value in parts.items() if value}}
    place: dict[str, Any] = {"@type": "Place", "name": venue.name, "address": address}
    if venue.latitude is not None:
        place["geo"] = {"@type": "GeoCoordinates", "latitude": venue.latitude, "longitude": venue.longitude}
    return place
