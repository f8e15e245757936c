"""Counting votes: of those who choose, and, round by round, of those who rank (instant runoff)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Votes = Mapping[tuple[int, ...], int]  # what is written on a ballot, the favourite first, and how often


@dataclass(frozen=True, slots=True)
class Round:
    """One count of ranked votes: what each choice that is still in has, and which of them drop out after it."""

    counts: tuple[tuple[int, int], ...]  # choice and votes, in the order of the poll
    spent: int  # ballots that name none of those still in
    out: tuple[int, ...]
    had_tie: bool = False  # an earlier round, or the order of the poll, decided who drops out


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who has won, and the rounds that led there. Several winners are equal; none: nobody has voted."""

    winners: tuple[int, ...]
    rounds: tuple[Round, ...]


def tally(choices: Sequence[int], votes: Votes) -> dict[int, int]:
    """Return how many chose each. A choice counts once on a ballot; what is no choice counts nothing."""
    counts: Counter[int] = Counter()
    for chosen, times in votes.items():
        for one in set(chosen):
            counts[one] += times
    return {one: counts[one] for one in choices}


def leading(counts: Mapping[int, int]) -> tuple[int, ...]:
    """Return those with the most votes; none where nobody has any."""
    most = max(counts.values(), default=0)
    return tuple(one for one, votes in counts.items() if votes == most) if most else ()


def runoff(choices: Sequence[int], votes: Votes) -> Outcome:
    """Count ranked votes: until one has more than half, whoever has the fewest drops out and its votes pass on.

    Of several with the fewest the one drops out that had fewer in the round before, and so on back to the first; of
    those that were equal in all, the one furthest down in the poll. Two last ones that were always equal both win.
    """
    rounds: list[Round] = []
    left = list(choices)
    while True:
        counts, spent = _count(left, votes)
        valid = sum(counts.values())
        best = leading(counts)
        if not best or counts[best[0]] * 2 > valid or len(left) == 1:
            return Outcome(best, (*rounds, Round(tuple(counts.items()), spent, ())))
        out, had_tie = _falling(counts, rounds)
        rounds.append(Round(tuple(counts.items()), spent, out, had_tie))
        if len(left) == len(best) == 2 and not out:
            return Outcome(best, tuple(rounds))
        left = [one for one in left if one not in out]


def _count(left: Sequence[int], votes: Votes) -> tuple[dict[int, int], int]:
    """Each ballot counts for the first on it that is still in."""
    counts, spent, still = dict.fromkeys(left, 0), 0, frozenset(left)
    for ranking, times in votes.items():
        first = next((one for one in ranking if one in still), None)
        if first is None:
            spent += times
        else:
            counts[first] += times
    return counts, spent


def _falling(counts: Mapping[int, int], rounds: Sequence[Round]) -> tuple[tuple[int, ...], bool]:
    """Those who drop out: all without a vote at once, which changes nothing for the others; else one."""
    if none := tuple(one for one, votes in counts.items() if not votes):
        return none, False
    last = _fewest(counts, list(counts))
    had_tie = len(last) > 1
    for earlier in reversed(rounds):
        last = _fewest(dict(earlier.counts), last)
    if len(last) == len(counts) == 2:
        return (), True
    return (last[-1],), had_tie


def _fewest(counts: Mapping[int, int], of: Sequence[int]) -> list[int]:
    fewest = min(counts[one] for one in of)
    return [one for one in of if counts[one] == fewest]
