"""How far a group has come over, as a line: numbers for the page's SVG, which has no styles of its own."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.timezone import now

from folkmoot.groups.models import Move
from folkmoot.groups.moves import Counts, Week

WIDTH, HEIGHT, EDGE = 600, 96, 8  # of the drawing, and what is left free above and below


class Line(NamedTuple):
    """Where on the line the stops are: who joined, who was reached; it ends where all are."""

    joined: int
    reached: int


class Trace(NamedTuple):
    """Who had joined, week by week, against the time that the move has."""

    points: str
    last: tuple[float, float]
    words: str  # the same for who hears the page


def drawn_counts(counts: Counts) -> Line:
    """The line as long as all who were there, or who came if that is more."""
    whole = max(counts.there, counts.reached, 1)
    return Line(*(round(WIDTH * n / whole) for n in (counts.joined, counts.reached)))


def drawn_weeks(move: Move, weeks: Sequence[Week]) -> Trace | None:
    """Nothing in the first week: one point is no way."""
    if len(weeks) < 2:
        return None
    most, whole = max(1, *(week.joined for week in weeks)), max((move.ends_at - move.begun_at).total_seconds(), 1)
    ends = [week.begins for week in weeks[1:]] + [min(now(), move.ended_at or now())]
    heights = [HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * week.joined / most for week in weeks]
    across = [WIDTH * (at - move.begun_at).total_seconds() / whole for at in ends]
    found = [(round(min(x, WIDTH), 1), round(y, 1)) for x, y in zip(across, heights, strict=True)]
    points = [(0.0, float(HEIGHT - EDGE)), *found]
    drawn = " ".join(f"{x},{y}" for x, y in points)
    return Trace(drawn, found[-1], ", ".join(str(week.joined) for week in weeks))
