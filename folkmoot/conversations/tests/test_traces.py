from datetime import timedelta

from django.utils.timezone import now

from folkmoot.conversations.models import Post
from folkmoot.conversations.traces import MOST_MARKS, Mark, Said, draw, merged, week_of
from tests import make


def point(x, via="web", *, is_old=False):
    return Mark(x, via, is_old, "")


def test_neighbours_are_one_bigger_mark():
    points = [point(10), point(11), point(12, "mail"), point(30, "chat")]

    assert merged(points) == [Mark(12, "web", is_old=False, size="is-more"), point(30, "chat")]


def test_five_are_the_biggest():
    assert merged([point(50)] * 5) == [Mark(50, "web", is_old=False, size="is-most")]


def test_read_and_unread_stay_apart():
    assert [one.is_old for one in merged([point(10, is_old=True), point(11)])] == [True, False]


def test_a_crowded_week_has_sixteen_marks_at_most():
    busy = [point(x, "chat") for x in range(101)]
    restless = [point(x, is_old=bool(x % 2)) for x in range(101)]

    assert 8 <= len(merged(busy)) <= MOST_MARKS
    assert len(merged(restless)) <= MOST_MARKS


def test_a_mark_stands_where_its_time_is():
    said = [Said(now() - timedelta(days=days), "mail", 1) for days in (7, 3.5, 0)]

    assert [mark.x for mark in draw(said).marks] == [0, 50, 100]


def test_its_words_count_and_name_the_doors():
    said = [Said(now() - timedelta(days=2), "mail", 1), Said(now(), "web", 2)]

    assert draw(said).label == "2 posts this week, by mail and on the web"
    assert draw(said, read_to=said[0].at).label == "2 posts this week, 1 unread, by mail and on the web"
    assert draw(said, read_to=now(), reader=2).label == "2 posts this week, all read, by mail and on the web"
    assert draw([]).label == "0 posts this week"


def test_what_was_taken_back_leaves_no_mark():
    topic = make.topic(make.group())
    Post.objects.filter(pk=make.post(topic).pk).update(removed_at=now())
    topic.refresh_from_db()

    assert len(week_of(topic).trace.marks) == 1


def test_silence_is_not_drawn():
    topic = make.topic(make.group())
    topic.last_post_at = now() - timedelta(days=8)

    assert week_of(topic) is None
