import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from folkmoot.conversations.models import Ballot, Poll
from folkmoot.conversations.operations import Asked, close_poll, main_channel, reply, start_topic, take_back, vote
from tests import make

pytestmark = pytest.mark.django_db
DAYS = Asked("Which day?", ["Monday", "<b>Tuesday"])


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob, visibility="public")


@pytest.fixture
def topic(tarn, ann):
    return start_topic(main_channel(tarn), author=ann, title="Days", body="", via="web", poll=DAYS)


@pytest.fixture
def poll(topic):
    return Poll.objects.get()


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def of(person):
    return make.signed_in(Client(), person)


def test_a_topic_shows_its_poll_to_all_and_buttons_to_who_may_write(topic, poll, bob, client):
    for reader, buttons in ((of(bob), 2), (of(make.person("Eve")), 0), (client, 0)):
        text = page(reader, topic.get_absolute_url())
        assert "Which day?" in text
        assert "&lt;b&gt;Tuesday" in text
        assert text.count(f'formaction="/polls/{poll.pk}/ballot"') == buttons


def test_a_vote_from_the_topic_is_counted_and_marked_as_mine(topic, poll, bob):
    client = of(bob)

    answer = client.post(f"/polls/{poll.pk}/ballot", {"choice": "2"}, follow=True)

    assert "Your vote is counted." in answer.content.decode()
    assert Ballot.objects.get().lines.get().choice.place == 2
    text = page(client, topic.get_absolute_url())
    assert f'"polls": {{"{poll.pk}": [2]}}' in text
    assert "1 person has voted." in text


@pytest.mark.parametrize("choice", ["", "x", "9", "-1", "99999999999999999999"])
def test_what_is_no_choice_comes_back_with_words(poll, bob, choice):
    answer = of(bob).post(f"/polls/{poll.pk}/ballot", {"choice": choice})

    assert answer.status_code == 422
    assert not Ballot.objects.exists()


def test_a_topic_with_polls_asks_two_questions_more_at_most(tarn, ann, bob):
    def queries(polls, seen):
        topic = make.topic(tarn, author=ann)
        for number in range(4):
            reply(topic, author=ann, body="Words", via="web", poll=DAYS if number < polls else None)
        client = of(bob)
        for _time in range(seen):
            client.get(topic.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            client.get(topic.get_absolute_url())
        return len(asked)

    queries(0, 1)
    assert [queries(n, 1) - queries(0, 1) for n in (1, 4)] == [1, 1]
    assert [queries(n, 0) - queries(0, 0) for n in (1, 4)] == [2, 2]


def test_ranks_are_read_in_their_order(tarn, ann, bob):
    asked = Asked("Order?", ["One", "Two", "Three"], kind="ranked")
    start_topic(main_channel(tarn), author=ann, title="Order", body="", via="web", poll=asked)
    poll, client = Poll.objects.get(), of(bob)

    twice = client.post(f"/polls/{poll.pk}/ballot", {"rank-1": "1", "rank-2": "1"})
    client.post(f"/polls/{poll.pk}/ballot", {"rank-1": "2", "rank-2": "", "rank-3": "1"})

    assert twice.status_code == 422
    assert list(Ballot.objects.get().lines.order_by("rank").values_list("choice__place", flat=True)) == [3, 1]
    text = page(client, poll.get_absolute_url())
    assert "Your vote: <bdi>Three</bdi>, <bdi>One</bdi>" in text
    close_poll(poll, by=ann, via="web")
    assert "Round 1" in page(client, poll.get_absolute_url())


def test_of_a_secret_poll_no_page_says_who_chose_what(tarn, ann, bob):
    asked = Asked("Secret?", ["Axolotl", "Quokka"], is_secret=True)
    topic = start_topic(main_channel(tarn), author=ann, title="Secret", body="", via="web", poll=asked)
    poll = Poll.objects.get()
    vote(poll, [2], person=bob, via="web")

    assert "Nobody can see what you chose" in page(of(bob), poll.get_absolute_url())
    close_poll(poll, by=ann, via="web")
    text = page(of(ann), poll.get_absolute_url())
    assert "Chosen: <bdi>Quokka</bdi>" in text
    assert bob.get_absolute_url() not in text
    assert bob.get_absolute_url() not in page(of(ann), topic.get_absolute_url())


def test_of_an_open_poll_everybody_sees_who_chose_what(poll, ann, bob):
    vote(poll, [1], person=bob, via="web")

    assert bob.get_absolute_url() in page(of(ann), poll.get_absolute_url())


def test_asking_begins_a_conversation_or_goes_on_with_one(tarn, ann, bob):
    client = of(bob)
    sent = {"question": "Which place?", "choices": "Barn\nMill\n\n", "kind": "many", "most": "1", "voters": "members"}

    client.post("/g/tarn/polls/new", sent)
    first = Poll.objects.get()
    client.post(f"/topics/{first.post.topic_id}/poll/new", sent | {"body": "And now?", "shows_at_once": "on"})

    assert [(one.post.topic_id, one.most, one.shows_at_once) for one in Poll.objects.order_by("pk")] == [
        (first.post.topic_id, 1, False),
        (first.post.topic_id, 1, True),
    ]
    assert first.post.topic.title == "Which place?"


@pytest.mark.parametrize(
    "wrong",
    [{"question": ""}, {"choices": "One"}, {"kind": "x"}, {"voters": "role"}, {"closes_at": "1999-01-01T00:00"},
     {"choices": "x" * 9000}, {"most": "0"}, {"role": "77"}],
)  # fmt: skip
def test_what_cannot_be_asked_comes_back_with_words(tarn, bob, wrong):
    sent = {"question": "Which place?", "choices": "Barn\nMill", "kind": "single", "voters": "members"} | wrong

    answer = of(bob).post("/g/tarn/polls/new", sent)

    assert answer.status_code == 422
    assert "Which place?" in answer.content.decode() or wrong == {"question": ""}
    assert not Poll.objects.exists()


def test_a_poll_of_a_post_that_was_taken_back_is_not_there(topic, poll, ann, bob):
    take_back(poll.post, by=ann, via="web")

    assert of(bob).get(poll.get_absolute_url()).status_code == 404
    assert "Which day?" not in page(of(bob), topic.get_absolute_url())


def test_only_its_author_and_moderators_are_offered_to_close_it(poll, ann, bob):
    assert f"/polls/{poll.pk}/close" in page(of(ann), poll.get_absolute_url())
    assert f"/polls/{poll.pk}/close" not in page(of(bob), poll.get_absolute_url())
    assert of(bob).post(f"/polls/{poll.pk}/close").status_code == 403

    of(ann).post(f"/polls/{poll.pk}/close")

    poll.refresh_from_db()
    assert not poll.is_open
