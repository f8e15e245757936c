"""How a series that was read elsewhere becomes one here, or changes one."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.timezone import now

from folkmoot.groups.operations.history import note
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import Meeting, Series, SeriesDate, moments
from folkmoot.meetings.operations.bringer import Bringer, announced
from folkmoot.meetings.operations.brought import (
    GONE,
    OF_SERIES,
    Marks,
    at_odds,
    changed_here,
    is_brought,
    is_in_use,
    mark,
    marks,
)
from folkmoot.meetings.operations.planning import planned
from folkmoot.meetings.operations.series import read_rule, row_of
from folkmoot.meetings.plans import Plan
from folkmoot.meetings.timing import AHEAD, times
from folkmoot.outbox.operations import record

MOST_ROWS = 2_000  # meetings of one series
Dates = Mapping[datetime, bool]


def bring_series(bringer: Bringer, plan: Plan) -> None:
    """Bring a series and its meetings. What was changed of it here stays; so do its times, and it goes on by these."""
    what = {"rule": str(read_rule(plan.rule, plan.zone)), "first": on_the_wall(planned(plan.starts))}
    what |= bringer.particulars(plan)
    dates = {on_the_wall(planned(at)): True for at in plan.extra}
    dates |= {on_the_wall(planned(at)): False for at in plan.left_out}
    said = marks(what | {"dates": dates}, OF_SERIES)
    known = Series.objects.select_for_update(no_key=True, of=("self",)).select_related("venue")
    series = known.filter(group=bringer.group, uid=plan.uid).first()
    bringer.require_theirs(series is None or is_brought(*series.meetings.all()))
    if series is None:
        series = Series.objects.create(group=bringer.group, uid=plan.uid, published_at=now(), brought=said, **what)
        _write_dates(series, dates)
        record("series.brought", series, by=bringer.by, via=bringer.via)
        bringer.done.series += 1
        _Rows(bringer, series, plan, set(), said).bring()
        return
    before: Marks = series.brought
    own = _change(bringer, series, what, dates, said)
    _Rows(bringer, series, plan, own, before or said).bring()


def _change(bringer: Bringer, series: Series, what: dict[str, Any], dates: Dates, said: Marks) -> set[str]:
    """Give a series what is said of it now. Returns the parts that were changed here, and stay."""
    dates_here = dict(series.dates.values_list("at", "is_extra"))
    here = _marks_here(series, dates_here)
    own = {part for part, one in here.items() if series.brought.get(part, one) != one}
    if parts := at_odds(own, series.brought, said, here):
        bringer.done.kept.append((series.title, parts))
        note(bringer.group, "series.kept", by=bringer.by, via=bringer.via, series=series.pk, parts=parts)
    left_out = {name for part in own for name in OF_SERIES[part]}
    news = {name: one for name, one in what.items() if name not in left_out and getattr(series, name) != one}
    is_other = "when" not in own and dates != dates_here
    if is_other:
        _write_dates(series, dates)
    if news or is_other:
        news |= {"sequence": series.sequence + 1, "changed_at": now()}
        record("series.brought", series, by=bringer.by, via=bringer.via)
    Series.objects.filter(pk=series.pk).update(**news, brought=said)
    series.refresh_from_db()
    return own


def _marks_here(series: Series, dates: Dates) -> Marks:
    here = {name: getattr(series, name) for names in OF_SERIES.values() for name in names if name != "dates"}
    return marks(here | {"dates": dates}, OF_SERIES)


def _write_dates(series: Series, dates: Dates) -> None:
    """Keep what is added to the rule and what is left out."""
    series.dates.all().delete()
    rows = [SeriesDate(series=series, at=at, is_extra=is_extra) for at, is_extra in dates.items()]
    SeriesDate.objects.bulk_create(rows)


class _Rows:
    """The meetings of a series up to a year from now, as the plan has each of them."""

    def __init__(self, bringer: Bringer, series: Series, plan: Plan, own: set[str], before: Marks) -> None:
        self.bringer, self.series, self.plan, self.own, self.before = bringer, series, plan, own, before
        self.has_own_times = "when" in own

    def bring(self) -> None:
        series, plan = self.series, self.plan
        first = series.first.replace(tzinfo=None)
        end = max(now().astimezone(UTC).replace(tzinfo=None), first) + AHEAD
        others = {planned(one.slot): one for one in plan.others if one.slot}
        slots = set(times(series, start=first, end=end))
        if not self.has_own_times:
            slots |= others.keys()
        held = Meeting.objects.select_for_update(no_key=True, of=("self",)).select_related("venue")
        there = {one.slot: one for one in held.filter(series=series)}
        for slot in sorted(slots)[-MOST_ROWS:]:
            self.row(others.get(slot), slot, there.pop(on_the_wall(slot), None))
        for gone in () if self.has_own_times else there.values():
            self.no_longer(gone)
        Series.objects.filter(pk=series.pk).update(filled_to=on_the_wall(end))

    def row(self, other: Plan | None, slot: datetime, row: Meeting | None) -> None:
        plan, bringer = self.plan, self.bringer
        zone, minutes = (self.series.zone, self.series.minutes) if self.has_own_times else (plan.zone, plan.minutes)
        fields = bringer.fields(other) if other else bringer.particulars(plan) | moments(slot, zone, minutes)
        fields |= {} if other else {"zone": zone, "minutes": minutes}
        off = fields["starts_at"] if plan.is_cancelled else None
        fields = {"counted": None, "elsewhere": plan.page, "cancelled_at": off} | fields
        fields |= {"brought_as": mark({name: value for name, value in fields.items() if name != "brought_as"})}
        if row is not None:
            bringer.count(bringer.change(row, fields, self.said_of(row)))
            return
        made = row_of(self.series, slot)
        said = marks(fields)
        if other is None:  # it begins with what the series has, also where that was changed here
            fields |= {part: getattr(self.series, part) for part in self.own & {"title", "about", "venue", "link"}}
        for name, value in (fields | announced() | {"brought": said}).items():
            setattr(made, name, value)
        bringer.add(made)

    def said_of(self, row: Meeting) -> Marks:
        """What was said of one that was made here by its series, before anything was said of it alone."""
        plain = {"starts": row.slot, "zone": self.series.zone, "minutes": self.series.minutes, "cancelled_at": None}
        return {part: one for part, one in self.before.items() if part != "when"} | marks(plain)

    def no_longer(self, row: Meeting) -> None:
        """One that the series has no longer: gone where nothing came of it yet, else called off.

        What is over and has left something behind did take place, whatever they say elsewhere now.
        """
        is_used = is_in_use(row)
        if not (row.is_over or is_used or changed_here(row, row.brought or self.said_of(row))):
            Meeting.objects.filter(pk=row.pk).delete()
            self.bringer.done.changed += 1
        elif not (row.cancelled_at or row.brought_as == GONE or (row.is_over and is_used)):
            off = {"cancelled_at": row.starts_at, "brought_as": GONE}
            self.bringer.write(row, off | {"brought": row.brought | marks(off)})
            self.bringer.done.changed += 1
