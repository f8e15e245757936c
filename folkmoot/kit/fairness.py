"""Which time is the fairest over zones, and how an hour goes round the world so that all share its pain."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from folkmoot.kit.zones import to_local, to_utc

MORNING, EVENING = 8.0, 22.0  # between these hours nobody minds
STEP = 60  # minutes between two times that are tried


@dataclass(frozen=True, slots=True)
class Said:
    """Whether a time suits somebody, and where they are."""

    answer: str  # "yes", "if" or "no"
    zone: str


@dataclass(frozen=True, slots=True)
class Rank:
    """How well a time suits all who answered."""

    at: datetime
    yes: int
    if_need_be: int
    no: int
    pain: float  # hours outside the day, of all who could come together
    pained: int  # how many of them


@dataclass(frozen=True, slots=True)
class Turn:
    """One meeting of a rotation: when it would be, and the hours outside the day that each zone bears."""

    starts: datetime  # by the clock of the meetings' zone
    pain: Mapping[str, float]


def pain(starts_at: datetime, minutes: int, zone: str) -> float:
    """Return how many hours a time lies outside the day, from 8 to 22 h, at its worse end."""
    ends_at = starts_at + timedelta(minutes=minutes)
    return max(_outside(starts_at, zone, is_end=False), _outside(ends_at, zone, is_end=True))


def ranked(answers: Mapping[datetime, Iterable[Said]], minutes: int) -> list[Rank]:
    """Return the times, the fairest first: most yes, then fewest no, then least pain of those who could come."""
    ranks = [_rank(at, list(said), minutes) for at, said in answers.items()]
    return sorted(ranks, key=lambda one: (-one.yes, one.no, one.pain, one.at))


def rotation(days: Sequence[date], *, zone: str, minutes: int, people: Mapping[str, int]) -> list[Turn]:
    """Return an hour for each day, so that those who had it hard once have it easier next time.

    Each time is the one for which the sum over all people of the squares of what they have borne so far is least: to
    spare those who have borne most counts most. Of equals the one nearest to noon in the meetings' zone.
    """
    borne = dict.fromkeys(people, 0.0)
    turns: list[Turn] = []
    for day in days:
        turn = min(_possible(day, zone, minutes, people), key=lambda one: _cost(one, borne, people))
        borne = {where: hours + turn.pain[where] for where, hours in borne.items()}
        turns.append(turn)
    return turns


def _rank(at: datetime, said: list[Said], minutes: int) -> Rank:
    pains = [pain(at, minutes, one.zone) for one in said if one.answer != "no"]
    counts = {answer: sum(one.answer == answer for one in said) for answer in ("yes", "if", "no")}
    return Rank(at, counts["yes"], counts["if"], counts["no"], sum(pains), sum(one > 0 for one in pains))


def _outside(moment: datetime, zone: str, *, is_end: bool) -> float:
    """Hours to the day's nearer end. Midnight as the end of a meeting belongs to the day before."""
    local = to_local(moment, zone)
    hour = local.hour + local.minute / 60
    if is_end and hour == 0:
        hour = 24.0
    if MORNING <= hour <= EVENING:
        return 0.0
    return min(MORNING - hour, hour + 24 - EVENING) if hour < MORNING else hour - EVENING


def _possible(day: date, zone: str, minutes: int, people: Iterable[str]) -> list[Turn]:
    times = [datetime.combine(day, time()) + timedelta(minutes=one) for one in range(0, 24 * 60, STEP)]
    return [Turn(one, {where: pain(to_utc(one, zone), minutes, where) for where in people}) for one in times]


def _cost(turn: Turn, borne: Mapping[str, float], people: Mapping[str, int]) -> tuple[float, float]:
    total = sum(n * (borne[where] + turn.pain[where]) ** 2 for where, n in people.items())
    return round(total, 6), abs(turn.starts.hour - 12)
