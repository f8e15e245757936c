from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.counting import Outcome, leading, runoff, tally

CHOICES = (1, 2, 3, 4, 5)
RANKING = st.lists(st.sampled_from(CHOICES), unique=True, max_size=5).map(tuple)
BALLOTS = st.lists(RANKING, max_size=25)


def counted(ballots):
    votes = {}
    for one in ballots:
        votes[one] = votes.get(one, 0) + 1
    return votes


@given(BALLOTS, st.sampled_from(CHOICES))
def test_whoever_is_first_on_more_than_half_wins_at_once(others, favourite):
    ballots = others + [(favourite,)] * (len(others) + 1)

    outcome = runoff(CHOICES, counted(ballots))

    assert outcome.winners == (favourite,)
    assert len(outcome.rounds) == 1


@given(BALLOTS, st.randoms())
def test_in_which_order_people_voted_changes_nothing(ballots, random):
    shuffled = list(ballots)
    random.shuffle(shuffled)

    assert runoff(CHOICES, counted(ballots)) == runoff(CHOICES, counted(shuffled))
    assert tally(CHOICES, counted(ballots)) == tally(CHOICES, counted(shuffled))


@given(BALLOTS)
def test_no_ballot_is_lost_or_counted_twice(ballots):
    for one in runoff(CHOICES, counted(ballots)).rounds:
        assert sum(votes for _choice, votes in one.counts) + one.spent == len(ballots)


@given(BALLOTS)
def test_each_count_but_the_last_drops_somebody_and_nobody_comes_back(ballots):
    rounds = runoff(CHOICES, counted(ballots)).rounds

    for before, after in pairwise(rounds):
        left = {choice for choice, _votes in after.counts}
        assert before.out
        assert left == {choice for choice, _votes in before.counts} - set(before.out)
    assert not rounds[-1].out


@given(BALLOTS)
def test_whoever_wins_has_as_many_votes_at_the_end_as_anybody(ballots):
    outcome = runoff(CHOICES, counted(ballots))

    assert set(outcome.winners) <= set(leading(dict(outcome.rounds[-1].counts)))
    assert bool(outcome.winners) == any(ballots)


def test_votes_pass_on_until_one_has_more_than_half():
    votes = {(1, 2): 4, (2, 1): 3, (3, 2): 2}

    outcome = runoff((1, 2, 3), votes)

    assert outcome.winners == (2,)
    assert [(dict(one.counts), one.out) for one in outcome.rounds] == [({1: 4, 2: 3, 3: 2}, (3,)), ({1: 4, 2: 5}, ())]


def test_a_ballot_that_names_nobody_who_is_left_is_spent():
    outcome = runoff((1, 2, 3), {(1,): 3, (2,): 2, (3,): 1})

    assert outcome.winners == (1,)
    assert [one.spent for one in outcome.rounds] == [0, 1]


def test_of_two_with_the_fewest_the_one_drops_out_that_had_fewer_before():
    votes = {(1,): 5, (2,): 3, (3,): 2, (4, 3): 1}

    rounds = runoff((1, 2, 3, 4), votes).rounds

    assert dict(rounds[1].counts) == {1: 5, 2: 3, 3: 3}
    assert (rounds[1].out, rounds[1].had_tie) == ((3,), True)


def test_of_those_always_equal_the_one_furthest_down_drops_out():
    assert runoff((1, 2, 3), {(1, 2): 1, (2, 1): 1, (3, 2): 1}).winners == (2,)


def test_two_last_ones_that_were_always_equal_both_win():
    outcome = runoff((1, 2), {(1,): 2, (2,): 2})

    assert outcome.winners == (1, 2)
    assert outcome.rounds[-1].had_tie


def test_nobody_has_voted():
    assert runoff((1, 2), {}) == Outcome((), runoff((1, 2), {}).rounds)
    assert leading(tally((1, 2), {})) == ()


def test_what_stands_twice_on_a_ballot_counts_once():
    assert tally((1, 2), {(1, 1): 2, (2, 9): 1}) == {1: 2, 2: 1}
