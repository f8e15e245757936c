from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import (
    Channel,
    Draft,
    OldTopic,
    Post,
    ReadMark,
    Reference,
    ScheduledPost,
    Subscription,
    Topic,
)
from folkmoot.conversations.operations import (
    accept_answer,
    make_channel,
    merge,
    move,
    move_back,
    reply,
    split,
    unmerge,
    unsplit,
)
from folkmoot.conversations.operations.posting import Letterhead
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import search
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann, olga):
    return make.group(ann, owner=olga)


@pytest.fixture
def ops(tarn, olga):
    return make_channel(tarn, slug="ops", by=olga, via="test")


@pytest.fixture
def loom(olga):
    return make.topic(make.group(owner=olga, slug="loom"), author=olga, title="Looms").channel


@pytest.fixture
def topic(tarn, ann, olga):
    topic = make.topic(tarn, author=ann, title="Backups", body="Who tests them?")
    reply(topic, author=olga, body="Nobody.", via="mail", letterhead=Letterhead("<b@x>", references=("<lost@x>",)))
    make.post(topic, author=ann, body="By the way, lunch?")
    return topic


def bodies(topic):
    return [post.body for post in topic.posts.in_order()]


def state(topic):
    topic = Topic.objects.get(pk=topic.pk)
    posts = list(topic.posts.in_order())
    assert (topic.post_count, topic.last_via) == (len(posts), posts[-1].via)
    assert posts[0].posted_at - timedelta(seconds=1) < topic.started_at <= posts[0].posted_at
    assert topic.last_post_at == posts[-1].posted_at
    assert {post.channel_id for post in posts} == {topic.channel_id}
    return topic


# Moving


def test_a_topic_moves_with_its_posts_and_their_ids_and_is_found_there(topic, ops, olga):
    main = topic.channel
    move(topic, to=ops, by=olga, via="web")

    moved = state(topic)
    assert moved.channel == ops
    assert [(one.kind, one.channel, one.by) for one in moved.happenings.all()] == [("moved", main, olga)]
    assert Event.objects.get(kind="topic.moved").data == {"from_id": main.pk}
    known = {(one.channel_id, one.message_id) for one in Reference.objects.filter(topic=topic)}
    assert known >= {(place.pk, name) for place in (main, ops) for name in ("<b@x>", "<lost@x>")}
    assert search.find("nobody", scopes=[ops.pk]) == [topic.posts.get(body="Nobody.").pk]
    assert search.find("nobody", scopes=[main.pk]) == []


def test_a_move_is_undone(topic, ops, olga):
    main = topic.channel
    move(topic, to=ops, by=olga, via="web")

    move_back(topic, by=olga, via="web")

    back = state(topic)
    assert (back.channel, back.happened_at, back.happenings.count()) == (main, None, 0)
    assert len(search.find("nobody", scopes=[main.pk])) == 1
    with pytest.raises(Refused):
        move_back(topic, by=olga, via="web")


def test_nobody_moves_to_or_from_where_they_are_no_moderator(topic, ops, loom, ann):
    mine = make_channel(make.group(owner=ann, slug="mine"), slug="ops", by=ann, via="test")

    for person, place in ((ann, ops), (ann, mine), (make.person("Eve"), ops)):
        with pytest.raises(NotAllowed):
            move(topic, to=place, by=person, via="web")
    with pytest.raises(NotAllowed):
        move(loom.topics.get(), to=mine, by=ann, via="web")

    assert {one.channel_id for one in Topic.objects.filter(pk=topic.pk)} == {topic.channel_id}
    assert not Event.objects.filter(kind="topic.moved").exists()


def test_nothing_moves_into_a_closed_channel(topic, ops, olga):
    Channel.objects.filter(pk=ops.pk).update(closed_at=now())
    with pytest.raises(Refused):
        move(topic, to=ops, by=olga, via="web")
    assert state(topic).channel != ops


def test_a_letter_that_is_in_both_lists_keeps_its_conversations_apart(topic, loom, olga):
    twin = reply(loom.topics.get(), author=olga, body="Nobody.", via="mail", letterhead=Letterhead("<b@x>"))

    with pytest.raises(Refused, match="already"):
        move(topic, to=loom, by=olga, via="web")
    with pytest.raises(Refused, match="already"):
        merge(topic, into=twin.topic, by=olga, via="web")

    assert state(topic).channel.group.slug == "tarn"
    assert not OldTopic.objects.exists()


