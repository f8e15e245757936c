"""A group's address book of places."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record, record_all

NOT_YOURS = _("Only those who organise the group's meetings can do this.")
CHANGEABLE = (
    "name address city country latitude longitude seats is_step_free has_hearing_loop parking doors directions contact"
).split()


def add_venue(group: Group, *, name: str, by: Actor, via: str, **details: Any) -> Venue:
    """Put a place into the address book."""
    with transaction.atomic():
        require(can_organise(by, group), NOT_YOURS)
        venue: Venue = Venue.objects.create(group=group, **_checked({"name": name, **details}))
        record("venue.added", venue, by=by, via=via)
        note(group, "venue.added", by=by, via=via, venue=venue.pk)
    return venue


def change_venue(venue: Venue, *, by: Actor, via: str, **details: Any) -> Venue:
    """Say otherwise what a place is like. Calendars of meetings there hear of it."""
    with transaction.atomic():
        venue = Venue.objects.select_for_update(no_key=True, of=("self",)).select_related("group").get(pk=venue.pk)
        require(can_organise(by, venue.group), NOT_YOURS)
        changed = {name: value for name, value in _checked(details).items() if getattr(venue, name) != value}
        if not changed:
            return venue
        before = {name: getattr(venue, name) for name in changed}
        Venue.objects.filter(pk=venue.pk).update(**changed)
        if changed.keys() & {"name", "address", "city"}:
            _tell_meetings(venue, by=by, via=via)
        record("venue.changed", venue, by=by, via=via)
        note(venue.group, "venue.changed", by=by, via=via, venue=venue.pk, before=before)
        venue.refresh_from_db()
    return venue


def retire_venue(venue: Venue, *, by: Actor, via: str) -> None:
    """Offer a place no more. Meetings that were there keep it. Raises Refused while one is still to come."""
    with transaction.atomic():
        require(can_organise(by, venue.group), NOT_YOURS)
        if Meeting.objects.taking_place().to_come().filter(venue=venue).exists():
            raise Refused(_("Meetings to come are planned here. Move them first."))
        if Venue.objects.in_use().filter(pk=venue.pk).update(retired_at=now()):
            record("venue.retired", venue, by=by, via=via)
            note(venue.group, "venue.retired", by=by, via=via, venue=venue.pk)


def bring_venue_back(venue: Venue, *, by: Actor, via: str) -> None:
    """Offer a place again."""
    with transaction.atomic():
        require(can_organise(by, venue.group), NOT_YOURS)
        if Venue.objects.filter(pk=venue.pk).exclude(retired_at=None).update(retired_at=None):
            record("venue.brought_back", venue, by=by, via=via)
            note(venue.group, "venue.brought_back", by=by, via=via, venue=venue.pk)


def _checked(details: dict[str, Any]) -> dict[str, Any]:
    if strange := details.keys() - set(CHANGEABLE):
        raise TypeError(f"a venue has no {', '.join(sorted(strange))}")
    if "name" in details:
        details["name"] = one_line(details["name"])[:120]
        if not details["name"]:
            raise Refused(_("Please say what the place is called."))
    if (details.get("latitude") is None) != (details.get("longitude") is None):
        raise Refused(_("A place on the map needs both its numbers, north and east."))
    north, east = details.get("latitude") or 0, details.get("longitude") or 0
    if not (-90 <= north <= 90 and -180 <= east <= 180):  # nor is what is no number
        raise Refused(_("There is no such place on the earth."))
    return details


def _tell_meetings(venue: Venue, *, by: Actor, via: str) -> None:
    """The place is part of what calendars know of a meeting."""
    there = list(Meeting.objects.taking_place().to_come().filter(venue=venue))
    news = {"sequence": F("sequence") + 1, "changed_at": now()}
    Meeting.objects.filter(pk__in=[one.pk for one in there]).update(**news)
    record_all("meeting.changed", there, by=by, via=via, fields=["venue"])
