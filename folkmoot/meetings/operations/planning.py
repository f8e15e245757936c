"""Single meetings, and what is done to one of a series alone."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Group
from folkmoot.groups.operations.history import note
from folkmoot.kit import zones
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import is_web, one_line
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import PARTICULARS, Meeting, moments
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record
from folkmoot.store.prepared import Prepared

_HELD = Prepared(
    lambda key: (
        Meeting.objects.select_for_update(no_key=True, of=("self",))
        .select_related("group", "series", "venue")
        .filter(pk=key)
    )
)
LONGEST = 14 * 24 * 60  # minutes that a meeting takes
MOST_SEATS = 100_000
FURTHEST = timedelta(days=10 * 366)


def plan_meeting(
    group: Group,
    *,
    title: str,
    starts: datetime,
    by: Actor,
    via: str,
    zone: str = "",
    is_draft: bool = False,
    uid: str = "",
    **particulars: Any,
) -> Meeting:
    """Plan one meeting. `starts` is what the clocks of the zone will show, without a zone of its own."""
    what = checked({"title": title, "zone": zone or group.time_zone, **particulars}, group)
    when = moments(planned(starts), what["zone"], what.get("minutes", 120))
    with transaction.atomic():
        require(can_organise(by, group), NOT_YOURS)
        meeting: Meeting = Meeting.objects.create(
            group=group,
            uid=uid or new_uid(),
            by=by if isinstance(by, Person) else None,
            published_at=None if is_draft else now(),
            **what,
            **when,
        )
        record("meeting.planned", meeting, by=by, via=via)
        note(group, "meeting.planned", by=by, via=via, meeting=meeting.pk)
        if not is_draft:
            record("meeting.published", meeting, by=by, via=via)
    return meeting


def change_meeting(
    meeting: Meeting, *, by: Actor, via: str, starts: datetime | None = None, **particulars: Any
) -> Meeting:
    """Change one meeting, also one of a series; answers stay. What is over stays as it was but for its words."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        wanted = checked(particulars, meeting.group)
        if starts is not None or wanted.keys() & {"zone", "minutes"}:
            start = planned(starts) if starts is not None else meeting.starts.replace(tzinfo=None)
            zone, minutes = wanted.get("zone", meeting.zone), wanted.get("minutes", meeting.minutes)
            wanted |= moments(start, zone, minutes)
        changed = {name: value for name, value in wanted.items() if getattr(meeting, name) != value}
        if not changed:
            return meeting
        if meeting.is_over and changed.keys() - {"title", "about"}:
            raise Refused(_("This meeting is over: its time and place stay as they were."))
        apply(meeting, changed, by=by, via=via)
        before = {name: _plain(getattr(meeting, name)) for name in changed}
        note(meeting.group, "meeting.changed", by=by, via=via, meeting=meeting.pk, before=before)
    meeting.refresh_from_db()
    return meeting


def publish(meeting: Meeting, *, by: Actor, via: str) -> Meeting:
    """Show a draft to those who may see the group's meetings."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        if not meeting.is_draft:
            return meeting
        if meeting.is_over:
            raise Refused(_("This time is past. Choose another one first."))
        meeting.published_at = now()
        meeting.save(update_fields=["published_at"])
        record("meeting.published", meeting, by=by, via=via)
        note(meeting.group, "meeting.published", by=by, via=via, meeting=meeting.pk)
    return meeting


def cancel(meeting: Meeting, *, by: Actor, via: str, why: str = "") -> Meeting:
    """Call a meeting off. Its answers are kept, in case it takes place after all."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        if meeting.cancelled_at:
            return meeting
        if meeting.is_over:
            raise Refused(_("This meeting is over."))
        meeting.cancelled_at, meeting.why_cancelled = now(), one_line(why)[:300]
        _save_new_state(meeting, "cancelled_at", "why_cancelled")
        record("meeting.cancelled", meeting, by=by, via=via)
        note(meeting.group, "meeting.cancelled", by=by, via=via, meeting=meeting.pk)
    return meeting


