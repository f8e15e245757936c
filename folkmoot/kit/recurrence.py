"""Rules of recurrence (RFC 5545, section 3.3.10), by the clock on the wall: zones come in only afterwards."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, takewhile
from typing import Any

from dateutil import rrule as dateutil_rules

from folkmoot.kit.zones import to_local

LONGEST = 300  # characters of a rule
MOST = 2_000  # occurrences of one look
MOST_WALKED = 20_000  # occurrences that are gone through at all: more than thirty years of days
HORIZON_YEARS = 30  # how far a rule that matches nothing is followed
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_LISTS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYSETPOS": (-366, 366),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
}
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_SHAPES = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),  # people don't meet by the hour, and an hourly rule is a bomb
    "INTERVAL": re.compile("[1-9][0-9]{0,2}"),
    "WKST": re.compile("|".join(WEEKDAYS)),
    "BYDAY": re.compile(rf"{_DAY.pattern}(,{_DAY.pattern})*"),
}
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that has been read: its parts, in capitals, and its end by the wall clock."""

    parts: tuple[tuple[str, str], ...]
    until: datetime | None = None
    count: int | None = None

    def __str__(self) -> str:
        end = [f"UNTIL={self.until:%Y%m%dT%H%M%S}"] if self.until else []
        end += [f"COUNT={self.count}"] if self.count else []
        return ";".join([f"{name}={value}" for name, value in self.parts] + end)

    def part(self, name: str) -> str:
        """Return the value of a part; "" where the rule does not have it."""
        return dict(self.parts).get(name, "")


def parse(text: str, *, zone: str = "UTC") -> Rule:
    """Read a rule. An end in UTC becomes one by the clocks of the zone. Raises ValueError where it is none of ours."""
    if len(text) > LONGEST:
        raise ValueError("a rule this long is none")
    pairs = [part.partition("=") for part in text.strip().upper().removeprefix("RRULE:").split(";") if part]
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    if len(parts) != len(pairs):
        raise ValueError("a part stands twice in the rule")
    until, count = parts.pop("UNTIL", ""), parts.pop("COUNT", "")
    if until and count:
        raise ValueError("a rule has an end or a count, not both")
    for name, value in parts.items():
        _check(name, value)
    if "FREQ" not in parts:
        raise ValueError("a rule says how often")
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    ordered = tuple((name, parts[name]) for name in ("FREQ", *sorted(parts.keys() - {"FREQ"})))
    return Rule(ordered, _until(until, zone) if until else None, _number(count, 1, MOST) if count else None)


def occurrences(rule: Rule, first: datetime, *, upto: datetime | None = None) -> Iterator[datetime]:
    """Yield the times of a series in their order. `first` is always one of them, and counts (RFC 5545, 3.8.5.3).

    Ends by itself: at the rule's end, where nobody looks any further, or where nothing comes for decades.
    """
    yield first
    horizon = first.replace(year=min(first.year + HORIZON_YEARS, 9998), day=min(first.day, 28))
    end = min(one for one in (rule.until, horizon, upto) if one is not None)
    found = _compiled(rule, first)(dtstart=_begin(rule, first), until=end)
    others = (one for one in _to_its_end(found) if one > first)
    yield from islice(others, MOST_WALKED if rule.count is None else rule.count - 1)


def between(rule: Rule, first: datetime, *, start: datetime, end: datetime, most: int = MOST) -> list[datetime]:
    """Return at most so many times of a series from `start` to before `end`."""
    upto = takewhile(lambda one: one < end, occurrences(rule, first, upto=end))
    return list(islice((one for one in upto if one >= start), most))


def ended(rule: Rule, last: datetime) -> Rule:
    """Return the rule with another end: `last` may still be a time of it."""
    return Rule(rule.parts, last, None)


def since(rule: Rule, first: datetime, moment: datetime) -> Rule:
    """Return the rule as it goes on from a moment: of a count, those before it are taken away."""
    if rule.count is None:
        return rule
    return Rule(rule.parts, None, max(1, rule.count - len(between(rule, first, start=first, end=moment))))


def uncounted(rule: Rule, first: datetime) -> Rule:
    """Return the same rule with its last time for its count, where its first time is none that it gives.

    Programs disagree whether such a first time counts as one of so many.
    """
    if rule.count is None or first in islice(_compiled(rule, first)(dtstart=_begin(rule, first), until=first), 7):
        return rule
    return Rule(rule.parts, list(occurrences(rule, first))[-1], None)


