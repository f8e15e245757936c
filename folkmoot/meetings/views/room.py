"""What hangs in the room and around necks: the screen, and the badges."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from folkmoot.accounts.http import SignedIn
from folkmoot.meetings import programme
from folkmoot.meetings.attendance import at_the_door
from folkmoot.meetings.badges import Badge
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.views.door import drawn
from folkmoot.meetings.views.loading import about, looked_after, of_meeting


@require_safe
@of_meeting
def screen(request: HttpRequest, meeting: Meeting) -> HttpResponse:
    """The agenda large, what is on now and what is next, and the way to the page; it looks again each minute."""
    rows, at = programme.agenda_of(meeting), now()
    current = next((row for row in rows if row.starts_at <= at < row.ends_at), None)
    coming = next((row for row in rows if row.starts_at > at), None)
    picture = drawn(f"{settings.SITE}{meeting.get_absolute_url()}")
    return render(
        request,
        "meetings/screen.html",
        about(request, meeting, agenda=rows, now=current, next=coming, picture=picture),
    )


@login_required
@require_safe
@looked_after
def badges(request: SignedIn, meeting: Meeting) -> HttpResponse:
    """A badge for everybody who is expected or has come."""
    people = [
        Badge(line.name, f"@{line.rsvp.person.handle}" if line.rsvp else meeting.group.name)
        for line in at_the_door(meeting)
        if line.came or (line.rsvp and line.rsvp.comes)
    ]
    return render(request, "meetings/badges.html", about(request, meeting, badges=people))
