"""Seats that come free, and who gets them."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor
from folkmoot.groups.models import Membership
from folkmoot.kit.errors import Refused
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting, Rsvp
from folkmoot.meetings.operations.answering import seats_of, usual_place
from folkmoot.meetings.operations.planning import hold, locked
from folkmoot.outbox.operations import record

OFFER_LASTS = timedelta(hours=3)  # then the next in line is asked too
AWAKE = (8, 21)  # o'clock, where somebody lives: nobody is asked in the night
SOON = timedelta(hours=5)  # before a meeting the night does not count


def move_up(meeting: Meeting, *, at: datetime | None = None) -> int:
    """Give free seats to those who wait, or offer them, as the meeting's policy says. Returns how many heard of it.

    Inside the cut-off nobody gets a seat they have not said yes to: they are asked.
    """
    moment = at or now()
    told = 0
    with transaction.atomic():
        held = locked(meeting)
        if moment >= held.starts_at:
            return 0
        _leave_what_is_gone(held)
        if held.cancelled_at or held.is_draft:
            return 0
        for place in Rsvp.Place.values:
            told += _fill_seats(held, place, moment)
    return told


def move_up_all(at: datetime | None = None) -> int:
    """Look at every meeting for which somebody waits: an offer may have lapsed, a night may be over."""
    moment = at or now()
    waiting = Rsvp.objects.waiting().filter(meeting__starts_at__gt=moment, meeting__cancelled_at=None)
    return sum(move_up(one, at=moment) for one in Meeting.objects.filter(pk__in=waiting.values("meeting")))


def give_seat(rsvp: Rsvp, *, by: Actor, via: str) -> Rsvp:
    """Let an organiser choose who of those who wait gets a free seat. Raises Refused where there is none."""
    with transaction.atomic():
        meeting = hold(rsvp.meeting, by)
        rsvp = Rsvp.objects.select_related("person").get(pk=rsvp.pk)
        if rsvp.answer != Rsvp.Answer.YES or rsvp.waits_since is None:
            raise Refused(_("They don't wait for a seat."))
        if (free := _free(meeting, rsvp.place)) is not None and free < rsvp.guests + 1:
            raise Refused(_("There is no free seat. Raise the number of seats first."))
        _seat(rsvp, by=by, via=via)
    return rsvp


def _leave_what_is_gone(meeting: Meeting) -> None:
    """Whoever answered for the room of a meeting that is online only now joins there, and the other way round."""
    if not meeting.is_hybrid:
        left = usual_place(meeting)
        Rsvp.objects.filter(meeting=meeting).exclude(place=left).update(place=left, offered_at=None)


def _fill_seats(meeting: Meeting, place: str, at: datetime) -> int:
    free = _free(meeting, place)
    line = _in_line(meeting, place)
    if not line or (meeting.policy == Meeting.Policy.HAND and free is not None):
        return 0
    if meeting.policy == Meeting.Policy.OFFER or at >= meeting.cutoff_at:
        return _offer(meeting, line, free, at)
    moved = 0
    for rsvp in line:
        if free is not None and rsvp.guests + 1 > free:
            continue  # a party that does not fit waits on; the next may be alone
        free = None if free is None else free - rsvp.guests - 1
        _seat(rsvp, by=None, via="clock")
        moved += 1
    return moved


def _offer(meeting: Meeting, line: list[Rsvp], free: int | None, at: datetime) -> int:
    """Ask those who wait. By the policy "first to answer" all of them, otherwise as many as there are seats."""
    asks_all = meeting.policy == Meeting.Policy.OFFER
    left = len(line) if free is None else free
    if left <= 0:
        return 0
    pending = sum(rsvp.guests + 1 for rsvp in line if rsvp.offered_at and rsvp.offered_at > at - OFFER_LASTS)
    left -= 0 if asks_all else pending
    asked = 0
    for rsvp in line:
        if rsvp.offered_at or not is_awake(rsvp, meeting, at):
            continue
        if rsvp.guests + 1 > left:
            continue
        left -= 0 if asks_all else rsvp.guests + 1
        Rsvp.objects.filter(pk=rsvp.pk).update(offered_at=at)
        record("seat.offered", rsvp, by=None, via="clock")
        asked += 1
    return asked


def is_awake(rsvp: Rsvp, meeting: Meeting, at: datetime) -> bool:
    """Whether it is day where they live; shortly before the meeting it counts as one."""
    if meeting.starts_at - at <= SOON:
        return True
    hour = to_local(at, rsvp.person.time_zone or meeting.zone).hour
    return AWAKE[0] <= hour < AWAKE[1]


def _seat(rsvp: Rsvp, *, by: Actor | None, via: str) -> None:
    Rsvp.objects.filter(pk=rsvp.pk).update(waits_since=None, offered_at=None)
    rsvp.waits_since = rsvp.offered_at = None
    record("rsvp.moved_up", rsvp, by=by, via=via)


def _free(meeting: Meeting, place: str) -> int | None:
    capacity = seats_of(meeting, place)
    return None if capacity is None else capacity - meeting.rsvps.all().seats_taken(place)


def _in_line(meeting: Meeting, place: str) -> list[Rsvp]:
    line = list(Rsvp.objects.in_line().filter(meeting=meeting, place=place).select_related("person"))
    if meeting.policy != Meeting.Policy.MEMBERS:
        return line
    waiting = Rsvp.objects.in_line().filter(meeting=meeting, place=place)
    here = Membership.objects.current().filter(group=meeting.group_id, person__in=waiting.values("person"))
    members = set(here.values_list("person", flat=True))
    return sorted(line, key=lambda one: one.person_id not in members)  # stable: the order of the line stays
