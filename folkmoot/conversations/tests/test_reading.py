"""How far somebody has read: what marks it, what never does, and how it shows."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import merge
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Post, ReadMark, Topic
from folkmoot.conversations.operations import (
    bring_back,
    follow,
    keep_for_later,
    keep_no_longer,
    mark_read,
    put_away,
    reply,
)
from folkmoot.conversations.unread import as_read_by, is_unread, reading
from folkmoot.groups.models import Group, Membership
from folkmoot.kit.errors import NotAllowed
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob, name="Tarn Users")


@pytest.fixture
def topic(tarn, bob):
    return make.topic(tarn, author=bob, title="Backups")


def seen_by(person, topic):
    return as_read_by(Topic.objects.filter(pk=topic.pk), person.pk).get()


# Operations


def test_a_mark_goes_forward_and_never_back(topic, ann):
    first = topic.posts.get()

    mark_read(topic, person=ann, to=first.posted_at)
    mark_read(topic, person=ann, to=first.posted_at - timedelta(days=1))

    mark = ReadMark.objects.get(person=ann)
    assert (mark.topic, mark.read_to) == (topic, first.posted_at)
    later = make.post(topic)
    mark_read(topic, person=ann, to=later.posted_at)
    mark.refresh_from_db()
    assert mark.read_to == later.posted_at


def test_reading_is_nobodys_business_so_it_is_no_event(topic, ann):
    Event.objects.all().delete()

    mark_read(topic, person=ann, to=now())
    put_away(topic, person=ann, to=now())
    bring_back(topic, person=ann)
    keep_for_later(topic, person=ann)
    keep_no_longer(topic, person=ann)

    assert not Event.objects.exists()


@pytest.mark.parametrize("operation", [bring_back, keep_for_later, keep_no_longer])
def test_who_may_not_read_leaves_no_mark(operation):
    topic = make.topic(make.group(visibility=Group.Visibility.HIDDEN))
    eve = make.person("Eve")

    with pytest.raises(NotAllowed):
        operation(topic, person=eve)
    with pytest.raises(NotAllowed):
        mark_read(topic, person=eve, to=now())
    with pytest.raises(NotAllowed):
        put_away(topic, person=eve, to=now())

    assert not ReadMark.objects.filter(person=eve).exists()


def test_what_is_put_away_counts_as_read_until_something_new_is_said(topic, ann):
    put_away(topic, person=ann, to=topic.posts.get().posted_at)
    assert not is_unread(seen_by(ann, topic))

    make.post(topic)

    assert is_unread(seen_by(ann, topic))


def test_taking_that_back_leaves_unread_what_was_unread(topic, ann):
    put_away(topic, person=ann, to=now())

    bring_back(topic, person=ann)

    assert is_unread(seen_by(ann, topic))
    assert ReadMark.objects.get(person=ann).done_at is None


def test_done_and_later_exclude_each_other(topic, ann):
    keep_for_later(topic, person=ann)
    put_away(topic, person=ann, to=now())
    assert reading(seen_by(ann, topic)).later_at is None

    keep_for_later(topic, person=ann)

    mine = reading(seen_by(ann, topic))
    assert mine.later_at
    assert mine.done_at is None
    keep_no_longer(topic, person=ann)
    assert reading(seen_by(ann, topic)).later_at is None


def test_what_was_said_before_one_joined_is_read(topic):
    cleo = make.person("Cleo")
    make.join(topic.channel.group, cleo)
    assert not is_unread(seen_by(cleo, topic))

    make.post(topic)

    assert is_unread(seen_by(cleo, topic))


def test_nothing_is_new_to_who_is_no_member(topic):
    assert reading(seen_by(make.person("Eve"), topic)) is None


def test_what_one_says_oneself_is_read(topic, ann):
    make.post(topic, author=ann)

    assert not is_unread(seen_by(ann, topic))


def test_a_letter_shows_how_far_its_writer_has_read(topic, ann, bob):
    answered = make.post(topic, author=bob)
    missed = make.post(topic, author=bob)

    reply(topic, author=ann, body="Yes.", via="mail", answers=answered)

    assert ReadMark.objects.get(person=ann).read_to == answered.posted_at
    assert missed.posted_at > answered.posted_at
    assert is_unread(seen_by(ann, topic))


def test_of_two_persons_who_become_one_the_marks_and_wishes_are_kept(topic, ann):
    other = make.person("Ann Other", address="other@example.org")
    make.join(topic.channel.group, other)
    mark_read(topic, person=other, to=now())
    follow(topic, person=other, level="muted", via="test")

    merge(other, into=ann, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    assert ReadMark.objects.filter(topic=topic, person=ann).exists()
    assert not ReadMark.objects.filter(person=other).exists()
    assert ann.subscriptions.get().level == "muted"


# The topic's page


def test_opening_a_conversation_marks_it_read_to_its_end(client, topic, ann):
    last = make.post(topic)
    client.force_login(ann)

    client.get(topic.get_absolute_url())

    assert ReadMark.objects.get(person=ann).read_to == last.posted_at


def test_a_page_in_the_middle_marks_to_its_own_end(client, topic, ann):
    for _number in range(60):
        make.post(topic)
    client.force_login(ann)

    client.get(topic.get_absolute_url())

    assert ReadMark.objects.get(person=ann).read_to == topic.posts.in_order()[49].posted_at


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;anonymous-client-ip"}, {"Purpose": "prefetch"}])
def test_what_a_browser_fetches_ahead_is_not_read(client, topic, ann, headers):
    client.force_login(ann)

    client.get(topic.get_absolute_url(), headers=headers)
    client.head(topic.get_absolute_url())

    assert not ReadMark.objects.filter(person=ann).exists()


def test_strangers_and_who_is_no_member_leave_no_marks(client, topic):
    eve = make.person("Eve")
    client.get(topic.get_absolute_url())
    client.force_login(eve)
    page = text(client.get(topic.get_absolute_url()))

    assert not ReadMark.objects.filter(person=eve).exists()
    assert 'id="new"' not in page


def test_a_rule_stands_before_the_first_new_post(client, topic, ann):
    client.force_login(ann)
    client.get(topic.get_absolute_url())
    first = topic.posts.get()
    second = make.post(topic)

    page = text(client.get(topic.get_absolute_url()))

    assert page.index(f'id="post-{first.pk}"') < page.index('id="new"') < page.index(f'id="post-{second.pk}"')
    assert "New since you were here, " in page
    assert 'id="new"' not in text(client.get(topic.get_absolute_url()))


def test_a_conversation_that_is_new_as_a_whole_needs_no_rule(client, topic, ann):
    client.force_login(ann)

    assert 'id="new"' not in text(client.get(topic.get_absolute_url()))


def test_the_address_of_what_is_new_leads_to_its_page(client, topic, ann):
    for _number in range(50):
        make.post(topic)
    mark_read(topic, person=ann, to=topic.posts.in_order().last().posted_at)
    client.force_login(ann)
    nothing_new = client.get(f"/topics/{topic.pk}/unread")["Location"]

    make.post(topic)

    assert nothing_new == topic.get_absolute_url()
    assert client.get(f"/topics/{topic.pk}/unread")["Location"] == f"{topic.get_absolute_url()}?page=2#new"


def test_the_address_of_what_is_new_tells_nothing_to_who_may_not_read(client, ann):
    topic = make.topic(make.group(owner=ann, slug="inside", visibility=Group.Visibility.HIDDEN))
    client.force_login(make.person("Eve"))

    assert client.get(f"/topics/{topic.pk}/unread").status_code == 404
    assert client.get("/topics/999999/unread").status_code == 404


# The board


def test_the_board_shows_what_is_unread(client, topic, ann):
    client.force_login(ann)
    page = text(client.get("/g/tarn/topics"))
    assert "row__title is-unread" in page
    assert f'href="/topics/{topic.pk}/unread"' in page

    mark_read(topic, person=ann, to=topic.posts.get().posted_at)

    page = text(client.get("/g/tarn/topics"))
    assert "is-unread" not in page
    assert "is-plain" not in page


def test_to_a_stranger_nothing_on_the_board_is_unread(client, topic):
    page = text(client.get("/g/tarn/topics"))

    assert "row__title is-plain" in page
    assert "is-unread" not in page


def test_old_members_and_posts_count_like_all_others(topic, ann):
    Membership.objects.filter(person=ann).update(joined_at=now() + timedelta(days=1))
    Post.objects.filter(topic=topic).update(posted_at=now())

    assert not is_unread(seen_by(ann, topic))
