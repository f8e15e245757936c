from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post, ScheduledPost, Topic
from folkmoot.conversations.operations import (
    lock,
    main_channel,
    reschedule,
    restore,
    say_due,
    say_now,
    schedule,
    sweep_scheduled,
    withdraw,
)
from folkmoot.conversations.operations.scheduling import MOST_WAITING
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann), title="Backups")


def tomorrow():
    return now() + timedelta(days=1)


def kept_for(topic, ann, **more):
    said = {"body": "Later.", "due_at": tomorrow(), "via": "web", **more}
    return schedule(topic.channel, topic=topic, author=ann, **said)


def become_due():
    ScheduledPost.objects.update(due_at=now() - timedelta(minutes=1))


def test_a_reply_waits_and_is_said_when_it_is_due(topic, ann):
    kept = kept_for(topic, ann)
    assert (say_due(), topic.posts.count()) == (0, 1)

    become_due()
    assert (say_due(), say_due()) == (1, 0)

    kept.refresh_from_db()
    assert (kept.post.body, kept.post.author, kept.refusal) == ("Later.", ann, "")
    assert topic.posts.count() == 2
    kinds = Event.objects.filter(kind__startswith="post.").values_list("kind", flat=True).order_by("pk")
    assert list(kinds) == ["post.added", "post.scheduled", "post.added"]


def test_a_conversation_starts_when_it_is_due(topic, ann):
    schedule(topic.channel, author=ann, title="Minutes", body="Here.", due_at=tomorrow(), via="web")
    become_due()

    say_due()

    started = Topic.objects.get(title="Minutes")
    assert [post.body for post in started.posts.all()] == ["Here."]


def test_the_rule_is_asked_again_and_the_refusal_is_kept_with_words(topic, ann):
    Person.objects.filter(pk=ann.pk).update(language="en")
    kept = kept_for(topic, ann)
    lock(topic, by=topic.posts.get().author, via="web")
    become_due()

    assert say_due() == 1

    kept.refresh_from_db()
    assert (kept.post, kept.refusal) == (None, "You can't write in this conversation.")
    assert say_due() == 0
    assert topic.posts.count() == 1


def test_who_may_not_write_or_where_nothing_is_kept_for_later_is_refused(topic, ann):
    eve = make.person("Eve")
    with pytest.raises(NotAllowed):
        kept_for(topic, eve)
    Channel.objects.update(allows_scheduled=False)
    with pytest.raises(NotAllowed):
        kept_for(topic, ann)
    with pytest.raises(NotAllowed):
        schedule(topic.channel, author=ann, title="Hi", body="Hi", due_at=tomorrow(), via="web")

    assert not ScheduledPost.objects.exists()
    assert not Event.objects.filter(kind="post.scheduled").exists()


@pytest.mark.parametrize(
    "wrong",
    [{"body": " \n"}, {"body": "x" * 200_001}, {"due_at": now() - timedelta(minutes=1)},
     {"due_at": now() + timedelta(days=400)},
     {"is_anonymous": True}],
)  # fmt: skip
def test_what_could_never_be_said_is_not_kept(topic, ann, wrong):
    with pytest.raises(Refused):
        kept_for(topic, ann, **wrong)
    assert not ScheduledPost.objects.exists()


def test_only_so_many_wait(topic, ann):
    rows = [
        ScheduledPost(author=ann, channel=topic.channel, body="Hm", due_at=tomorrow()) for _n in range(MOST_WAITING)
    ]
    ScheduledPost.objects.bulk_create(rows)
    with pytest.raises(Refused):
        kept_for(topic, ann)


def test_what_waits_is_changed_withdrawn_and_taken_up_again(topic, ann):
    kept = kept_for(topic, ann)
    reschedule(kept, by=ann, body="Better.", due_at=tomorrow(), via="web")
    withdraw(kept, by=ann, via="web")
    become_due()
    assert say_due() == 0

    restore(kept, by=ann, via="web")
    assert say_due() == 1

    assert topic.posts.in_order().last().body == "Better."
    kinds = Event.objects.filter(kind__in=["post.rescheduled", "post.withdrawn"]).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == ["post.rescheduled", "post.withdrawn", "post.rescheduled"]


def test_it_is_said_now_and_then_nothing_can_be_done_with_it(topic, ann):
    kept = kept_for(topic, ann)

    post = say_now(kept, by=ann)

    assert (post.topic, post.body) == (topic, "Later.")
    for operation in (withdraw, restore):
        with pytest.raises(Refused):
            operation(kept, by=ann, via="web")
    with pytest.raises(Refused):
        reschedule(kept, by=ann, body="Again.", due_at=tomorrow(), via="web")
    with pytest.raises(Refused):
        say_now(kept, by=ann)
    assert topic.posts.count() == 2


def test_nobody_else_can_touch_it(topic, ann):
    kept, eve = kept_for(topic, ann), make.person("Eve")
    for attempt in (
        lambda: reschedule(kept, by=eve, body="Mine.", due_at=tomorrow(), via="web"),
        lambda: withdraw(kept, by=eve, via="web"),
        lambda: restore(kept, by=eve, via="web"),
        lambda: say_now(kept, by=eve),
    ):
        with pytest.raises(Refused):
            attempt()

    assert ScheduledPost.objects.values_list("body", "done_at").get() == ("Later.", None)
    assert topic.posts.count() == 1


