from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Count, F
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Topic
from folkmoot.store import prepared
from folkmoot.store.prepared import Prepared, moment
from tests import make

TOPIC = Prepared(lambda key: Topic.objects.filter(pk=key).select_related("channel__group", "answer"))
VERSIONS = Prepared(lambda key: Post.objects.filter(topic=key).in_order().values_list("pk", "version", "posted_at"))
BY_HANDLE = Prepared(
    lambda handle, name: Person.objects.filter(handle=handle, name=name, is_active=True).annotate(said=Count("posts")),
    words=True,
)


def test_rows_are_the_same_as_those_of_the_queryset(django_assert_num_queries):
    group = make.group(make.person("Ann"))
    topics = [make.topic(group, title=title) for title in ("One", "Two")]
    make.post(topics[0])

    for topic in topics:
        with django_assert_num_queries(1):
            found = TOPIC.first(topic.pk)
            assert found.channel.group.name == "Tarn"
        assert found == topic
        assert {name: getattr(found, name) for name in fields(Topic)} == Topic.objects.values(*fields(Topic)).get(
            pk=topic.pk
        )
        assert {name: getattr(found.channel.group, name) for name in fields(type(group))} == type(group).objects.values(
            *fields(type(group))
        ).get(pk=group.pk)
        assert found.answer is None
        assert VERSIONS.rows(topic.pk) == list(topic.posts.in_order().values_list("pk", "version", "posted_at"))


def test_texts_annotations_and_fixed_parameters_are_kept():
    ann = make.person("Ann")
    group = make.group(ann)
    make.topic(group, author=ann)

    assert [(one.name, one.said) for one in BY_HANDLE.rows(ann.handle, "Ann")] == [("Ann", 1)]
    assert BY_HANDLE.first("olga", "Olga").said == 0
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    assert BY_HANDLE.first(ann.handle, "Ann") is None
    assert BY_HANDLE.first("' OR 1=1 --", "Ann") is None


def test_a_list_of_keys_may_be_shorter_than_the_most_there_are():
    first, second, third = (make.topic(make.group(slug=f"g{number}")) for number in range(3))
    several = Prepared(lambda *keys: Topic.objects.filter(pk__in=keys).order_by("pk"), most=3)

    assert several.rows(third.pk, first.pk) == [first, third]
    assert several.rows(second.pk) == [second]
    assert several.rows() == []


def test_the_moment_is_the_time_of_asking(monkeypatch):
    topic = make.topic(make.group(make.person("Ann")))
    past = Prepared(lambda key: Topic.objects.filter(pk=key, started_at__lt=moment()).values_list("pk"))

    assert past.rows(topic.pk) == [(topic.pk,)]
    Topic.objects.filter(pk=topic.pk).update(started_at=now() + timedelta(hours=1))
    assert past.rows(topic.pk) == []
    monkeypatch.setattr(prepared, "now", lambda: now() + timedelta(hours=2))
    assert past.rows(topic.pk) == [(topic.pk,)]
    assert moment() > now()


def test_the_moment_bears_no_sums():
    late = Prepared(lambda: Topic.objects.filter(started_at__lt=moment() - timedelta(days=7)))

    with pytest.raises(ValueError, match="sum"):
        late.rows()


def test_a_change_is_seen_at_the_next_call_and_after_a_new_connection():
    topic = make.topic(make.group(make.person("Ann")))
    assert TOPIC.first(topic.pk).post_count == 1

    Topic.objects.filter(pk=topic.pk).update(post_count=F("post_count") + 1)

    assert TOPIC.first(topic.pk).post_count == 2


def test_each_thread_writes_its_own():
    found = []

    def look():
        found.append(TOPIC.first(1_000_000))
        connection.close()

    thread = Thread(target=look)
    thread.start()
    thread.join()

    assert found == [None]


def fields(model):
    return [one.attname for one in model._meta.concrete_fields]
