import pytest

from folkmoot.conversations.models import Happening, Topic
from folkmoot.conversations.operations import (
    accept_answer,
    lock,
    pin,
    retitle,
    take_title_back,
    unlock,
    unpin,
    withdraw_answer,
)
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann, olga):
    bob = make.person("Bob")
    topic = make.topic(make.group(ann, bob, owner=olga), author=ann, title="Backups")
    make.post(topic, author=bob, body="Like this.")
    return topic


def events(*kinds):
    return list(Event.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", "actor__name"))


def told(topic):
    return list(topic.happenings.order_by("pk").values_list("kind", "by__name", "words"))


def test_a_moderator_pins_a_topic_and_unpins_it(topic, olga):
    pin(topic, by=olga, via="web")
    pin(topic, by=olga, via="web")
    topic.refresh_from_db()
    assert topic.pinned_at

    unpin(topic, by=olga, via="web")

    topic.refresh_from_db()
    assert topic.pinned_at is None
    assert events("topic.pinned", "topic.unpinned") == [("topic.pinned", "Olga"), ("topic.unpinned", "Olga")]


def test_a_topic_is_closed_with_a_reason_and_opened_again(topic, olga):
    lock(topic, by=olga, via="web", reason="Solved,\nsee the answer.")
    topic.refresh_from_db()
    assert topic.locked_at
    assert topic.happened_at

    unlock(topic, by=olga, via="web")

    topic.refresh_from_db()
    assert topic.locked_at is None
    assert told(topic) == [("closed", "Olga", "Solved, see the answer."), ("opened", "Olga", "")]
    assert events("topic.locked", "topic.unlocked") == [("topic.locked", "Olga"), ("topic.unlocked", "Olga")]


@pytest.mark.parametrize("who", ["Olga", "Ann"])
def test_a_moderator_and_whoever_began_it_change_a_title_and_take_that_back(topic, ann, olga, who):
    person = {"Olga": olga, "Ann": ann}[who]
    retitle(topic, title=" Backups \n at night ", by=person, via="web")
    topic.refresh_from_db()
    assert topic.title == "Backups at night"
    assert told(topic) == [("renamed", who, "Backups")]

    take_title_back(topic, by=person, via="web")

    topic.refresh_from_db()
    assert (topic.title, told(topic), topic.happened_at) == ("Backups", [], None)
    assert events("topic.renamed") == [("topic.renamed", who)] * 2
    with pytest.raises(Refused):
        take_title_back(topic, by=person, via="web")


@pytest.mark.parametrize("who", ["Olga", "Ann"])
def test_an_answer_is_chosen_changed_and_taken_back(topic, ann, olga, who):
    person = {"Olga": olga, "Ann": ann}[who]
    first, second = topic.posts.in_order()
    accept_answer(first, by=person, via="web")

    accept_answer(second, by=person, via="web")

    topic.refresh_from_db()
    assert (topic.answer, topic.answered_by) == (second, person)
    assert list(topic.posts.in_order().values_list("version", flat=True)) == [3, 2]

    withdraw_answer(topic, by=person, via="web")

    topic.refresh_from_db()
    assert (topic.answer, topic.answered_at, topic.answered_by) == (None, None, None)
    assert list(topic.posts.in_order().values_list("version", flat=True)) == [3, 3]
    assert [kind for kind, _name in events("answer.accepted", "answer.withdrawn")] == [
        "answer.accepted",
        "answer.accepted",
        "answer.withdrawn",
    ]


def test_others_can_do_none_of_it_and_leave_no_trace(topic):
    bob, eve = topic.posts.in_order().last().author, make.person("Eve")
    before = Topic.objects.values().get()
    already = Event.objects.count()
    attempts = [
        lambda by: pin(topic, by=by, via="web"),
        lambda by: unpin(topic, by=by, via="web"),
        lambda by: lock(topic, by=by, via="web"),
        lambda by: unlock(topic, by=by, via="web"),
        lambda by: retitle(topic, title="Mine", by=by, via="web"),
        lambda by: take_title_back(topic, by=by, via="web"),
        lambda by: accept_answer(topic.posts.in_order().last(), by=by, via="web"),
        lambda by: withdraw_answer(topic, by=by, via="web"),
    ]

    for attempt in attempts:
        for person in (bob, eve):
            with pytest.raises(NotAllowed):
                attempt(person)

    assert Topic.objects.values().get() == before
    assert not Happening.objects.exists()
    assert Event.objects.count() == already


def test_whoever_began_it_neither_pins_nor_closes(topic, ann):
    for operation in (pin, unpin, lock, unlock):
        with pytest.raises(NotAllowed):
            operation(topic, by=ann, via="web")


def test_a_post_of_another_conversation_is_no_answer(topic, ann, olga):
    other = make.topic(topic.channel.group, author=ann)
    post = topic.posts.in_order().last()
    type(post).objects.filter(pk=post.pk).update(topic=other)

    with pytest.raises(Refused):
        accept_answer(post, by=olga, via="web")

    assert not Topic.objects.exclude(answer=None).exists()
