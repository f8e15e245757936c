"""Calendar programs of other people's making: what they show after what they were sent, or have fetched.

Nothing here is ours: `icalendar` reads, `dateutil` repeats, and the order of messages is that of RFC 5546.
"""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.etree import ElementTree

from dateutil.rrule import rrulestr
from icalendar import Calendar

D, C, S = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'


class Shown(NamedTuple):
    """One meeting as somebody sees it in their calendar."""

    uid: str
    starts: datetime  # in UTC
    ends: datetime
    title: str
    place: frozenset[str]  # room and address, in whichever order


class Invited:
    """A program that gets invitations by mail, in whichever order they arrive (RFC 5546, 2.1.5)."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.kept: dict[tuple[str, Any], Any] = {}

    def take(self, calendar: bytes) -> None:
        read = Calendar.from_ical(calendar)
        for entry in read.walk("VEVENT"):
            key = (str(entry["UID"]), entry.decoded("RECURRENCE-ID", None))
            known = self.kept.get(key)
            if known is not None and _age(entry) < _age(known):
                continue
            assert known is None or _age(entry) > _age(known) or _says(entry) == _says(known), "which one is newer?"
            entry["X-METHOD"] = read["METHOD"]
            self.kept[key] = entry

    def shown(self, start: datetime, end: datetime) -> list[Shown]:
        there = [one for one in self.kept.values() if one["X-METHOD"] == "REQUEST" and not self._has_declined(one)]
        return _shown(there, start, end)

    def _has_declined(self, entry: Any) -> bool:
        asked = entry["ATTENDEE"]
        assert asked.removeprefix("mailto:") == self.address
        return bool(asked.params["PARTSTAT"] == "DECLINED")


class Subscribed:
    """A program that fetches a feed, and only when its tag is another one."""

    def __init__(self, client: Any, address: str) -> None:
        self.client, self.address, self.tag, self.entries = client, address, "", []

    def fetch(self) -> None:
        answer = self.client.get(self.address, headers={"If-None-Match": self.tag} if self.tag else {})
        if answer.status_code == 304:
            return
        assert answer.status_code == 200
        before, self.tag = self.entries, answer.headers["ETag"]
        self.entries = Calendar.from_ical(answer.content).walk("VEVENT")
        _check_ages(before, self.entries)

    def shown(self, start: datetime, end: datetime) -> list[Shown]:
        return _shown(self.entries, start, end)


class Synchronised:
    """A program that keeps the files of a CalDAV calendar, and fetches those that have another tag."""

    def __init__(self, client: Any, address: str, secret: str) -> None:
        self.client, self.address, self.files, self.tag = client, address, {}, ""
        self.password = b64encode(f"me:{secret}".encode()).decode()

    def fetch(self) -> None:
        tag = self._ask("PROPFIND", "<d:prop><s:getctag/></d:prop>", "propfind", depth="0").findtext(f".//{S}getctag")
        if tag == self.tag:
            return
        self.tag = tag or ""
        listed = self._ask("PROPFIND", "<d:prop><d:getetag/></d:prop>", "propfind").findall(f"{D}response")
        tags = {one.findtext(f"{D}href"): one.findtext(f".//{D}getetag") for one in listed}
        tags = {href: tag for href, tag in tags.items() if href and href.endswith(".ics")}
        self.files = {href: kept for href, kept in self.files.items() if href in tags}
        news = [href for href, tag in tags.items() if self.files.get(href, ("",))[0] != tag]
        if news:
            self._fetch(news)

    def _fetch(self, hrefs: list[str]) -> None:
        wanted = "<d:prop><d:getetag/><c:calendar-data/></d:prop>" + "".join(f"<d:href>{one}</d:href>" for one in hrefs)
        for one in self._ask("REPORT", wanted, "calendar-multiget").findall(f"{D}response"):
            text, tag = one.findtext(f".//{C}calendar-data"), one.findtext(f".//{D}getetag")
            before = self.files.get(one.findtext(f"{D}href"), ("", []))[1]
            self.files[one.findtext(f"{D}href")] = (tag, Calendar.from_ical(text).walk("VEVENT"))
            _check_ages(before, self.files[one.findtext(f"{D}href")][1])

    def _ask(self, method: str, inside: str, kind: str, depth: str = "1") -> ElementTree.Element:
        name = f"c:{kind}" if method == "REPORT" else f"d:{kind}"
        headers = {"Authorization": f"Basic {self.password}", "Depth": depth}
        body = f"<{name} {SPACES}>{inside}</{name}>"
        answer = self.client.generic(method, self.address, body, content_type="application/xml", headers=headers)
        assert answer.status_code == 207, answer.content
        return ElementTree.fromstring(answer.content)

    def shown(self, start: datetime, end: datetime) -> list[Shown]:
        return _shown([entry for _, entries in self.files.values() for entry in entries], start, end)


def _age(entry: Any) -> tuple[int, datetime]:
    return int(entry["SEQUENCE"]), entry.decoded("DTSTAMP")


def _says(entry: Any) -> tuple[Any, ...]:
    names = ("DTSTART", "DTEND", "SUMMARY", "LOCATION", "STATUS", "RRULE", "EXDATE", "RDATE")
    return tuple(entry[name].to_ical() if hasattr(entry.get(name), "to_ical") else entry.get(name) for name in names)


def _check_ages(before: list[Any], after: list[Any]) -> None:
    """What has changed is never older than what it was: some programs keep the newer of two."""
    known = {(one["UID"], one.decoded("RECURRENCE-ID", None)): one for one in before}
    for entry in after:
        old = known.get((entry["UID"], entry.decoded("RECURRENCE-ID", None)))
        if old is not None and _says(old) != _says(entry):
            assert _age(entry) >= _age(old), f"{old.to_ical().decode()}\nbecame\n{entry.to_ical().decode()}"


def _shown(entries: list[Any], start: datetime, end: datetime) -> list[Shown]:
    """What takes place between two moments: of a series each of its times, and those of its meetings that differ."""
    of: dict[str, list[Any]] = {}
    for entry in entries:
        of.setdefault(str(entry["UID"]), []).append(entry)
    found = [one for same in of.values() for one in _of_one_name(same, end)]
    return sorted(one for one in found if start <= one.starts < end)


def _of_one_name(entries: list[Any], end: datetime) -> list[Shown]:
    others = {_utc(one.decoded("RECURRENCE-ID")): one for one in entries if "RECURRENCE-ID" in one}
    masters = [one for one in entries if "RECURRENCE-ID" not in one]
    assert len(masters) <= 1
    assert len(others) == len(entries) - len(masters), "each of a series stands there once"
    kept = {at: one for at, one in others.items() if one["STATUS"] != "CANCELLED"}
    shown = [_one(entry) for entry in kept.values()]
    for master in masters:
        if master["STATUS"] == "CANCELLED":
            continue
        times = {_utc(at): at for at in _times(master, end)}
        assert {at for at in kept if at < end} <= times.keys(), "one that its series does not have is dropped by some"
        shown += [_one(master, at) for moment, at in times.items() if moment not in others]
    return shown


def _times(master: Any, end: datetime) -> list[datetime]:
    start = master.decoded("DTSTART")
    found = {start}
    if "RRULE" in master:
        for at in rrulestr(master["RRULE"].to_ical().decode(), dtstart=start):
            if at >= end:
                break
            found.add(at)
    left_out = {_utc(at) for at in _dates(master, "EXDATE")}
    by_moment = {_utc(at): at for at in [*found, *_dates(master, "RDATE")]}
    return [at for moment, at in by_moment.items() if moment not in left_out]


def _dates(entry: Any, name: str) -> list[datetime]:
    lists = entry.get(name, [])
    return [at.dt for one in (lists if isinstance(lists, list) else [lists]) for at in one.dts]


def _one(entry: Any, at: datetime | None = None) -> Shown:
    start = entry.decoded("DTSTART")
    length = _utc(entry.decoded("DTEND")) - _utc(start)
    begin = _utc(at or start)
    place = frozenset(part.strip() for part in str(entry.get("LOCATION", "")).split(",") if part.strip())
    return Shown(str(entry["UID"]), begin, begin + length, str(entry["SUMMARY"]), place)


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
