"""Zones that somebody made to keep us busy: only what clocks really do is looked at, and only so much of it."""

import pytest

from folkmoot.kit.ical import Problem, foreign_zones, read, values
from folkmoot.kit.tests.test_ical import CUSTOM, calendar


def zone_of(before):
    return read(calendar("UID:a", "DTSTART;TZID=Ours:20260305T190000", before=before))


def test_clocks_that_change_by_the_day_are_nobodys():
    often = CUSTOM.format("Ours").replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30")

    assert zone_of(often).problems == (Problem("zone", "Ours"),)


@pytest.mark.parametrize("rule", ["BYMONTH=2;BYMONTHDAY=30", "BYMONTH=10;BYDAY=-1SU"])
def test_only_so_many_states_of_the_clocks_are_looked_at(rule, monkeypatch):
    looked = []
    onsets = foreign_zones._onsets
    monkeypatch.setattr(foreign_zones, "_onsets", lambda part, year: [looked.append(part), *onsets(part, year)][1:])
    state = CUSTOM.partition("BEGIN:DAYLIGHT")[0].partition("BEGIN:STANDARD")[2]
    state = state.replace("BYDAY=-1SU;BYMONTH=10", rule)
    zone_of(CUSTOM.format("Ours").replace("END:VTIMEZONE", f"BEGIN:STANDARD{state}" * 300 + "END:VTIMEZONE"))

    assert len(looked) == foreign_zones.MOST_PARTS


def test_of_a_file_only_so_many_zones_are_looked_at(monkeypatch):
    asked = []
    monkeypatch.setattr(foreign_zones, "resolve", lambda name, *_, **__: asked.append(name) or "")
    dates = [f"RDATE;TZID=Ours {number}:20260305T190000" for number in range(300)]

    found = read(calendar("UID:a", "DTSTART:20260305T190000", *dates))

    assert len(asked) == values.MOST_ZONES
    assert Problem("zone", "…") in found.problems
