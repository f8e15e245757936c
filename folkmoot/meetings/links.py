"""Ways to put a meeting, or all of a group, into a calendar."""

from dataclasses import dataclass
from datetime import UTC
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import reverse

from folkmoot.meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses for the page of a meeting. Those of other companies hold title, time and place, and no more."""

    file: str
    webcal: str
    google: str
    outlook: str


def add_to_calendar(meeting: Meeting) -> Links:
    page = f"{settings.SITE}{meeting.get_absolute_url()}"
    place = ", ".join(part for part in (meeting.venue.line if meeting.venue else "", meeting.room) if part)
    starts, ends = meeting.starts_at.astimezone(UTC), meeting.ends_at.astimezone(UTC)
    hours = f"{starts:%Y%m%dT%H%M%SZ}/{ends:%Y%m%dT%H%M%SZ}"
    google = {
        "action": "TEMPLATE",
        "text": meeting.title,
        "dates": f"{meeting.starts:%Y%m%d}/{meeting.ends:%Y%m%d}" if meeting.is_whole_days else hours,
        "ctz": meeting.zone,
        "location": place,
        "details": page,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": meeting.title,
        "startdt": f"{starts:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{ends:%Y-%m-%dT%H:%M:%SZ}",
        "location": place,
        "body": page,
    }
    return Links(
        file=reverse("meeting_calendar", args=[meeting.group.slug, meeting.pk]),
        webcal=webcal(reverse("group_calendar", args=[meeting.group.slug])),
        google=f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        outlook=f"https://outlook.office.com/calendar/0/deeplink/compose?{urlencode(outlook)}",
    )


def webcal(path: str) -> str:
    """Return an address that opens a calendar program, which then fetches it by http or https."""
    return f"webcal://{urlsplit(settings.SITE).netloc}{path}"
