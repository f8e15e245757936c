"""Meetings as calendars plan them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any

from folkmoot.kit.ical import Calendar, Entry
from folkmoot.kit.ical.values import on_clocks_of
from folkmoot.kit.text import is_web
from folkmoot.kit.zones import to_utc
from folkmoot.meetings.plans.plan import DEFAULT, Place, Plan


def of_calendar(calendar: Calendar, *, zone: str) -> Iterator[Plan]:
    """Yield what a calendar plans. Single meetings in UTC are planned by the clocks of `zone`."""
    masters = {one.uid: one for one in calendar.entries if one.recurrence_id is None}
    others: dict[str, list[Entry]] = {}
    for entry in calendar.entries:
        if entry.recurrence_id is not None:
            others.setdefault(entry.uid, []).append(entry)
    for uid, master in masters.items():
        plan = _of_entry(master, zone)
        if not (master.rule or master.extra):
            yield plan
            continue
        yield _with(plan, master, others.pop(uid, []))
    for found in others.values():  # invited to some of a series only
        for entry in found:
            moment = to_utc(entry.recurrence_id or entry.starts, entry.recurrence_zone or entry.zone)
            yield _of_entry(entry, zone, uid=f"{entry.uid[:230]}#{moment:%Y%m%dT%H%MZ}")


def _with(plan: Plan, master: Entry, others: Iterable[Entry]) -> Plan:
    """A series keeps its own zone: its times follow that one's clocks."""
    changed = []
    for entry in others:
        assert entry.recurrence_id is not None, "it is one of a series"
        slot = on_clocks_of(entry.recurrence_id, entry.recurrence_zone or entry.zone, master.zone)
        if master.is_all_day and entry.is_slot_a_day:
            slot = datetime.combine(entry.recurrence_id.date(), time())  # also of one that has hours itself
        changed.append(_of_entry(entry, "UTC", slot=slot))
    return Plan(
        **(_fields(plan) | {"starts": master.starts, "zone": master.zone}),
        rule=master.rule or "FREQ=DAILY;COUNT=1",
        extra=master.extra,
        left_out=master.left_out,
        others=tuple(changed),
    )


def _of_entry(entry: Entry, zone: str, *, uid: str = "", slot: datetime | None = None) -> Plan:
    is_ours = entry.zone == "UTC" and not entry.is_all_day
    join = next((way.address for way in entry.conferences if is_web(way.address)), "")
    place = _place(entry)
    if place and is_web(place.name):
        join, place = join or place.name, None
    return Plan(
        uid=uid or entry.uid,
        title=entry.title or entry.uid,
        starts=on_clocks_of(entry.starts, "UTC", zone) if is_ours else entry.starts,
        zone=zone if is_ours else entry.zone,
        minutes=int(_length(entry).total_seconds()) // 60,
        about=entry.text,
        place=place,
        link=join[:500],
        is_cancelled=entry.status == "CANCELLED",
        page=entry.url if is_web(entry.url) else "",
        slot=slot,
    )


def _length(entry: Entry) -> timedelta:
    """How long it takes, also over a change of the clocks; days are as long as they look."""
    if entry.ends is None:
        return timedelta(minutes=DEFAULT)
    on_the_wall = entry.ends - entry.starts
    if entry.is_all_day or on_the_wall > timedelta(days=366):  # what ends with the calendar has no moment
        return on_the_wall
    passed = to_utc(entry.ends, entry.zone) - to_utc(entry.starts, entry.zone)
    return passed if passed >= timedelta() else on_the_wall


def _place(entry: Entry) -> Place | None:
    if not entry.location:
        return None
    name, _, address = entry.location.replace("\n", ", ").partition(", ")
    latitude, longitude = entry.geo or (None, None)
    return Place(name[:120], address[:300], latitude=latitude, longitude=longitude)


def _fields(plan: Plan) -> dict[str, Any]:
    kept = "uid title starts zone minutes about place link is_cancelled counted page".split()
    return {name: getattr(plan, name) for name in kept}
