"""Rules of recurrence against a second reader that shares nothing with them: it walks over the days, one by one."""

import calendar
import random
from datetime import date, datetime, timedelta
from itertools import islice

import dateutil.rrule
import pytest

from folkmoot.kit.recurrence import (
    HORIZON_YEARS,
    MOST_WALKED,
    WEEKDAYS,
    between,
    ended,
    monthly_on,
    occurrences,
    parse,
    since,
)
from folkmoot.kit.zones import names, to_local, to_utc

ALWAYS = 500  # random series; with the corpora there are 10,000
LOOK = timedelta(days=500)
ZONES = """
    Europe/Berlin Europe/London Europe/Dublin Europe/Lisbon Europe/Chisinau Africa/Casablanca Africa/Cairo
    America/New_York America/Los_Angeles America/St_Johns America/Havana America/Santiago America/Asuncion Asia/Beirut
    Asia/Jerusalem Asia/Tehran Australia/Sydney Australia/Lord_Howe Pacific/Auckland Pacific/Chatham
    """.split()


def walked(parts, first, end):
    """The times of a rule, by looking at each day from the first one on."""
    found, day = [first], first.date()
    days = []
    while day <= end.date():
        days.append(day)
        day += timedelta(days=1)
    periods = {}
    for day in days:
        periods.setdefault(period(day, parts), []).append(day)
    start = period(first.date(), parts)
    for key, members in periods.items():
        if distance(start, key, parts["FREQ"]) % int(parts.get("INTERVAL", 1)):
            continue
        whole = all_days(key, parts)
        fitting = [day for day in whole if fits(day, parts, first)]
        if "BYSETPOS" in parts:
            positions = [int(one) for one in parts["BYSETPOS"].split(",")]
            fitting = sorted(
                {
                    fitting[at - 1 if at > 0 else at]
                    for at in positions
                    if (at > 0 and at <= len(fitting)) or (at < 0 and -at <= len(fitting))
                }
            )
        found += [datetime.combine(day, first.time()) for day in fitting if day in members]
    return [one for one in sorted(set(found)) if first <= one < end]


def period(day, parts):
    """Which day, week, month or year a day lies in."""
    if parts["FREQ"] == "DAILY":
        return day
    if parts["FREQ"] == "WEEKLY":
        start = WEEKDAYS.index(parts.get("WKST", "MO"))
        return day - timedelta(days=(day.weekday() - start) % 7)
    return (day.year, day.month) if parts["FREQ"] == "MONTHLY" else day.year


def distance(start, key, frequency):
    if frequency == "DAILY":
        return (key - start).days
    if frequency == "WEEKLY":
        return (key - start).days // 7
    if frequency == "MONTHLY":
        return (key[0] - start[0]) * 12 + key[1] - start[1]
    return key - start


def all_days(key, parts):
    if parts["FREQ"] == "DAILY":
        return [key]
    if parts["FREQ"] == "WEEKLY":
        return [key + timedelta(days=number) for number in range(7)]
    if parts["FREQ"] == "MONTHLY":
        return [date(*key, number + 1) for number in range(calendar.monthrange(*key)[1])]
    first = date(key, 1, 1)
    return [first + timedelta(days=number) for number in range(366 if calendar.isleap(key) else 365)]


def fits(day, parts, first):
    length = calendar.monthrange(day.year, day.month)[1]
    if "BYMONTH" in parts and str(day.month) not in parts["BYMONTH"].split(","):
        return False
    if "BYMONTHDAY" in parts:
        wanted = [int(one) for one in parts["BYMONTHDAY"].split(",")]
        if day.day not in wanted and day.day - length - 1 not in wanted:
            return False
    if "BYDAY" in parts:
        return any(is_weekday(day, one, parts) for one in parts["BYDAY"].split(","))
    return "BYMONTHDAY" in parts or as_the_first(day, first, parts)