def test_an_id_that_was_only_named_elsewhere_becomes_the_posts_own(topic, loom, olga):
    reply(
        loom.topics.get(), author=olga, body="See.", via="mail", letterhead=Letterhead("<c@x>", references=("<b@x>",))
    )

    move(topic, to=loom, by=olga, via="web")

    assert Reference.objects.get(channel=loom, message_id="<b@x>").topic == topic


def test_in_another_group_nothing_leads_back(topic, loom, olga):
    new = split(topic, posts=[topic.posts.in_order().last().pk], title="Lunch", by=olga, via="web")
    Post.objects.filter(topic=new).update(answers=topic.posts.in_order().first())

    move(new, to=loom, by=olga, via="web")

    assert new.posts.get().answers is None


# Merging


def read(topic, person, *, posts, **more):
    """Note that somebody has read so many posts."""
    at = [post.posted_at for post in topic.posts.in_order()][posts - 1]
    ReadMark.objects.update_or_create(topic=topic, person=person, defaults={"read_to": at, **more})


def unread_of(topic, person):
    mark = ReadMark.objects.get(topic=topic, person=person)
    return [post.body for post in topic.posts.in_order() if post.posted_at > mark.read_to]


@pytest.mark.parametrize(
    ("here", "there", "new"),
    [
        (4, 1, []),
        (3, 1, ["Later."]),
        (4, None, []),
        (None, 1, ["Later."]),
        (1, 1, ["Nobody.", "By the way, lunch?", "And then?", "Later."]),
    ],
)
def test_readers_go_on_where_they_were_in_both(topic, tarn, ann, olga, here, there, new):
    other = make.topic(tarn, author=ann, title="More on backups", body="And then?")
    make.post(topic, body="Later.")
    ReadMark.objects.all().delete()
    for one, posts in ((topic, here), (other, there)):
        if posts:
            read(one, olga, posts=posts)

    merge(other, into=topic, by=olga, via="web")

    assert unread_of(topic, olga) == new


def test_what_was_kept_for_later_in_either_is_kept(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann, title="More on backups", body="And then?")
    at = now()
    read(topic, olga, posts=3)
    read(other, olga, posts=1, later_at=at)

    merge(other, into=topic, by=olga, via="web")

    assert ReadMark.objects.get(topic=topic, person=olga).later_at == at


def test_what_was_read_stays_read_where_it_goes(topic, ann, olga):
    ReadMark.objects.all().delete()
    read(topic, olga, posts=2)
    second, third = list(topic.posts.in_order())[1:]

    new = split(topic, posts=[second.pk, third.pk], title="Lunch", by=olga, via="web")

    assert unread_of(new, olga) == ["By the way, lunch?"]
    assert unread_of(topic, olga) == []


def test_two_topics_become_one_in_order_of_time(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann, title="More on backups", body="And then?")
    make.post(topic, body="Later.")
    OldTopic.objects.create(number=9999, topic=other)

    into = merge(other, into=topic, by=olga, via="web")

    assert into == topic
    assert bodies(state(topic)) == ["Who tests them?", "Nobody.", "By the way, lunch?", "And then?", "Later."]
    assert dict(OldTopic.objects.values_list("number", "topic")) == {9999: topic.pk, other.pk: topic.pk}
    assert not Topic.objects.filter(pk=other.pk).exists()
    assert not Reference.objects.exclude(topic=topic).exists()
    assert [(one.kind, one.words) for one in topic.happenings.all()] == [("merged", "More on backups")]
    assert Event.objects.get(kind="topic.merged").data == {"number": other.pk}


def test_what_people_have_with_a_topic_goes_along(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann)
    waiting = ScheduledPost.objects.create(author=ann, channel=other.channel, topic=other, body="Soon.", due_at=now())
    Subscription.objects.create(person=ann, topic=other, level="everything")
    Subscription.objects.create(person=olga, topic=other, level="muted")
    Subscription.objects.create(person=olga, topic=topic, level="everything")
    Draft.objects.create(person=ann, key=f"topic-{other.pk}", body="I would")

    merge(other, into=topic, by=olga, via="web")

    waiting.refresh_from_db()
    assert waiting.topic == topic
    assert set(Subscription.objects.values_list("person__name", "topic", "level")) == {
        ("Ann", topic.pk, "everything"),
        ("Olga", topic.pk, "everything"),
    }
    assert Draft.objects.get().key == f"topic-{topic.pk}"


def test_the_answer_goes_along_where_there_is_none(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann)
    answer = make.post(other, author=olga, body="So.")
    accept_answer(answer, by=ann, via="web")

    merge(other, into=topic, by=olga, via="web")

    merged = state(topic)
    assert (merged.answer, merged.answered_by) == (answer, ann)