def plain(rule: Rule, first: datetime) -> Rule:
    """Return the rule without what its first time says anyhow: weekly on Tuesdays, from a Tuesday on, is weekly.

    Such a rule follows when the first time moves to another day.
    """
    said = {"FREQ": rule.part("FREQ")}
    match said["FREQ"]:
        case "WEEKLY":
            said["BYDAY"] = WEEKDAYS[first.weekday()]
        case "MONTHLY":
            said["BYMONTHDAY"] = str(first.day)
        case "YEARLY":
            said |= {"BYMONTH": str(first.month), "BYMONTHDAY": str(first.day)}
    names = {name for name, _value in rule.parts if name.startswith("BY")}
    if names and all(said.get(name) == rule.part(name) for name in names):
        return Rule(tuple(part for part in rule.parts if part[0] not in names), rule.until, rule.count)
    return rule


def monthly_on(first: datetime, *, last: bool = False) -> str:
    """Return the rule "each third Tuesday of the month" for a first one; with `last`, "each last Tuesday"."""
    position = -1 if last else (first.day - 1) // 7 + 1
    return f"FREQ=MONTHLY;BYDAY={position}{WEEKDAYS[first.weekday()]}"


def _check(name: str, value: str) -> None:
    if name in _LISTS:
        for one in value.split(","):
            _number(one, *_LISTS[name])
    elif name not in _SHAPES or not _SHAPES[name].fullmatch(value):
        raise ValueError(f"no rule has {name}={value}")


def _number(text: str, least: int, most: int) -> int:
    if not re.fullmatch(r"[+-]?\d{1,4}", text, re.ASCII) or not least <= int(text) <= most:
        raise ValueError(f"{text} is no number from {least} to {most}")
    return int(text)


def _until(text: str, zone: str) -> datetime:
    """A mere day counts to its end."""
    if not _UNTIL.fullmatch(text):
        raise ValueError("no such end")
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time.max.replace(microsecond=0))
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is None else to_local(moment, zone)


class _Enough(Exception):
    """The walk has come to its end."""


class _Walk(dateutil_rules.rrule):
    """A rule of dateutil that ends by itself, which looks on to the year 9999 where nothing matches.

    It asks for the days around Easter, which no rule of ours has, with each month (or year) that it comes to.
    """

    def __init__(self, freq: int, *, dtstart: datetime, until: datetime, **given: Any) -> None:
        self.steps = 9  # it asks while it is made, too
        super().__init__(freq, dtstart=dtstart, until=until, **given)
        years = until.year - dtstart.year + 1
        self.steps = 1 + years * (1 if freq == dateutil_rules.YEARLY else 12)  # one to set out

    @property
    def _byeaster(self) -> None:
        if self.steps <= 0:
            raise _Enough
        self.steps -= 1

    @_byeaster.setter
    def _byeaster(self, value: object) -> None:
        assert value is None


def _to_its_end(walk: _Walk) -> Iterator[datetime]:
    try:
        yield from walk
    except _Enough:
        return


def _compiled(rule: Rule, first: datetime) -> Any:
    """Return dateutil's maker of this rule."""
    given: dict[str, Any] = {name.lower(): _values(value) for name, value in rule.parts if name in _LISTS}
    if days := rule.part("BYDAY"):
        given["byweekday"] = [_weekday(one) for one in days.split(",")]
    elif rule.part("BYWEEKNO") and not rule.part("BYMONTHDAY"):
        given["byweekday"] = first.weekday()  # what a rule leaves open, its first time says; dateutil takes all seven
    if start := rule.part("WKST"):
        given["wkst"] = WEEKDAYS.index(start)
    frequency = getattr(dateutil_rules, rule.part("FREQ"))
    interval = int(rule.part("INTERVAL") or 1)
    return lambda **when: _Walk(frequency, interval=interval, **given, **when)


def _begin(rule: Rule, first: datetime) -> datetime:
    """Where dateutil begins: for the second of a week it counts from the first day it knows, not from the week's."""
    if rule.part("FREQ") != "WEEKLY" or not rule.part("BYSETPOS") or not rule.part("BYDAY"):
        return first
    start = WEEKDAYS.index(rule.part("WKST") or "MO")
    return first - timedelta(days=(first.weekday() - start) % 7)


def _values(value: str) -> list[int]:
    return [int(one) for one in value.split(",")]


def _weekday(text: str) -> Any:
    match = _DAY.fullmatch(text)
    assert match, "parse has looked at it"
    day = dateutil_rules.weekdays[WEEKDAYS.index(match[2])]
    return day(int(match[1])) if match[1] else day