def is_weekday(day, wanted, parts):
    if WEEKDAYS[day.weekday()] != wanted[-2:]:
        return False
    if len(wanted) == 2:
        return True
    by_month = parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts
    first = day.replace(day=1) if by_month else date(day.year, 1, 1)
    last = day.replace(day=calendar.monthrange(day.year, day.month)[1]) if by_month else date(day.year, 12, 31)
    position = int(wanted[:-2])
    return position == ((day - first).days // 7 + 1 if position > 0 else -((last - day).days // 7 + 1))


def as_the_first(day, first, parts):
    """What a rule leaves open, its first time says."""
    if parts["FREQ"] == "DAILY":
        return True
    if parts["FREQ"] == "WEEKLY":
        return day.weekday() == first.weekday()
    return day.day == first.day and (parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts or day.month == first.month)


def made_up(chance):
    """A rule of the kinds that our forms make, and of those that other programs send."""
    frequency = chance.choice(["DAILY", "WEEKLY", "WEEKLY", "MONTHLY", "MONTHLY", "MONTHLY", "YEARLY"])
    parts = {"FREQ": frequency}
    if chance.random() < 0.5:
        parts["INTERVAL"] = str(chance.randint(2, 5))
    if chance.random() < 0.3:
        parts["WKST"] = chance.choice(WEEKDAYS)
    some = chance.sample(WEEKDAYS, chance.randint(1, 3))
    if frequency in {"MONTHLY", "YEARLY"}:
        monthly(parts, chance, some)
    elif chance.random() < 0.6:
        parts["BYDAY"] = ",".join(some)
    if frequency in {"YEARLY", "DAILY"} and chance.random() < 0.4:
        parts["BYMONTH"] = ",".join(map(str, chance.sample(range(1, 13), 2)))
    if parts.keys() == {"FREQ", "BYDAY"} and chance.random() < 0.4:
        parts["BYSETPOS"] = chance.choice(["1", "-1", "1,-1"] if len(some) == 1 else ["1", "-1", "2", "1,-1", "-2"])
    return parts


def monthly(parts, chance, some):
    sort = chance.randrange(4)
    if sort == 1:
        parts["BYDAY"] = ",".join(f"{chance.choice([1, 2, 3, 4, 5, -1, -2])}{day}" for day in some)
    elif sort == 2:
        parts["BYMONTHDAY"] = ",".join(str(chance.choice([1, 13, 15, 28, 30, 31, -1, -3])) for _ in some)
    elif sort == 3:
        parts["BYDAY"] = ",".join(some)
        if chance.random() < 0.5:
            parts["BYMONTHDAY"] = "8,9,10,11,12,13,14"


def compare(seed, count):
    chance = random.Random(seed)
    for _number in range(count):
        parts, zone = made_up(chance), chance.choice(ZONES)
        minutes = chance.choice([chance.randrange(1440), chance.randrange(0, 240, 30)])
        first = datetime(2023, 1, 1) + timedelta(days=chance.randrange(1200), minutes=minutes)  # noqa: DTZ001
        end = first + LOOK
        rule = parse(";".join(f"{name}={value}" for name, value in parts.items()))
        ours, theirs = between(rule, first, start=first, end=end), walked(parts, first, end)
        assert ours == theirs, (str(rule), first)
        keeps_to_the_wall(chance.sample(ours, min(len(ours), 9)), zone)
        if len(theirs) >= 5:
            assert list(islice(occurrences(parse(f"{rule};COUNT=5"), first), 9)) == theirs[:5], (str(rule), first)


def keeps_to_the_wall(times, zone):
    """Each is what the clocks show then; one that they skip comes after the gap, by as much as they skip."""
    for at in times:
        moment = to_utc(at, zone)
        shown = to_local(moment, zone)
        if shown != at:
            assert to_local(moment - timedelta(hours=3), zone) == at - timedelta(hours=3), (zone, at)
            assert shown > at
        else:
            assert all(to_local(moment - timedelta(minutes=one), zone) != at for one in (30, 60, 120)), (zone, at)


def test_random_series_are_the_same_for_who_walks_over_the_days():
    compare("always", ALWAYS)


def test_there_are_twenty_zones_and_all_change_their_clocks():
    assert len(ZONES) == 20
    assert set(ZONES) <= names()


@pytest.mark.parametrize(
    ("shown", "zone", "moment"),
    [
        ("2026-03-29 02:30", "Europe/Berlin", "2026-03-29 01:30+00:00"),  # a gap: by the offset before it
        ("2026-10-25 02:30", "Europe/Berlin", "2026-10-25 00:30+00:00"),  # twice: the first
        ("2026-03-08 02:30", "America/New_York", "2026-03-08 07:30+00:00"),
        ("2026-11-01 01:30", "America/New_York", "2026-11-01 05:30+00:00"),
        ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03 15:45+00:00"),  # half an hour
    ],
)
def test_times_that_clocks_skip_or_show_twice_are_those_of_rfc_5545(shown, zone, moment):
    assert to_utc(datetime.fromisoformat(shown), zone) == datetime.fromisoformat(moment)


def test_an_end_that_is_moved_and_a_rest_that_goes_on():
    first = datetime.fromisoformat("2026-01-06 19:00")
    rule = parse("FREQ=WEEKLY;COUNT=6")
    fourth = list(occurrences(rule, first))[3]

    assert len(list(occurrences(ended(rule, fourth), first))) == 4
    assert list(occurrences(since(rule, first, fourth), fourth)) == list(occurrences(rule, first))[3:]
    assert monthly_on(first) == "FREQ=MONTHLY;BYDAY=1TU"
    assert monthly_on(first, last=True) == "FREQ=MONTHLY;BYDAY=-1TU"


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=9",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
    ],
)
def test_what_never_comes_again_is_not_looked_for_up_to_the_year_9999(text, monkeypatch):
    looked = []
    rebuild = dateutil.rrule._iterinfo.rebuild
    monkeypatch.setattr(
        dateutil.rrule._iterinfo,
        "rebuild",
        lambda self, year, month: [looked.append(year), rebuild(self, year, month)],
    )
    first = datetime.fromisoformat("2026-01-06 19:00")

    assert list(occurrences(parse(text), first)) == [first]
    assert 1 < len(looked) <= 12 * (HORIZON_YEARS + 1) + 1

    looked.clear()
    assert between(parse(text), first, start=first, end=first + timedelta(days=400)) == [first]
    assert len(looked) <= 12 * 3 + 1


def test_the_last_of_a_walk_are_there():
    first = datetime.fromisoformat("2026-01-06 19:00")

    for text, last in (
        ("FREQ=DAILY", "2056-01-06"),
        ("FREQ=YEARLY", "2056-01-06"),
        ("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31", "2055-07-31"),
    ):
        assert list(occurrences(parse(text), first))[-1] == datetime.fromisoformat(f"{last} 19:00")


def test_a_rule_of_every_minute_is_not_gone_through_for_decades():
    minutes = ",".join(map(str, range(60)))
    rule = parse(f"FREQ=DAILY;BYMINUTE={minutes};BYHOUR=1,2,3,4,5,6,7,8,9")

    assert len(list(occurrences(rule, datetime.fromisoformat("1999-01-06 19:00")))) == MOST_WALKED + 1