def test_what_was_said_or_withdrawn_is_swept_and_a_refusal_is_not(topic, ann):
    said, refused, waiting = (kept_for(topic, ann) for _n in range(3))
    long_ago = now() - timedelta(days=40)
    ScheduledPost.objects.filter(pk=said.pk).update(done_at=long_ago)
    ScheduledPost.objects.filter(pk=refused.pk).update(done_at=long_ago, refusal="No.")

    assert sweep_scheduled() == 1

    assert set(ScheduledPost.objects.all()) == {refused, waiting}


@pytest.mark.django_db(transaction=True)
def test_two_workers_say_it_once(transactional_db, topic, ann):
    for _n in range(3):
        kept_for(topic, ann)
    become_due()
    start = Barrier(2)

    def work():
        start.wait()
        say_due()
        connection.close()

    workers = [Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert topic.posts.count() == 1 + 3
    assert not ScheduledPost.objects.filter(post=None).exists()


def test_a_worker_that_dies_in_the_middle_leaves_it_to_be_said(topic, ann, monkeypatch):
    kept_for(topic, ann)
    become_due()
    with monkeypatch.context() as patch:
        patch.setattr("folkmoot.conversations.operations.posting.record", lambda *args, **more: 1 / 0)
        assert say_due() == 0
    assert (topic.posts.count(), ScheduledPost.objects.get().done_at) == (1, None)

    assert say_due() == 1

    assert topic.posts.count() == 2


# Pages


def test_a_reply_is_kept_by_the_clock_of_its_writers_zone(client, topic, ann):
    Person.objects.filter(pk=ann.pk).update(time_zone="America/New_York")
    client.force_login(ann)
    page = text(client.get(topic.get_absolute_url()))
    assert "Send later" in page
    assert "America/New_York" in page
    day = (now() + timedelta(days=30)).date()

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "Later.", "due_at": f"{day}T09:00"})

    kept = ScheduledPost.objects.get()
    assert answer.status_code == 302
    assert kept.due_at.utcoffset() == timedelta(0)
    assert kept.due_at.hour in {13, 14}  # summer or winter
    assert topic.posts.count() == 1
    said = text(client.get(topic.get_absolute_url()))
    assert f'data-sent="topic-{topic.pk}"' in said
    assert f'action="/scheduled/{kept.pk}/remove"' in said


def test_a_time_that_is_none_brings_the_reply_back(client, topic, ann):
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "Later.", "due_at": "soon"})

    assert answer.status_code == 422
    assert "Later.</textarea>" in text(answer)
    assert not ScheduledPost.objects.exists()


def test_a_new_conversation_is_kept_for_later(client, topic, ann):
    client.force_login(ann)
    day = (now() + timedelta(days=30)).date()

    client.post("/g/tarn/topics/new", {"title": "Minutes", "body": "Here.", "due_at": f"{day}T09:00"})

    assert ScheduledPost.objects.values_list("title", "body", "topic").get() == ("Minutes", "Here.", None)
    assert not Topic.objects.filter(title="Minutes").exists()


def test_the_list_shows_what_waits_and_what_was_refused(client, topic, ann):
    client.force_login(ann)
    assert "Nothing waits for its time" in text(client.get("/scheduled"))
    kept_for(topic, ann, body="That waits.")
    refused = kept_for(topic, ann, body="That was refused.")
    ScheduledPost.objects.filter(pk=refused.pk).update(done_at=now(), refusal="It is closed.")

    page = text(client.get("/scheduled"))

    assert "That waits." in page
    assert "It is closed." in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_for_any_length(client, topic, ann, django_assert_num_queries, rows):
    for _n in range(rows):
        kept_for(topic, ann)
    client.force_login(ann)

    with django_assert_num_queries(3):  # session, person, list
        client.get("/scheduled")


def test_it_is_changed_sent_and_withdrawn_on_its_pages(client, topic, ann):
    kept, other = kept_for(topic, ann), kept_for(topic, ann)
    client.force_login(ann)
    address, day = f"/scheduled/{kept.pk}", (now() + timedelta(days=30)).date()
    assert "Later.</textarea>" in text(client.get(address))

    assert client.post(address, {"body": "Better.", "due_at": f"{day}T09:00"}).status_code == 302
    assert client.post(address, {"body": "Best.", "due_at": "2001-01-01T09:00"}).status_code == 422
    assert client.post(f"{address}/remove").status_code == 302
    assert client.post(f"{address}/remove/remove").status_code == 302
    assert client.post(f"/scheduled/{other.pk}/now").status_code == 302

    kept.refresh_from_db()
    assert (kept.body, kept.done_at) == ("Better.", None)
    assert [post.body for post in Post.objects.filter(topic=topic, author=ann)] == ["Later."]


def test_nobody_else_finds_what_waits(client, topic, ann):
    kept = kept_for(topic, ann, body="A secret.")
    address = f"/scheduled/{kept.pk}"
    assert client.get("/scheduled").status_code == 302
    client.force_login(make.person("Eve"))

    assert "A secret." not in text(client.get("/scheduled"))
    assert client.get(address).status_code == 404
    assert {client.post(f"{address}{rest}").status_code for rest in ("", "/now", "/remove", "/remove/remove")} == {404}
    assert main_channel(topic.channel.group) == topic.channel
    kept.refresh_from_db()
    assert kept.done_at is None
