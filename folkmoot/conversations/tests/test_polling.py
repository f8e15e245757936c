from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations import results
from folkmoot.conversations.models import Ballot, BallotLine, Poll, Post
from folkmoot.conversations.operations import (
    Asked,
    close_due_polls,
    close_poll,
    erase_words,
    reply,
    take_back,
    take_over,
    vote,
)
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import grant_role
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
DAYS = Asked("Which day?", ["Monday", "Tuesday", "Friday"])


def told(kind):
    return Event.objects.filter(kind=kind).count()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob)


def stands(poll):
    poll.refresh_from_db()
    return [one.votes for one in results.shown([poll])[poll.pk].bars]


def test_a_poll_comes_with_its_post(tarn, ann):
    post = reply(make.topic(tarn, author=ann), author=ann, body="", via="web", poll=DAYS)

    poll = Poll.objects.get(post=post)
    assert [str(one) for one in poll.choices.order_by("place")] == ["1. Monday", "2. Tuesday", "3. Friday"]
    assert (poll.most, poll.shows_at_once, poll.is_open) == (1, True, True)
    assert (told("poll.opened"), told("post.added")) == (1, 2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"question": " "},
        {"choices": ["One"]},
        {"choices": [str(one) for one in range(21)]},
        {"choices": ["Same", " same"]},
        {"kind": "loud"},
        {"voters": "wombats"},
        {"voters": "role"},
        {"kind": "many", "most": 4},
        {"closes_at": now() - timedelta(days=1)},
        {"closes_at": now() + timedelta(days=400)},
    ],
)
def test_what_cannot_be_asked_is_refused_and_leaves_no_post(tarn, ann, wrong):
    with pytest.raises(Refused):
        make.poll(tarn, author=ann, **wrong)

    assert not Post.objects.exists()
    assert not told("poll.opened")