def test_a_merging_is_undone_under_the_old_number(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann, title="More", body="And then?")
    number = other.pk
    merge(other, into=topic, by=olga, via="web")
    make.post(topic, body="Later.")

    again = unmerge(topic, by=olga, via="web")

    assert (again.pk, again.title) == (number, "More")
    assert bodies(state(again)) == ["And then?"]
    assert bodies(state(topic)) == ["Who tests them?", "Nobody.", "By the way, lunch?", "Later."]
    assert not OldTopic.objects.exists()
    assert not topic.happenings.exists()


def test_a_topic_is_not_merged_with_itself_nor_by_others(topic, tarn, loom, ann, olga):
    other = make.topic(tarn, author=ann)
    with pytest.raises(Refused):
        merge(topic, into=topic, by=olga, via="web")
    for person in (ann, make.person("Eve")):
        with pytest.raises(NotAllowed):
            merge(topic, into=other, by=person, via="web")
        with pytest.raises(NotAllowed):
            unmerge(topic, by=person, via="web")

    assert Topic.objects.filter(pk__in=[topic.pk, other.pk]).count() == 2
    assert not Event.objects.filter(kind="topic.merged").exists()


def test_a_reply_that_comes_while_its_topic_is_merged_lands_in_the_other(topic, tarn, ann, olga):
    other = make.topic(tarn, author=ann)
    seen = Topic.objects.get(pk=other.pk)
    merge(other, into=topic, by=olga, via="web")

    reply(seen, author=ann, body="Still there?", via="web")

    assert bodies(state(topic))[-1] == "Still there?"


# Splitting


def test_some_posts_become_a_topic_of_their_own(topic, olga):
    lunch = topic.posts.get(body="By the way, lunch?")

    new = split(topic, posts=[lunch.pk], title="Lunch", by=olga, via="web")

    assert bodies(state(new)) == ["By the way, lunch?"]
    assert bodies(state(topic)) == ["Who tests them?", "Nobody."]
    assert Reference.objects.get(message_id=lunch.message_id).topic == new
    assert Reference.objects.get(message_id="<lost@x>").topic == topic
    assert [(one.kind, one.other) for one in topic.happenings.all()] == [("split_off", new)]
    assert [(one.kind, one.other) for one in new.happenings.all()] == [("split_from", topic)]
    assert Event.objects.get(kind="topic.split").data == {"from_id": topic.pk}


def test_what_only_they_have_named_goes_with_them(topic, olga):
    new = split(topic, posts=[topic.posts.get(body="Nobody.").pk], title="Nobody", by=olga, via="web")

    assert {one.topic for one in Reference.objects.filter(message_id__in=["<b@x>", "<lost@x>"])} == {new}


def test_a_topic_begins_with_its_first_post_after_that_went(topic, olga):
    first = topic.posts.in_order().first()
    accept_answer(first, by=olga, via="web")

    new = split(topic, posts=[first.pk], title="Tests", by=olga, via="web")

    assert (state(new).answer, state(topic).answer) == (first, None)


def test_a_split_is_undone_and_its_address_leads_back(topic, olga):
    new = split(topic, posts=[topic.posts.in_order().last().pk], title="Lunch", by=olga, via="web")
    number = new.pk

    assert unsplit(new, by=olga, via="web") == topic

    assert len(bodies(state(topic))) == 3
    assert OldTopic.objects.get(number=number).topic == topic
    assert not topic.happenings.exists()


def test_all_posts_or_none_or_foreign_ones_are_no_part(topic, tarn, ann, olga):
    foreign = make.topic(tarn, author=ann).posts.get()
    for posts in ([], [foreign.pk], list(topic.posts.values_list("pk", flat=True))):
        with pytest.raises(Refused):
            split(topic, posts=posts, title="Part", by=olga, via="web")

    assert not Topic.objects.filter(title="Part").exists()
    assert len(bodies(state(topic))) == 3


def test_nobody_else_splits_or_undoes(topic, ann, olga):
    part = [topic.posts.in_order().last().pk]
    with pytest.raises(NotAllowed):
        split(topic, posts=part, title="Part", by=ann, via="web")
    new = split(topic, posts=part, title="Part", by=olga, via="web")
    with pytest.raises(NotAllowed):
        unsplit(new, by=ann, via="web")
    move(new, to=make_channel(new.channel.group, slug="ops", by=olga, via="test"), by=olga, via="web")
    with pytest.raises(NotAllowed):
        move_back(new, by=ann, via="web")

    assert bodies(state(new)) == ["By the way, lunch?"]
