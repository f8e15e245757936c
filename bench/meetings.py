"""Rows: the times of a series, a month full of meetings, a calendar feed, and many people who want the last seat."""

from bench.options import Options
from bench.server import Installation, installation
from bench.table import Row, Series

MEETINGS, PEOPLE = 500, 1_000


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        ours.run("bench.gathering", "fill", MEETINGS)
        return [_expanding(ours), _month(ours), _last_seat(ours)]


def _expanding(ours: Installation) -> Row:
    took = ours.run("bench.gathering", "expand")
    rules = [rule for rule in took if not rule.endswith(": times")]
    slowest = max(took[rule] for rule in rules)
    notes = [", ".join(f"{rule}: {took[f'{rule}: times']} times in {took[rule]:.1f} ms" for rule in rules)]
    what = "Five years of a series, the slowest of some rules"
    return Row(what, Series([slowest], "ms", 1), target="< 5 ms", met=slowest < 5, notes=notes)


def _month(ours: Installation) -> Row:
    took = ours.run("bench.gathering", "pages")["month"]
    what = f"A month of {MEETINGS} meetings, signed in"
    return Row(what, Series([took], "ms", 1), target="< 50 ms", met=took < 50)


def _last_seat(ours: Installation) -> Row:
    found = ours.run("bench.gathering", "last_seat", PEOPLE)
    is_right = found["coming"] == 1 and found["waiting"] == PEOPLE - 1 and found["in_order"]
    what = f"{PEOPLE:,} people ask for the last seat at once"
    notes = [
        f"{found['coming']} has it, {found['waiting']} wait{' in order' if found['in_order'] else ', out of order'}"
    ]
    return Row(
        what, Series([found["s"]], "s", 1), target="< 10 s, one has it", met=is_right and found["s"] < 10, notes=notes
    )