def test_a_vote_counts_and_can_be_changed(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    version = poll.post.version

    vote(poll, [1], person=bob, via="web")
    vote(poll, [2], person=ann, via="web")
    vote(poll, [2], person=bob, via="mail")
    vote(poll, [2], person=bob, via="web")

    assert stands(poll) == [0, 2, 0]
    assert poll.ballot_count == Ballot.objects.count() == 2
    assert results.mine(bob, [poll.pk]) == {poll.pk: [2]}
    assert told("ballot.cast") == 3
    assert Post.objects.get(pk=poll.post_id).version == version + 3


@pytest.mark.parametrize("places", [[], [9], [0], [1, 2]])
def test_a_ballot_that_says_nothing_of_this_poll_is_refused(tarn, ann, places):
    poll = make.poll(tarn, author=ann)

    with pytest.raises(Refused):
        vote(poll, places, person=ann, via="web")

    assert not Ballot.objects.exists()
    assert not told("ballot.cast")


def test_a_stranger_does_not_vote(tarn, ann):
    poll = make.poll(tarn, author=ann)

    with pytest.raises(NotAllowed):
        vote(poll, [1], person=make.person("Eve"), via="web")

    assert not Ballot.objects.exists()


def test_who_votes_is_said_by_the_poll(tarn, ann, bob):
    moderator = tarn.roles.get(key="moderator")
    of_role = make.poll(tarn, author=ann, voters="role", role=moderator)
    of_active = make.poll(tarn, author=ann, voters="active")
    Membership.objects.filter(person=bob).update(active_at=now() - timedelta(days=1))
    Membership.objects.filter(person=ann).update(active_at=None)

    with pytest.raises(NotAllowed):
        vote(of_role, [1], person=bob, via="web")
    with pytest.raises(NotAllowed):
        vote(of_active, [1], person=ann, via="web")
    grant_role(tarn.memberships.get(person=bob), role=moderator, by=OPERATOR, via="test")
    vote(of_role, [1], person=bob, via="web")
    vote(of_active, [1], person=bob, via="web")

    assert set(Ballot.objects.values_list("poll", "person")) == {(of_role.pk, bob.pk), (of_active.pk, bob.pk)}


def test_a_role_of_another_group_does_not_vote(tarn, ann):
    theirs = make.group(owner=make.person("Else"), slug="else").roles.get(key="moderator")

    with pytest.raises(Refused):
        make.poll(tarn, author=ann, voters="role", role=theirs)


def test_a_secret_ballot_leads_to_nobody(tarn, ann, bob):
    poll = make.poll(tarn, author=ann, is_secret=True)

    vote(poll, [3], person=ann, via="web")
    vote(poll, [1], person=bob, via="web")
    with pytest.raises(Refused):
        vote(poll, [2], person=bob, via="web")

    assert stands(poll) == [None, None, None]
    assert results.mine(bob, [poll.pk]) == {poll.pk: []}
    assert not BallotLine.objects.exists()
    assert list(poll.papers.items()) == [("1", 1), ("3", 1)]
    assert not Event.objects.filter(kind="ballot.cast").exclude(data={}).exists()
    close_poll(poll, by=ann, via="web")
    assert stands(poll) == [1, 0, 1]
    assert results.ballots(poll) == []


def test_the_database_keeps_one_ballot_each_and_no_secret_that_shows(tarn, ann):
    poll = make.poll(tarn, author=ann)
    vote(poll, [1], person=ann, via="web")

    with pytest.raises(IntegrityError), transaction.atomic():
        Ballot.objects.create(poll=poll, person=ann, via="web")
    with pytest.raises(IntegrityError), transaction.atomic():
        Poll.objects.filter(pk=poll.pk).update(is_secret=True)


def test_a_result_that_is_shown_at_the_end_is_not_there_before(tarn, ann, bob):
    poll = make.poll(tarn, author=ann, kind="many", shows_at_once=False)
    vote(poll, [1, 3], person=ann, via="web")
    vote(poll, [3], person=bob, via="web")
    assert stands(poll) == [None, None, None]

    close_poll(poll, by=ann, via="web")

    assert stands(poll) == [1, 0, 2]
    assert [one.words for one in results.shown([poll])[poll.pk].winners] == ["Friday"]
    with pytest.raises(Refused):
        vote(poll, [1], person=bob, via="web")
    assert told("poll.closed") == 1


def test_others_do_not_close_a_poll_and_moderators_do(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    with pytest.raises(NotAllowed):
        close_poll(poll, by=bob, via="web")
    poll.refresh_from_db()
    assert poll.is_open

    close_poll(poll, by=tarn.memberships.get(person__name="Olga").person, via="web")

    poll.refresh_from_db()
    assert not poll.is_open


def test_time_closes_a_poll_once(tarn, ann):
    poll = make.poll(tarn, author=ann, closes_at=now() + timedelta(hours=1))
    assert close_due_polls() == 0
    vote(poll, [2], person=ann, via="web")
    Poll.objects.filter(pk=poll.pk).update(closes_at=now() - timedelta(minutes=1))

    with pytest.raises(Refused):
        vote(poll, [1], person=ann, via="web")
    assert (close_due_polls(), close_due_polls()) == (1, 0)

    assert [one.place for one in poll.choices.filter(is_winner=True)] == [2]
    assert told("poll.closed") == 1


def test_ranked_votes_are_counted_in_rounds(tarn, ann, bob):
    poll = make.poll(tarn, author=ann, kind="ranked")
    others = [make.person(name) for name in ("Cid", "Dot", "Eli")]
    for one in others:
        make.join(tarn, one)
    for person, places in zip([ann, bob, *others], [[1], [1], [2], [2], [3, 2]], strict=True):
        vote(poll, places, person=person, via="web")

    close_poll(poll, by=ann, via="web")

    assert stands(poll) == [2, 2, 1]
    assert [one.out for one in results.outcome_of(poll).rounds] == [(3,), ()]
    assert [one.place for one in poll.choices.filter(is_winner=True)] == [2]


def test_a_post_that_was_taken_back_takes_no_votes(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    take_back(poll.post, by=ann, via="web")

    with pytest.raises(NotAllowed):
        vote(poll, [1], person=bob, via="web")

    assert not Poll.objects.visible_to(bob).exists()


def test_who_leaves_has_voted_and_nobody_sees_it_was_them(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    vote(poll, [2], person=bob, via="web")

    erase_words(bob, keep_words=True)

    assert stands(poll) == [0, 1, 0]
    assert results.ballots(poll) == [(None, [2])]


def test_what_an_erased_author_asked_is_gone(tarn, ann, bob):
    poll = make.poll(tarn, author=ann)
    vote(poll, [2], person=bob, via="web")

    erase_words(ann, keep_words=False)

    assert not Poll.objects.exists()


def test_of_two_who_are_one_the_later_open_ballot_counts(tarn, ann, bob):
    poll, secret = make.poll(tarn, author=ann), make.poll(tarn, author=ann, is_secret=True)
    for one in (poll, secret):
        vote(one, [1], person=ann, via="web")
        vote(one, [2], person=bob, via="web")

    take_over(bob.pk, into=ann)

    assert stands(poll) == [0, 1, 0]
    assert results.mine(ann, [poll.pk, secret.pk]) == {poll.pk: [2], secret.pk: []}
    secret.refresh_from_db()
    assert (poll.ballot_count, secret.ballot_count, sum(secret.papers.values())) == (1, 2, 2)
