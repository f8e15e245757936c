"""How polls stand. The same for all who may see it; what is personal is `mine`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Ballot, BallotLine, Choice, Poll
from folkmoot.kit import counting
from folkmoot.kit.counting import Outcome, Round

MOST_NAMED = 200  # ballots, on a page


@dataclass(frozen=True, slots=True)
class Bar:
    """One choice as it stands. `votes` is None where that is not shown yet."""

    place: int
    words: str
    votes: int | None
    is_winner: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A poll as everybody may see it."""

    poll: Poll
    bars: Sequence[Bar]

    @property
    def is_open(self) -> bool:
        return self.poll.is_open

    @property
    def shows_votes(self) -> bool:
        return shows_votes(self.poll)

    @property
    def winners(self) -> list[Bar]:
        return [one for one in self.bars if one.is_winner]


def shows_votes(poll: Poll) -> bool:
    """Whether everybody may see how a poll stands."""
    return poll.closed_at is not None or (poll.shows_at_once and not poll.is_secret)


def shown(polls: Iterable[Poll]) -> dict[int, Shown]:
    """Return polls with their choices and votes, by their keys, in one query for all of them."""
    by_key = {poll.pk: poll for poll in polls}
    # Of ranked votes the first choices: the rounds stand on the poll's own page.
    first = Count("lines", filter=~Q(poll__kind=Poll.Kind.RANKED) | Q(lines__rank=1))
    bars: dict[int, list[Bar]] = {key: [] for key in by_key}
    choices = Choice.objects.filter(poll__in=list(by_key)).annotate(n=first).order_by("poll", "place")
    rows = choices.values_list("poll", "place", "words", "is_winner", "n") if by_key else []
    for key, place, words, is_winner, n in rows:
        poll = by_key[key]
        votes = _on_papers(poll)[place] if poll.is_secret else n
        bars[key].append(Bar(place, words, votes if shows_votes(poll) else None, is_winner))
    return {key: Shown(poll, bars[key]) for key, poll in by_key.items()}


def votes_of(poll: Poll) -> dict[tuple[int, ...], int]:
    """What is on all ballots, the favourite first, and how often; of whom, nobody learns here."""
    if poll.is_secret:
        return {tuple(map(int, paper.split())): times for paper, times in poll.papers.items()}
    lines = BallotLine.objects.filter(ballot__poll=poll).order_by("ballot", "rank")
    ballots: dict[int, list[int]] = {}
    for ballot, place in lines.values_list("ballot", "choice__place"):
        ballots.setdefault(ballot, []).append(place)
    return dict(Counter(map(tuple, ballots.values())))


def outcome_of(poll: Poll) -> Outcome:
    """The rounds of a ranked poll."""
    return counting.runoff(_places(poll), votes_of(poll))


def winners(poll: Poll) -> tuple[int, ...]:
    """The places of what has won as it stands now; several that are equal, none without votes."""
    if poll.kind == Poll.Kind.RANKED:
        return outcome_of(poll).winners
    return counting.leading(counting.tally(_places(poll), votes_of(poll)))


def mine(person: Person, polls: Sequence[int]) -> dict[int, list[int]]:
    """By poll, what somebody has chosen, the favourite first; an empty list for a secret ballot of theirs."""
    ballots = Ballot.objects.filter(person=person, poll__in=polls).order_by("poll", "lines__rank")
    found: dict[int, list[int]] = {}
    for poll, place in ballots.values_list("poll", "lines__choice__place"):
        found.setdefault(poll, []).extend([place] if place is not None else [])
    return found


def ballots(poll: Poll) -> list[tuple[Person | None, list[int]]]:
    """The open ballots, oldest first: whose (None: somebody who left), and what is on them. A page shows few."""
    if poll.is_secret:
        return []
    cast = Ballot.objects.filter(poll=poll).select_related("person").order_by("pk")[:MOST_NAMED]
    lines = BallotLine.objects.filter(ballot__in=[one.pk for one in cast]).order_by("ballot", "rank")
    chosen: dict[int, list[int]] = {}
    for key, place in lines.values_list("ballot", "choice__place"):
        chosen.setdefault(key, []).append(place)
    return [(one.person, chosen.get(one.pk, [])) for one in cast]


def in_words(rounds: Sequence[Round], words: dict[int, str]) -> list[dict[str, object]]:
    """The rounds of a count as a page shows them."""
    return [
        {
            "number": number,
            "counts": [(words[place], votes) for place, votes in one.counts],
            "spent": one.spent,
            "out": [words[place] for place in one.out],
            "had_tie": one.had_tie,
        }
        for number, one in enumerate(rounds, start=1)
    ]


def _places(poll: Poll) -> list[int]:
    return list(Choice.objects.filter(poll=poll).order_by("place").values_list("place", flat=True))


def _on_papers(poll: Poll) -> Counter[int]:
    """Votes of a secret poll by place; of ranked ones the first choices."""
    counts: Counter[int] = Counter()
    for chosen, times in votes_of(poll).items():
        for place in chosen[:1] if poll.kind == Poll.Kind.RANKED else chosen:
            counts[place] += times
    return counts
