import threading
import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel
from folkmoot.store import files, search
from folkmoot.store.lanes import lane
from folkmoot.store.statistics import renew_statistics
from folkmoot.store.wake import Waker, announce
from tests import make


def test_a_kept_file_is_there_once_under_its_hash(settings, tmp_path):
    settings.FILES = tmp_path

    name, again = files.keep(b"hello"), files.keep(b"hello")

    assert name == again == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert files.where(name).read_bytes() == b"hello"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [name]


def test_search_finds_all_words_in_the_scopes_asked_for_and_titles_keep_a_place():
    here, there = make.group(slug="tarn"), make.group(slug="loom")
    both = make.topic(here, title="Backup of a replica", body="It lags.")
    once = make.topic(here, title="Hello", body="Does a replica need a backup?")
    hidden = make.topic(there, title="Backup of a replica", body="Elsewhere.")
    scopes = list(Channel.objects.filter(group=here).values_list("pk", flat=True))

    found = search.find("backup replica", scopes=scopes)

    assert set(found) == {both.posts.get().pk, once.posts.get().pk}
    assert search.find("backup replica", scopes=scopes, limit=1) == [once.posts.get().pk]
    assert search.find("backup replica", scopes=scopes, limit=2)[:1] == [both.posts.get().pk]
    assert hidden.posts.get().pk in search.find("elsewhere", scopes=[hidden.channel_id])
    assert search.find("backup", scopes=[]) == []


def test_a_last_word_goes_on_only_where_it_is_too_seldom_as_it_stands():
    topic = make.topic(make.group(), body="A slide.")
    [first] = topic.posts.all()
    longer = make.post(topic, body="Many slides.")
    scopes = [topic.channel_id]

    assert search.find("slide", scopes=scopes, limit=3) == [longer.pk, first.pk]
    assert search.find("slide", scopes=scopes, limit=1) == [first.pk]
    assert search.find("slid", scopes=scopes, limit=1) == [longer.pk]


@pytest.mark.parametrize("query", ['"', "a AND (", "x' OR 1=1 --", "* NEAR(", "\x00", "\\", "a:b", "-", "'"])
def test_search_takes_any_words_for_words(query):
    topic = make.topic(make.group())
    assert isinstance(search.find(query, scopes=[topic.channel_id]), list)


def test_a_post_taken_out_is_not_found():
    topic = make.topic(make.group(), body="findable")
    search.forget([topic.posts.get().pk])
    assert search.find("findable", scopes=[topic.channel_id]) == []


@pytest.mark.django_db(transaction=True)
def test_a_lane_is_held_by_one_at_a_time(transactional_db):
    answers = []

    def try_it():
        with lane("test") as held:
            answers.append(held)
        connection.close()

    with lane("test") as held:
        other = threading.Thread(target=try_it)
        other.start()
        other.join()
    assert (held, answers) == (True, [False])
    with lane("test") as held_again:
        assert held_again


@pytest.mark.django_db(transaction=True)
def test_a_waiter_wakes_when_another_commits(transactional_db):
    waker = Waker()
    waker.wait(0.01)
    assert not waker.wait(0.05)

    def commit():
        with transaction.atomic():
            make.person("Ann")
            announce()
        connection.close()

    other = threading.Thread(target=commit)
    other.start()
    woken = waker.wait(5)
    other.join()
    waker.close()
    assert woken


@pytest.mark.django_db(transaction=True)
def test_writers_queue_and_none_gives_up(transactional_db):
    """Eight threads write all at once; on SQLite there is one place at a time, and nobody is turned away."""
    failed = []

    def write(number):
        try:
            for turn in range(10):
                with transaction.atomic():
                    Person.objects.create(name="Ann", handle=f"ann-{number}-{turn}")
                    time.sleep(0.002)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert failed == []
    assert Person.objects.count() == 80


def test_what_came_in_at_once_is_counted_where_the_database_plans_by_it():
    with CaptureQueriesContext(connection) as asked:
        renew_statistics(Channel, Person)

    counted = [one["sql"] for one in asked.captured_queries]
    tables = [Channel._meta.db_table, Person._meta.db_table]
    assert counted == ([f'ANALYZE "{name}"' for name in tables] if connection.vendor == "postgresql" else [])
