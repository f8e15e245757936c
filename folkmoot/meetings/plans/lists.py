"""Meetings as lists hold them, one in each row: JSON, one JSON object a line, or CSV (docs/guides/archives.md)."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any

from folkmoot.kit.ical.values import duration
from folkmoot.kit.text import is_web
from folkmoot.kit.zones import names, to_local
from folkmoot.meetings.plans import groups, workshops
from folkmoot.meetings.plans.plan import DEFAULT, Ground, Place, Plan, Remarks

MOST = 20_000  # meetings of one list
LARGEST = 20 * 1024 * 1024  # bytes of one
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
Reader = Callable[[Mapping[str, Any], Ground, Remarks], Plan]


def of_list(data: bytes, *, zone: str, hour: time | None = None) -> tuple[list[Plan], list[str]]:
    """Read a list of meetings, and say what of it is none, and why."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    rows = _rows(data.decode("utf-8-sig", errors="replace"))
    first = next(rows, None)
    if first is None:
        return [], ["there is nothing in it"]
    plans, remarks, read, ground = [], Remarks(), _reader_of(first), Ground(zone, hour)
    for number, row in enumerate(chain([first], rows), start=1):
        if number > MOST:
            remarks.lines.append(f"{number}: there are too many")
            break
        try:
            plans.append(read(_kept(row), ground, remarks))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            remarks.lines.append(f"{number}: {_words(error)}"[:400])
    return plans, remarks.all()


def _words(error: Exception) -> str:
    return f"nothing is said under {error}" if isinstance(error, KeyError) else str(error)


def _reader_of(row: Mapping[str, Any]) -> Reader:
    """Who reads such rows: lists of other people have their own fields."""
    for other in (workshops, groups):
        if isinstance(row, Mapping) and row.keys() >= other.FIELDS:
            return other.of_row
    return _of_row


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    """Raises ValueError where that is no list; what is nested without end is none either."""
    try:
        yield from _parsed(text)
    except (RecursionError, csv.Error) as error:
        raise ValueError("it can't be read") from error


def _parsed(text: str) -> Iterable[Mapping[str, Any]]:
    start = text.lstrip()[:1]
    if start == "[":
        found: list[Mapping[str, Any]] = json.loads(text)
        return found
    if start == "{":
        return (json.loads(line) for line in text.splitlines() if line.strip())
    return csv.DictReader(io.StringIO(text))


def _kept(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row, as long as a database can keep what it says. Raises ValueError."""
    said = json.dumps(row, ensure_ascii=False)
    said.encode()  # half of a sign, which JSON can name, is none
    if _NUL.search(said):
        raise ValueError("there is a sign in it that is none")
    return row


def _of_row(row: Mapping[str, Any], ground: Ground, remarks: Remarks) -> Plan:
    start = str(row.get("start") or row["dateTime"]).strip()
    starts, zone, minutes = _when(row, start, ground, remarks)
    title = str(row.get("title") or "").strip()
    name = str(row.get("uid") or row.get("id") or "") or sha256(f"{title}{_moment(start)}".encode()).hexdigest()[:32]
    going = row.get("going", (row.get("rsvps") or {}).get("yesCount"))
    page = str(row.get("page") or row.get("eventUrl") or "").strip()
    link = str(row.get("link") or "").strip()
    return Plan(
        uid=name[:255],
        title=title,
        starts=starts,
        zone=zone,
        minutes=minutes,
        about=str(row.get("description") or "")[:20_000],
        place=_of_venue(row),
        link=link if is_web(link) else "",
        is_cancelled=str(row.get("status") or "").lower().startswith("cancel"),
        counted=int(going) if going not in {None, ""} else None,
        page=page if is_web(page) else "",
    )


def _moment(start: str) -> datetime:
    return datetime.fromisoformat(start)


def _when(row: Mapping[str, Any], start: str, ground: Ground, remarks: Remarks) -> tuple[datetime, str, int]:
    """When it begins, by which clocks, and how long it takes."""
    stated = str(row.get("zone") or "")
    starts, zone = _planned(_moment(start), stated, ground.zone)
    if len(start) > len("2024-03-05"):
        return starts, zone, _minutes(row)
    starts, minutes = ground.of_day(date.fromisoformat(start), remarks)
    return starts, zone, minutes


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
