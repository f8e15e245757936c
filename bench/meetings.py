"""Rows: the times of a series, a month full of meetings, a calendar feed, many who want the last seat, calling off."""

from bench.options import Options
from bench.server import Installation, installation
from bench.table import Row, Series

MEETINGS, IN_FEED, PEOPLE, COMING = 500, 300, 1_000, 500


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        ours.run("bench.gathering", "fill", MEETINGS)
        made = [_expanding(ours), _month(ours), _last_seat(ours), _calling_off(ours)]
    with installation(postgres=options.postgres) as ours:
        ours.run("bench.gathering", "fill", IN_FEED)
        return [*made, _feed(ours)]


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


def _feed(ours: Installation) -> Row:
    took = ours.run("bench.gathering", "feed")
    notes = [f"answered 304 where nothing changed: {took['unchanged']:.1f} ms"]
    what = f"A personal calendar of {took['entries']} meetings"
    return Row(what, Series([took["whole"]], "ms", 1), target="< 50 ms", met=took["whole"] < 50, notes=notes)


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


def _calling_off(ours: Installation) -> Row:
    found = ours.run("bench.gathering", "call_off", COMING)
    what = f"A meeting is called off: {COMING} who come have their letter"
    is_met = found["told"] >= COMING and found["s"] < 120
    notes = [f"{found['told']} letters of cancellation; what the mail server then takes is its own"]
    return Row(what, Series([found["s"]], "s", 1), target="< 120 s, all", met=is_met, notes=notes)