def uncancel(meeting: Meeting, *, by: Actor, via: str) -> Meeting:
    """Let it take place after all; whoever had a seat has it again."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        if not meeting.cancelled_at:
            return meeting
        if meeting.is_over:
            raise Refused(_("This time is past."))
        meeting.cancelled_at, meeting.why_cancelled = None, ""
        _save_new_state(meeting, "cancelled_at", "why_cancelled")
        record("meeting.uncancelled", meeting, by=by, via=via)
        note(meeting.group, "meeting.uncancelled", by=by, via=via, meeting=meeting.pk)
    return meeting


def discard(meeting: Meeting, *, by: Actor, via: str) -> None:
    """Delete a draft that nobody but organisers has seen. Raises Refused for any other."""
    with transaction.atomic():
        meeting = hold(meeting, by)
        if not meeting.is_draft or meeting.series_id:
            raise Refused(_("People know of this meeting: call it off instead."))
        record("meeting.discarded", meeting, by=by, via=via, group=meeting.group_id)
        note(meeting.group, "meeting.discarded", by=by, via=via)
        meeting.delete()


def hold(meeting: Meeting, by: Actor) -> Meeting:
    """Return the meeting as it is now, locked, for somebody who organises. Raises NotAllowed for others."""
    held = locked(meeting)
    require(can_organise(by, held.group), NOT_YOURS)
    return held


def locked(meeting: Meeting) -> Meeting:
    """Return the meeting as it is now, for one writer at a time. Inside a transaction."""
    held = _HELD.first(meeting.pk)
    if held is None:
        raise Meeting.DoesNotExist
    return held


def apply(meeting: Meeting, changed: dict[str, Any], *, by: Actor | None, via: str) -> None:
    """Write what has changed of a meeting that is held, and record which fields it was."""
    news = {"sequence": meeting.sequence + 1, "changed_at": now()}
    Meeting.objects.filter(pk=meeting.pk).update(**changed, **news)
    record("meeting.changed", meeting, by=by, via=via, fields=sorted(changed))


def new_uid() -> str:
    """Return a name for calendars that no other meeting has (RFC 7986, 5.3)."""
    return f"{uuid4()}@{settings.HOST}"


def planned(starts: datetime) -> datetime:
    """Return a wall-clock time that can be planned for: to the minute, not too far off."""
    if starts.tzinfo is not None:
        raise TypeError("what is planned is the time on the wall, without a zone")
    if abs(on_the_wall(starts) - now()) > FURTHEST * 4:
        raise Refused(_("That is too far away."))
    return starts.replace(second=0, microsecond=0)


def checked(particulars: dict[str, Any], group: Group) -> dict[str, Any]:
    """Return the particulars as they are kept. Raises Refused with words for the organiser."""
    if strange := particulars.keys() - set(PARTICULARS) - {"venue", "host"}:
        raise TypeError(f"a meeting has no {', '.join(sorted(strange))}")
    said = dict(particulars)
    if "title" in said:
        said["title"] = one_line(said["title"])[:200]
        if not said["title"]:
            raise Refused(_("Please give the meeting a title."))
    if said.get("zone", "UTC") not in zones.names():
        raise Refused(_("There is no such time zone."))
    _check_numbers(said)
    if (venue := said.get("venue")) is not None and venue.group_id != group.pk:
        raise Refused(_("There is no such place in the group's address book."))
    if said.get("link") and not is_web(said["link"]):
        raise Refused(_("The address to join by needs to begin with https:// or http://."))
    if len(said.get("about", "")) > 20_000:
        raise Refused(_("This is too long: %(most)s characters are the most.") % {"most": 20_000})
    return said


def _check_numbers(said: dict[str, Any]) -> None:
    if not 0 <= said.get("minutes", 0) <= LONGEST:
        raise Refused(_("A meeting takes two weeks at most."))
    if any((said.get(name) or 0) > MOST_SEATS for name in ("seats", "online_seats")):
        raise Refused(_("%(most)s seats are the most.") % {"most": MOST_SEATS})


def _save_new_state(meeting: Meeting, *fields: str) -> None:
    meeting.sequence, meeting.changed_at = meeting.sequence + 1, now()
    meeting.save(update_fields=[*fields, "sequence", "changed_at"])


def _plain(value: Any) -> Any:
    """As the history keeps it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value.pk if hasattr(value, "pk") else value
