"""Rules of recurrence in words, for those who read pages and letters."""

from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from folkmoot.kit import recurrence
from folkmoot.kit.recurrence import Rule

# What a rule may have besides so that our words say all of it.
_SAID = {
    "DAILY": frozenset(),
    "WEEKLY": frozenset({"BYDAY"}),
    "MONTHLY": frozenset({"BYDAY", "BYMONTHDAY", "BYSETPOS"}),
    "YEARLY": frozenset(),
}


def rule_in_words(rule: Rule, first: datetime, zone: str) -> str:
    """Say how often meetings are: “every third Tuesday at 19:00, Berlin time”."""
    often = how_often(rule, first)
    hour = date_format(first, pgettext("date format: hour", "H:i"))
    words = _("%(often)s at %(hour)s, %(zone)s") % {"often": often, "hour": hour, "zone": zone_in_words(zone)}
    return f"{words}{_end(rule)}"


def how_often(rule: Rule, first: datetime) -> str:
    """Say which days a rule gives, without hour and end; of a rare rule only that it has one."""
    frequency, every = rule.part("FREQ"), int(rule.part("INTERVAL") or 1)
    names = {name for name, _value in rule.parts} - {"FREQ", "INTERVAL", "WKST"}
    say = {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[frequency]
    words = say(rule, first, every) if names <= _SAID[frequency] else ""
    return words or _("by a rule of their own")


def zone_in_words(zone: str) -> str:
    """Name a zone by its town: “Berlin time”."""
    town = zone.rpartition("/")[2].replace("_", " ")
    return zone if "/" not in zone else _("%(town)s time") % {"town": town}


def _daily(rule: Rule, first: datetime, every: int) -> str:
    return _("every day") if every == 1 else _("every %(n)d days") % {"n": every}


def _weekly(rule: Rule, first: datetime, every: int) -> str:
    days = rule.part("BYDAY").split(",") if rule.part("BYDAY") else [recurrence.WEEKDAYS[first.weekday()]]
    if any(day not in recurrence.WEEKDAYS for day in days):
        return ""
    names = _and([str(WEEKDAYS[recurrence.WEEKDAYS.index(day)]) for day in days])
    if every == 1:
        return _("every %(days)s") % {"days": names}
    return _("every %(n)d weeks on %(days)s") % {"n": every, "days": names}


def _monthly(rule: Rule, first: datetime, every: int) -> str:
    if not rule.part("BYDAY"):
        return _by_number(rule, first, every)
    days = _weekdays_of_month(rule)
    if not days:
        return ""
    if every == 1:
        return _("every %(days)s of the month") % {"days": days}
    return _("every %(n)d months on the %(days)s") % {"n": every, "days": days}


def _by_number(rule: Rule, first: datetime, every: int) -> str:
    """“on day 15 of every month”."""
    numbers = [int(one) for one in (rule.part("BYMONTHDAY") or str(first.day)).split(",")]
    is_last = numbers == [-1]
    if rule.part("BYSETPOS") or not (is_last or min(numbers) > 0):
        return ""
    if is_last:
        words = _("on the last day of every month") if every == 1 else _("on the last day of every %(n)d months")
        return words % {"n": every}
    words = _("on day %(days)s of every month") if every == 1 else _("on day %(days)s of every %(n)d months")
    return words % {"n": every, "days": _and([str(number) for number in numbers])}


def _weekdays_of_month(rule: Rule) -> str:
    """“third Tuesday”, “first Monday and third Monday”; nothing where it is not as plain."""
    position = rule.part("BYSETPOS")
    days = [one if one not in recurrence.WEEKDAYS else f"{position}{one}" for one in rule.part("BYDAY").split(",")]
    if rule.part("BYMONTHDAY") or (position and (len(days) > 1 or "," in position)):
        return ""
    named = [_ordinal_day(day) for day in days]
    return _and(named) if all(named) else ""


def _ordinal_day(day: str) -> str:
    number, weekday = day[:-2], str(WEEKDAYS[recurrence.WEEKDAYS.index(day[-2:])])
    positions = {
        "1": pgettext("every … Tuesday", "first"),
        "2": pgettext("every … Tuesday", "second"),
        "3": pgettext("every … Tuesday", "third"),
        "4": pgettext("every … Tuesday", "fourth"),
        "5": pgettext("every … Tuesday", "fifth"),
        "-1": pgettext("every … Tuesday", "last"),
        "-2": pgettext("every … Tuesday", "last but one"),
    }
    position = positions.get(number.removeprefix("+"))
    words = {"position": position, "weekday": weekday}
    return pgettext("third Tuesday", "%(position)s %(weekday)s") % words if position else ""


def _yearly(rule: Rule, first: datetime, every: int) -> str:
    day = date_format(first, pgettext("date format: day of each year", "j F"))
    words = _("every year on %(day)s") if every == 1 else _("every %(n)d years on %(day)s")
    return words % {"n": every, "day": day}


def _end(rule: Rule) -> str:
    if rule.until:
        day = date_format(rule.until, pgettext("date format: day and year", "j M Y"))
        return _(", until %(day)s") % {"day": day}
    if rule.count:
        return ngettext(", %(n)d time", ", %(n)d times", rule.count) % {"n": rule.count}
    return ""


def _and(words: list[str]) -> str:
    *before, last = words
    return _("%(these)s and %(last)s") % {"these": ", ".join(before), "last": last} if before else last
