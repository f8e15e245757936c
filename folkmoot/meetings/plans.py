"""Meetings that come from elsewhere, as they are read: from calendars, and from lists of meetings."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from folkmoot.kit import ical
from folkmoot.kit.errors import Refused
from folkmoot.kit.ical import Calendar, Entry
from folkmoot.kit.ical.values import duration, on_clocks_of
from folkmoot.kit.text import is_web
from folkmoot.kit.zones import names, to_local, to_utc

MOST = 20_000  # meetings of one list
LARGEST = 20 * 1024 * 1024  # bytes of one
DEFAULT = 120  # minutes, where nothing is said


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    address: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A meeting, or a series with what is otherwise in some of its meetings."""

    uid: str
    title: str
    starts: datetime  # by the clocks of the zone
    zone: str
    minutes: int = DEFAULT
    about: str = ""
    place: Place | None = None
    link: str = ""
    is_cancelled: bool = False
    counted: int | None = None  # how many came, as somebody has counted elsewhere
    page: str = ""  # where it stands elsewhere
    rule: str = ""
    extra: tuple[datetime, ...] = ()
    left_out: tuple[datetime, ...] = ()
    slot: datetime | None = None  # of a series: the time it was meant for, by the clocks of the series
    others: tuple["Plan", ...] = field(default=())


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
    join = next((way.address for way in entry.conferences if way.address.startswith("https://")), "")
    place = _place(entry)
    if place and place.name.startswith(("https://", "http://")):
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


def of_text(text: str, *, zone: str) -> tuple[list[Plan], list[str]]:
    """Read a calendar, or a list of meetings, whichever it is. Raises Refused where it is neither."""
    try:
        if not text.lstrip("\ufeff \r\n").upper().startswith("BEGIN:VCALENDAR"):
            return of_list(text.encode(), zone=zone)
        calendar = ical.read(text.encode(), zone=zone)
    except ValueError as error:
        raise Refused(_("This is neither a calendar nor a list that can be read.")) from error
    return list(of_calendar(calendar, zone=zone)), [f"{one.kind}: {one.about}" for one in calendar.problems]


def of_list(data: bytes, *, zone: str) -> tuple[list[Plan], list[str]]:
    """Read a list of meetings: JSON, one JSON object a line, or CSV (docs/guides/archives.md). Names what is none."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    plans, troubles = [], []
    for number, row in enumerate(_rows(data.decode("utf-8-sig", errors="replace")), start=1):
        if number > MOST:
            troubles.append(f"{number}: there are too many")
            break
        try:
            plans.append(_of_row(row, zone))
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            troubles.append(f"{number}: {error}"[:200])
    return plans, troubles


def _rows(text: str) -> Iterable[Mapping[str, Any]]:
    start = text.lstrip()[:1]
    if start == "[":
        found: list[Mapping[str, Any]] = json.loads(text)
        return found
    if start == "{":
        return (json.loads(line) for line in text.splitlines() if line.strip())
    return csv.DictReader(io.StringIO(text))


def _of_row(row: Mapping[str, Any], zone: str) -> Plan:
    start = datetime.fromisoformat(str(row.get("start") or row["dateTime"]).strip())
    starts, zone = _planned(start, str(row.get("zone") or ""), zone)
    title = str(row.get("title") or "").strip()
    name = str(row.get("uid") or row.get("id") or "") or sha256(f"{title}{start}".encode()).hexdigest()[:32]
    going = row.get("going", (row.get("rsvps") or {}).get("yesCount"))
    place = _of_venue(row)
    page = str(row.get("page") or row.get("eventUrl") or "").strip()
    return Plan(
        uid=name[:255],
        title=title,
        starts=starts,
        zone=zone,
        minutes=_minutes(row),
        about=str(row.get("description") or "")[:20_000],
        place=place,
        link=str(row.get("link") or "")[:500],
        is_cancelled=str(row.get("status") or "").lower().startswith("cancel"),
        counted=int(going) if going not in {None, ""} else None,
        page=page if is_web(page) else "",
    )


def _minutes(row: Mapping[str, Any]) -> int:
    if row.get("minutes"):
        return int(row["minutes"])
    said = int(duration(str(row["duration"])).total_seconds()) // 60 if row.get("duration") else 0
    return said or DEFAULT


def _planned(start: datetime, stated: str, zone: str) -> tuple[datetime, str]:
    """A time with an offset is by the group's clocks where they stand so; else by any that do."""
    if stated and stated not in names():
        raise ValueError(f"no time zone: {stated[:60]}")
    if start.tzinfo is None:
        return start, stated or zone
    moment, wall = start.astimezone(UTC), start.replace(tzinfo=None)
    hours = (start.utcoffset() or timedelta()).total_seconds() / 3600
    for one in (stated or zone, zone, f"Etc/GMT{-hours:+.0f}" if hours else "UTC"):
        if one in names() and to_local(moment, one) == wall:
            return wall, one
    return to_local(moment, stated or zone), stated or zone


def _of_venue(row: Mapping[str, Any]) -> Place | None:
    found = row.get("venue") or next(iter(row.get("venues") or []), None)
    if isinstance(found, str):
        found = {"name": found} | {key: row.get(key) for key in ("address", "city", "country", "latitude", "longitude")}
    if not found or not found.get("name") or str(found.get("venueType")) == "online" or found["name"] == "Online event":
        return None
    latitude, longitude = _degrees(found, "latitude", "lat"), _degrees(found, "longitude", "lon")
    has_point = latitude is not None and longitude is not None and (latitude, longitude) != (0, 0)
    return Place(
        str(found["name"])[:120],
        str(found.get("address") or "")[:300],
        str(found.get("city") or "")[:80],
        str(found.get("country") or "").upper()[:2],
        latitude if has_point else None,
        longitude if has_point else None,
    )


def _degrees(found: Mapping[str, Any], *names: str) -> float | None:
    said = next((found[name] for name in names if found.get(name) not in {None, ""}), None)
    return float(said) if said is not None else None
