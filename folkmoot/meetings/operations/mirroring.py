"""What an old place plans comes along each day, as long as the group comes over from it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import OPERATOR, Actor
from folkmoot.groups.models import Move
from folkmoot.groups.operations.history import note
from folkmoot.kit import ical
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.fetch import Unfetchable, fetch
from folkmoot.kit.text import is_web
from folkmoot.kit.zones import to_utc
from folkmoot.meetings import plans
from folkmoot.meetings.models import Meeting, Mirror
from folkmoot.meetings.operations.bringer import Brought
from folkmoot.meetings.operations.bringing import bring_meetings_along
from folkmoot.meetings.operations.venues import NOT_YOURS
from folkmoot.meetings.plans import Plan
from folkmoot.meetings.rules import can_organise
from folkmoot.outbox.operations import record

VIA = "mirror"
EVERY = timedelta(days=1)
BROKEN_OFF = timedelta(hours=1)  # after that, a reading that said nothing was broken off, and is tried again
AT_ONCE = 10  # that are asked in one turn of the clock
LARGEST = 5 * 1024 * 1024  # bytes of one
MOST = 300  # meetings, or series of them, of one
MOST_AHEAD = 1_000  # meetings to come that a group has from elsewhere; a machine brings no more
AHEAD = timedelta(days=366)
Fetch = Callable[[str], bytes]


def set_mirror(move: Move, *, address: str, by: Actor, via: str) -> Mirror | None:
    """Say where the old place has its calendar; with no address nothing comes from there any more."""
    address = re.sub(r"^webcals?://", "https://", address.strip())
    if address and not (is_web(address) and address.startswith("https://")):
        raise Refused(_("Give the address of its calendar, which begins with https:// or webcal://."))
    with transaction.atomic():
        require(can_organise(by, move.group), NOT_YOURS)
        if not Move.objects.going_on().select_for_update(no_key=True).filter(pk=move.pk).exists():
            raise Refused(_("This is over already."))
        Mirror.objects.filter(move=move).exclude(address=address).delete()
        mirror = Mirror.objects.get_or_create(move=move, defaults={"address": address})[0] if address else None
        record("mirror.set", move, by=by, via=via)
        note(move.group, "mirror.set", by=by, via=via, move=move.pk)
    return mirror


def _fetched(address: str) -> bytes:
    return fetch(address, largest=LARGEST)


def mirror_due(get: Fetch = _fetched) -> int:
    """Read the calendars that were not asked for a day, or not to the end. Returns how many could be read."""
    open_ones = Mirror.objects.filter(move__ended_at=None, move__group__closed_at=None, move__group__merged_into=None)
    unread = Q(read_at=None) | Q(read_at__lt=F("asked_at"))
    is_due = ~Q(asked_at__gt=now() - EVERY) | (unread & Q(trouble="", asked_at__lt=now() - BROKEN_OFF))
    due = open_ones.filter(is_due).select_related("move__group").order_by("asked_at", "pk")
    return sum(_claim(one) and read_mirror(one, get) is not None for one in due[:AT_ONCE])


def _claim(mirror: Mirror) -> bool:
    """Whether it is this worker that asks, and no other."""
    return bool(Mirror.objects.filter(pk=mirror.pk, asked_at=mirror.asked_at).update(asked_at=now()))


def read_mirror(mirror: Mirror, get: Fetch) -> Brought | None:
    """Bring what a calendar has of the time ahead, outside of any transaction; None where it can't be read."""
    row = Mirror.objects.filter(pk=mirror.pk)
    group = mirror.move.group
    try:
        calendar = ical.read(get(mirror.address), zone=group.time_zone)
    except Unfetchable as error:
        row.update(trouble=error.why, detail=error.detail)
        return None
    except ValueError:
        row.update(trouble=Mirror.Trouble.NO_CALENDAR, detail="")
        return None
    found = [one for one in plans.of_calendar(calendar, zone=group.time_zone) if _is_ahead(one, now())]
    there = Meeting.objects.filter(group=group).exclude(brought_as="").to_come().count()
    room = max(0, MOST_AHEAD - there)
    done = bring_meetings_along(group, found[:MOST], most_new=room, by=OPERATOR, via=VIA)
    row.update(read_at=now(), trouble="", detail="")
    return done


def _is_ahead(plan: Plan, at: datetime) -> bool:
    """Past meetings are not read again and again: they stay as they were here. A series goes on."""
    if plan.rule:
        return True
    starts = to_utc(plan.starts, plan.zone)
    return at.astimezone(UTC) - timedelta(minutes=plan.minutes) < starts < at.astimezone(UTC) + AHEAD
