from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.timezone import now

from folkmoot.conversations.models import Post, Reference, Topic
from folkmoot.outbox.models import Event
from folkmoot.store.prepared_writes import PreparedInsert, PreparedUpdate
from tests import make

EVENTS = PreparedInsert(Event)
POSTS = PreparedInsert(Post)
OURS = PreparedInsert(Reference, unique=["channel", "message_id"], updates=["topic"])
SAID = PreparedUpdate(
    lambda key, at, via: (
        Topic.objects.filter(pk=key),
        {"last_post_at": Greatest("last_post_at", at), "last_via": via, "post_count": F("post_count") + 1},
    ),
    int,
    datetime,
    str,
)


def test_a_row_is_the_same_as_one_that_create_makes():
    ann = make.person("Ann")
    made = EVENTS.create(kind="tea.made", subject_id=7, actor_id=ann.pk, via="test", data={"cups": [1, "two"]})

    found = Event.objects.get(pk=made.pk)
    assert found == made
    assert {one: getattr(found, one) for one in fields(Event)} == {one: getattr(made, one) for one in fields(Event)}
    assert found.data == {"cups": [1, "two"]}
    made.kind = "tea.drunk"
    made.save()
    assert Event.objects.get(pk=made.pk).kind == "tea.drunk"


def test_a_row_that_is_against_a_promise_of_the_database_is_refused():
    post = make.post(make.topic(make.group(make.person("Ann"))))
    same = {"topic": post.topic, "channel": post.channel, "author": post.author, "via": "web", "body": "x", "html": "x"}

    with pytest.raises(IntegrityError), transaction.atomic():
        POSTS.create(**same, message_id=post.message_id)

    assert Post.objects.filter(message_id=post.message_id).count() == 1


def test_a_row_that_is_there_already_is_changed_where_that_was_asked_for():
    group = make.group(make.person("Ann"))
    first, second = make.topic(group), make.topic(group)

    for topic in (first, second):
        OURS.create(channel_id=topic.channel_id, message_id="<same@example.org>", topic=topic)

    assert Reference.objects.get(message_id="<same@example.org>").topic == second


def test_an_update_changes_the_rows_it_names_and_says_how_many():
    group = make.group(make.person("Ann"))
    first, second = (Topic.objects.get(pk=make.topic(group).pk) for _number in range(2))
    before, later = now() - timedelta(days=3), now() + timedelta(hours=1)

    assert said(first, before, "mail") == 1
    assert said(second, later, "web") == 1
    assert said(Topic(pk=1_000_000), later, "web") == 0

    kept, moved = Topic.objects.get(pk=first.pk), Topic.objects.get(pk=second.pk)
    assert (kept.last_post_at, kept.last_via, kept.post_count) == (first.last_post_at, "mail", first.post_count + 1)
    assert (moved.last_post_at, moved.last_via, moved.post_count) == (later, "web", second.post_count + 1)


def said(topic, at, via):
    return SAID.run(topic.pk, at, via)


def fields(model):
    return [one.attname for one in model._meta.concrete_fields]
