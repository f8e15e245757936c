"""How a meeting repeats, as a form offers it: a few choices, each of which is one rule."""

from datetime import date, datetime, time

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from folkmoot.kit import recurrence
from folkmoot.kit.recurrence import Rule


class Repeats(TextChoices):
    """What organisers choose from."""

    ONCE = "once", _("Once")
    WEEKLY = "weekly", _("Every week")
    FORTNIGHTLY = "fortnightly", _("Every 2 weeks")
    WEEKDAY = "weekday", _("Every month on the same weekday, like the third Tuesday")
    LAST = "last", _("Every month on the last such weekday, like the last Friday")
    DAY = "day", _("Every month on the same day, like the 15th")
    YEARLY = "yearly", _("Every year")
    KEPT = "kept", _("By its own rule, as until now")


def parts_of(repeats: str, first: datetime) -> str:
    """Return the rule of a choice for a first time, without an end; nothing for once."""
    return {
        Repeats.WEEKLY: "FREQ=WEEKLY",
        Repeats.FORTNIGHTLY: "FREQ=WEEKLY;INTERVAL=2",
        Repeats.WEEKDAY: recurrence.monthly_on(first),
        Repeats.LAST: recurrence.monthly_on(first, last=True),
        Repeats.DAY: "FREQ=MONTHLY",
        Repeats.YEARLY: "FREQ=YEARLY",
    }.get(Repeats(repeats), "")


def rule_of(repeats: str, first: datetime, *, until: date | None, count: int | None, kept: str = "") -> str:
    """Return the rule of a choice with its end; nothing for once. `kept` is the rule that it had."""
    parts = kept if repeats == Repeats.KEPT else parts_of(repeats, first)
    if not parts:
        return ""
    read = recurrence.parse(parts)
    end = datetime.combine(until, time(23, 59, 59)) if until else None
    return str(Rule(read.parts, end, None if end else count))


def choice_of(rule: Rule, first: datetime) -> str:
    """Return the choice that is this rule for a first time, whatever its end; `kept` where none is."""
    bare = str(Rule(recurrence.plain(rule, first).parts))
    same = [one for one in Repeats if (parts := parts_of(one, first)) and str(recurrence.parse(parts)) == bare]
    return same[0] if same else Repeats.KEPT
