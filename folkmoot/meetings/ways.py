"""The pages of one meeting, and the ways between them."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.rules import can_look_after, can_organise, comes


class Way(NamedTuple):
    name: str  # of the address
    words: str
    url: str


def ways(meeting: Meeting, person: Person | None) -> list[Way]:
    """Return the pages that somebody may open, and that have something to say by now."""
    has_begun = meeting.starts_at <= now()
    looks_after = can_look_after(person, meeting)
    found = [Way("meeting", _("Meeting"), meeting.get_absolute_url()), _way("agenda", _("Agenda"), meeting)]
    if has_begun:
        found.append(_way("minutes", _("Minutes"), meeting))
    if person is not None and not meeting.is_over and comes(person, meeting):
        found.append(_way("ticket", _("Your ticket"), meeting))
    if person is not None and can_organise(person, meeting.group):
        of_group = {"slug": meeting.group.slug, "meeting_id": meeting.pk}
        found.append(Way("meeting_people", _("All answers"), reverse("meeting_people", kwargs=of_group)))
        found.append(Way("meeting_reminders", _("Reminders"), reverse("meeting_reminders", kwargs=of_group)))
    if looks_after:
        found.append(_way("door", _("Door"), meeting))
    came = person is not None and has_begun and meeting.attendances.filter(person=person).exists()
    if has_begun and (looks_after or came):
        found.append(_way("feedback", _("Feedback"), meeting))
    return found


def _way(name: str, words: str, meeting: Meeting) -> Way:
    return Way(name, words, reverse(name, args=[meeting.pk]))
