"""In a very big group: PostgreSQL refuses a query with more than 65,535 parameters, so none may grow with the group."""

import pytest

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Draft, Post, Reaction, ReadMark, Subscription, Topic
from folkmoot.conversations.operations import erase_words, make_channel, merge, move, split, take_over, unmerge
from folkmoot.conversations.operations.regrouping import split_group
from tests import asked, make

MANY = 600


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def tarn(olga):
    return make.group(owner=olga)


def crowd() -> list[Person]:
    return Person.objects.bulk_create([Person(handle=f"p{number}", name="P") for number in range(MANY)])


def copies(post: Post, **facts: object) -> list[Post]:
    """As many posts like this one, written past the operations, which would take a minute."""
    same = {"channel": post.channel, "topic": post.topic, "author": post.author, "body": "x", "via": "web"} | facts
    rows = [Post(message_id=f"{post.pk}.{number}@example.org", **same) for number in range(MANY)]
    return Post.objects.bulk_create(rows, batch_size=100)


def read_by(people: list[Person], topic: Topic) -> None:
    ReadMark.objects.bulk_create([ReadMark(person=one, topic=topic, read_to=topic.started_at) for one in people])
    Subscription.objects.bulk_create([Subscription(person=one, topic=topic, level="muted") for one in people])
    Draft.objects.bulk_create([Draft(person=one, key=f"topic-{topic.pk}", body="x") for one in people])


def test_conversations_of_very_many_posts_and_readers_become_one_and_two_again(tarn, olga):
    one, other, people = make.topic(tarn), make.topic(tarn), crowd()
    copies(one.posts.get())
    for topic in (one, other):
        read_by(people, topic)

    with asked.parameters() as counts:
        merge(one, into=other, by=olga, via="web")
        again = unmerge(other, by=olga, via="web")

    assert max(counts) < MANY
    assert (again.posts.count(), other.posts.count()) == (MANY + 1, 1)
    assert other.read_marks.exclude(person=olga).count() == MANY
    assert Subscription.objects.filter(topic=other, level="muted").count() == MANY


def test_very_many_posts_move_to_another_group_and_answer_nothing_there(tarn, olga):
    topic, to = make.topic(tarn), make.topic(make.group(owner=olga, slug="loom")).channel
    copies(topic.posts.get(), answers=make.topic(tarn).posts.get())

    with asked.parameters() as counts:
        move(topic, to=to, by=olga, via="web")

    assert max(counts) < MANY
    assert not Post.objects.filter(channel=to).exclude(answers=None).exists()


def test_very_many_posts_are_split_off(tarn, olga):
    topic = make.topic(tarn)
    chosen = [post.pk for post in copies(topic.posts.get())]

    with asked.parameters() as counts:
        new = split(topic, posts=chosen, title="Off", by=olga, via="web")

    assert max(counts) < MANY
    assert new.posts.count() == MANY


def test_a_channel_of_very_many_posts_becomes_a_group(tarn, olga):
    channel = make_channel(tarn, slug="ops", by=olga, via="test")
    here = make.topic(tarn).posts.get()
    copies(here, answers=here, channel=channel)

    with asked.parameters() as counts:
        split_group(tarn, name="Ops", slug="ops-group", channel=channel, by=olga, via="web")

    assert max(counts) < MANY
    assert not Post.objects.exclude(answers=None).exists()


def test_who_read_very_much_twice_becomes_one(tarn, olga):
    ann, ben = make.person("Ann"), make.person("Ben")
    topic = make.topic(tarn)
    posts = copies(topic.posts.get())
    topics = Topic.objects.bulk_create([Topic(channel=topic.channel, title="T") for _ in range(MANY)])
    for one in (ann, ben):
        ReadMark.objects.bulk_create([ReadMark(person=one, topic=at, read_to=at.started_at) for at in topics])
        Reaction.objects.bulk_create([Reaction(person=one, post=post, kind="thanks") for post in posts])

    with asked.parameters() as counts:
        take_over(ben.pk, into=ann)

    assert max(counts) < MANY
    assert ann.read_marks.count() == Reaction.objects.filter(person=ann).count() == MANY
    assert not ben.read_marks.exists()


def test_who_began_very_many_conversations_is_erased(tarn, olga):
    first = make.topic(tarn).posts.get()
    for post in copies(first):
        Post.objects.filter(pk=post.pk).update(topic=Topic.objects.create(channel=post.channel, title="Secret"))

    with asked.parameters() as counts:
        erase_words(olga, keep_words=False)

    assert max(counts) < MANY
    assert not Topic.objects.exclude(title="…").exists()


def test_channels_that_very_many_may_read_are_not_named_one_by_one(tarn, olga):
    make.topic(tarn)

    with asked.parameters() as counts:
        before = [topic.title for topic in Topic.objects.visible_to(olga)]
        few = sum(counts)
        for number in range(3):
            make_channel(tarn, slug=f"c{number}", by=olga, via="test")
        counts.clear()
        after = [topic.title for topic in Topic.objects.visible_to(olga)]

    assert before == after == ["Hello"]
    assert sum(counts) == few
