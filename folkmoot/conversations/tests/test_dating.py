from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.operations import date_back
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def test_a_conversation_that_was_brought_whole_gets_its_own_times():
    topic = make.topic(make.group())
    make.post(topic)
    times = [now() - timedelta(days=3), now() - timedelta(days=2)]

    date_back(topic, times=times, by=OPERATOR, via="test")

    topic.refresh_from_db()
    assert list(topic.posts.in_order().values_list("posted_at", "version")) == [(times[0], 2), (times[1], 2)]
    assert (topic.started_at, topic.last_post_at) == (times[0], times[1])
    assert [event.subject_id for event in Event.objects.filter(kind="topic.dated")] == [topic.pk]


def test_only_who_may_bring_an_archive_dates_back_and_a_refusal_leaves_nothing_behind():
    ann = make.person("Ann")
    topic = make.topic(make.group(ann), author=ann)
    before = topic.posts.get().posted_at

    with pytest.raises(NotAllowed):
        date_back(topic, times=[before - timedelta(days=1)], by=ann, via="test")

    assert topic.posts.get().posted_at == before
    assert not Event.objects.filter(kind="topic.dated").exists()


@pytest.mark.parametrize("days", [[], [1], [2, 3], [1, -1]])
def test_each_post_has_one_time_in_order_and_in_the_past(days):
    topic = make.topic(make.group())
    make.post(topic)
    before = set(topic.posts.values_list("posted_at", flat=True))

    with pytest.raises(Refused):
        date_back(topic, times=[now() - timedelta(days=one) for one in days], by=OPERATOR, via="test")

    assert set(topic.posts.values_list("posted_at", flat=True)) == before
