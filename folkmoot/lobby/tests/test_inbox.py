"""Catch up: what stands there for whom, in which order, and what one does with it."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Channel, Draft, Mention, Post, ReadMark, Topic
from folkmoot.conversations.operations import follow, keep_for_later, mark_read, put_away, reply
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import leave
from folkmoot.lobby.inbox.queries import inbox
from tests import make


def text(response):
    return response.content.decode()


def titles(person, name="everything", group=""):
    return [one.row.title for one in inbox(person).of(name, group)]


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


# What stands there


def test_it_shows_what_is_said_in_ones_own_groups_only(ann, topic):
    make.topic(make.group(slug="other"), title="Of others")
    make.topic(make.group(slug="hidden", visibility=Group.Visibility.HIDDEN), title="Hidden")

    assert titles(ann) == ["Backups"]


def test_who_has_left_a_group_catches_up_on_nothing_there(ann, tarn, topic):
    leave(Membership.objects.get(person=ann, group=tarn), via="web")

    assert titles(ann) == []


def test_what_is_muted_put_away_or_kept_for_later_is_left_out(ann, bob, tarn):
    muted, done, later, left = (
        make.topic(tarn, author=bob, title=title) for title in ("Muted", "Done", "Later", "Left")
    )
    follow(muted, person=ann, level="muted", via="web")
    put_away(done, person=ann, to=now())
    keep_for_later(later, person=ann)

    assert titles(ann) == [left.title]
    assert titles(ann, "later") == [later.title]


def test_what_is_said_later_brings_back_what_was_done(ann, topic):
    put_away(topic, person=ann, to=now())

    make.post(topic)

    assert titles(ann) == ["Backups"]
    assert inbox(ann).unread == 1


def test_only_what_names_me_leaves_out_the_rest(ann, bob, topic):
    follow(topic.channel, person=ann, level="mentions", via="web")
    assert titles(ann) == []

    Mention.objects.create(post=make.post(topic, author=bob), person=ann)

    assert titles(ann) == ["Backups"]


def test_unread_counts_what_others_said_and_nobody_took_back(ann, bob, topic):
    mark_read(topic, person=ann, to=topic.posts.get().posted_at)
    make.post(topic, author=bob)
    taken_back = make.post(topic, author=bob)
    make.post(topic, author=ann)
    ReadMark.objects.filter(person=ann).update(read_to=topic.posts.order_by("pk")[0].posted_at)
    assert inbox(ann).unread == 2

    Post.objects.filter(pk=taken_back.pk).update(removed_at=now())

    assert inbox(ann).unread == 1
    assert inbox(ann).unread_by_group == {"tarn": 1}


def test_for_me_is_what_names_me_or_answers_me(ann, bob, tarn):
    named, answered, neither = (make.topic(tarn, author=ann, title=title) for title in ("Named", "Answered", "Neither"))
    Mention.objects.create(post=make.post(named, author=bob), person=ann)
    reply(answered, author=bob, body="Yes.", via="web", answers=answered.posts.get())
    make.post(neither, author=bob)

    assert set(titles(ann, "for-me")) == {"Named", "Answered"}
    assert inbox(ann).for_me == 2


def test_what_waits_for_me_comes_first_then_what_is_new_then_what_is_read(ann, bob, tarn):
    read, new, newest, waits = (make.topic(tarn, author=bob, title=one) for one in ("Read", "New", "Newest", "Waits"))
    Mention.objects.create(post=waits.posts.get(), person=ann)
    mark_read(read, person=ann, to=now())
    make.post(new)
    make.post(newest)

    assert titles(ann) == ["Waits", "Newest", "New", "Read"]


def test_unanswered_is_what_others_began_and_nobody_answered(ann, bob, tarn):
    make.topic(tarn, author=bob, title="Lonely")
    make.topic(tarn, author=ann, title="My own")
    make.post(make.topic(tarn, author=bob, title="Answered"), author=ann)

    assert titles(ann, "unanswered") == ["Lonely"]


def test_a_group_is_a_list_of_its_own(ann, bob, topic):
    make.topic(make.group(ann, bob, slug="dark"), author=bob, title="Darkroom keys")

    assert titles(ann, group="dark") == ["Darkroom keys"]
    assert titles(ann, group="nowhere") == []


def test_what_is_older_than_four_weeks_stands_on_the_boards(ann, topic):
    Topic.objects.filter(pk=topic.pk).update(last_post_at=now() - timedelta(weeks=5))

    assert titles(ann) == []


def test_a_new_channel_is_there_at_once(ann, bob, tarn, topic):
    titles(ann)
    ops = Channel.objects.create(group=tarn, slug="ops")
    Topic.objects.filter(pk=topic.pk).update(channel=ops)

    assert titles(ann) == ["Backups"]


def test_the_first_channel_of_a_group_is_there_at_once(ann, bob, tarn):
    assert not tarn.channels.exists()
    assert titles(ann) == []

    make.topic(tarn, author=bob, title="The first of all")

    assert titles(ann) == ["The first of all"]


def test_what_is_kept_of_an_inbox_goes_with_whatever_it_shows(ann, bob, topic):
    def figures():
        mine = inbox(ann)
        return mine.unread, mine.new, mine.for_me, mine.counts["everything"], mine.counts["later"]

    seen = [figures()]
    answer = make.post(topic, author=bob)
    seen.append(figures())
    Mention.objects.create(post=answer, person=ann)
    seen.append(figures())
    Post.objects.filter(pk=answer.pk).update(removed_at=now())
    seen.append(figures())
    keep_for_later(topic, person=ann)
    seen.append(figures())

    assert seen == [(1, 1, 0, 1, 0), (2, 1, 0, 1, 0), (2, 1, 1, 1, 0), (1, 1, 0, 1, 0), (0, 0, 0, 0, 1)]


def test_an_answer_older_than_four_weeks_waits_for_nobody(ann, bob, tarn):
    topic = make.topic(tarn, author=ann, title="Answered")
    answer = reply(topic, author=bob, body="Yes.", via="web", answers=topic.posts.get())
    assert titles(ann, "for-me") == ["Answered"]

    Post.objects.filter(pk=answer.pk).update(posted_at=now() - timedelta(weeks=5))

    assert titles(ann, "for-me") == []


# The page


def test_a_stranger_signs_in_first(client, topic):
    for address in ("/inbox", f"/inbox/{topic.pk}"):
        assert client.get(address)["Location"].startswith("/account/login/")
    for act in ("done", "later", "follow/muted"):
        assert client.post(f"/topics/{topic.pk}/{act}")["Location"].startswith("/account/login/")


def test_no_page_to_sign_in_is_put_into_the_bar_where_a_session_has_ended(client):
    answer = client.get("/inbox/count")

    assert (answer.status_code, answer.content) == (204, b"")


def test_the_list_says_who_spoke_last_and_what(client, ann, bob, topic):
    make.post(topic, author=bob, body="> You said\n\nI *test* them each night.", via="mail")
    client.force_login(ann)

    page = text(client.get("/inbox"))

    assert "Backups" in page
    assert re.search(r"<b><bdi>Bob</bdi></b> I test them each night\.", page)
    assert "2 posts this week, 2 unread, on the web and by mail" in page
    assert "2 unread in 1 conversation" in page


def test_what_was_taken_back_is_not_quoted(client, ann, bob, topic):
    secret = make.post(topic, author=bob, body="My password is hunter2.")
    client.force_login(ann)
    assert "hunter2" in text(client.get("/inbox"))

    Post.objects.filter(pk=secret.pk).update(removed_at=now())

    assert "hunter2" not in text(client.get("/inbox"))


def test_who_speaks_without_their_name_has_none_here(client, ann, bob, topic):
    Post.objects.update(is_anonymous=True)
    client.force_login(ann)

    page = text(client.get("/inbox"))

    assert "A member" in page
    assert "Bob" not in page


def test_an_open_conversation_shows_what_is_new_and_is_read(client, ann, bob, topic):
    mark_read(topic, person=ann, to=topic.posts.get().posted_at)
    make.post(topic, author=bob, body="Something new.")
    client.force_login(ann)

    page = text(client.get(f"/inbox/{topic.pk}"))

    assert "Something new." in page
    assert "Hello all." not in page.partition('id="pane"')[2]
    assert "1 post before" in page
    assert 'aria-current="true"' in page
    assert inbox(ann).unread == 0


def test_for_a_script_that_has_the_list_the_conversation_comes_alone(client, ann, topic):
    client.force_login(ann)

    part = text(client.get(f"/inbox/{topic.pk}", headers={"HX-Request": "true"}))

    assert "<html" not in part
    assert "Mark done" in part


def test_what_one_may_not_read_is_not_there(client, ann, topic):
    inside = make.topic(make.group(slug="inside", visibility=Group.Visibility.HIDDEN))
    client.force_login(ann)

    for number in (inside.pk, 999_999):
        assert client.get(f"/inbox/{number}").status_code == 404
        for act in ("done", "done/remove", "later", "later/remove", "follow/muted"):
            assert client.post(f"/topics/{number}/{act}").status_code == 404
        assert client.post(f"/channels/{number + 50}/follow/muted").status_code == 404
    assert client.post(f"/channels/{inside.channel_id}/follow/muted").status_code == 404
    assert not ReadMark.objects.filter(person=ann).exists()
    assert not ann.subscriptions.exists()


def test_there_is_no_such_list_and_no_such_level(client, ann, topic):
    client.force_login(ann)

    assert client.get("/inbox?list=nonsense").status_code == 404
    assert client.post(f"/topics/{topic.pk}/follow/loud").status_code == 404


@pytest.mark.parametrize(("address", "words"), [("/inbox", "all caught up"), ("/inbox?list=for-me", "Nobody waits")])
def test_an_empty_list_says_what_would_be_there(client, ann, tarn, address, words):
    client.force_login(ann)

    assert words in text(client.get(address))


def test_without_a_group_it_says_what_to_do_first(client, ann):
    client.force_login(ann)

    assert "You are in no group yet" in text(client.get("/inbox"))


def test_drafts_are_counted_here_and_have_a_page_of_their_own(client, ann, tarn, topic):
    Draft.objects.create(person=ann, key=f"topic-{topic.pk}", body="Half")
    Draft.objects.create(person=ann, key="new-tarn", body="Thrown away", thrown_at=now())
    client.force_login(ann)

    assert 'href="/drafts">Drafts <span class="count">1<' in text(client.get("/inbox"))
    moved = client.get("/inbox/drafts")

    assert (moved.status_code, moved.headers["Location"]) == (301, "/drafts")


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_the_same_number_of_questions_for_any_length(client, ann, bob, django_assert_num_queries, rows):
    for number in range(rows):
        topic = make.topic(make.group(ann, bob, slug=f"group-{number}"), author=bob, title=f"Topic {number}")
        Mention.objects.create(post=make.post(topic, author=bob), person=ann)
    client.force_login(ann)
    client.get("/inbox")

    with django_assert_num_queries(9):
        client.get("/inbox")
    with django_assert_num_queries(6):
        client.get("/inbox/count")


def test_the_figure_in_the_bar_is_yellow_where_somebody_waits(client, ann, bob, topic):
    client.force_login(ann)
    assert '<span class="count">1<' in text(client.get("/inbox/count"))

    Mention.objects.create(post=make.post(topic, author=bob), person=ann)

    answer = client.get("/inbox/count")
    assert '<span class="count is-yours">1<' in text(answer)
    assert answer["Cache-Control"].startswith("private")


# What one does


def from_list(client, address, **data):
    return client.post(address, data, headers={"Referer": "http://testserver/inbox/1?list=everything"})


def test_done_puts_away_and_opens_the_next_which_is_unread(client, ann, bob, tarn):
    first, second = (make.topic(tarn, author=bob, title=title) for title in ("First", "Second"))
    client.force_login(ann)

    answer = from_list(client, f"/topics/{second.pk}/done")

    assert answer["Location"] == f"/inbox/{first.pk}?list=everything#here"
    assert titles(ann) == ["First"]
    page = text(client.get(answer["Location"]))
    assert "Done: “Second”." in page
    assert 'id="here"' in page


def test_done_leaves_what_was_said_while_one_looked(client, ann, bob, topic):
    seen = topic.posts.get().posted_at.isoformat()
    make.post(topic, author=bob)
    client.force_login(ann)

    from_list(client, f"/topics/{topic.pk}/done", seen=seen)

    assert titles(ann) == ["Backups"]
    assert inbox(ann).unread == 1


@pytest.mark.parametrize("seen", ["", "never", "2026-13-45T00:00", "9999-01-01T00:00:00+00:00", "2026-11-26"])
def test_done_takes_any_words_for_when(client, ann, topic, seen):
    client.force_login(ann)

    from_list(client, f"/topics/{topic.pk}/done", seen=seen)

    assert titles(ann) == []
    make.post(topic)
    assert titles(ann) == ["Backups"]


def test_done_and_later_are_undone_where_they_were_done(client, ann, topic):
    client.force_login(ann)
    from_list(client, f"/topics/{topic.pk}/done")
    answer = from_list(client, f"/topics/{topic.pk}/done/remove")
    assert answer["Location"] == f"/inbox/{topic.pk}?list=everything#here"
    assert inbox(ann).unread == 1

    from_list(client, f"/topics/{topic.pk}/later")
    assert titles(ann) == []
    from_list(client, f"/topics/{topic.pk}/later/remove")

    assert titles(ann) == ["Backups"]


def undo_of(response):
    return next(iter(response.wsgi_request._messages)).extra_tags


def test_each_act_says_how_to_undo_it(client, ann, topic):
    client.force_login(ann)
    base = f"/topics/{topic.pk}"
    undone = []
    for act in ("later", "done", "follow/mentions", "follow/muted"):
        undone.append(undo_of(from_list(client, f"{base}/{act}")))
        client.cookies.pop("messages", None)

    assert undone == [
        f"undo:{base}/later/remove",
        f"undo:{base}/later",
        f"undo:{base}/follow/remove",
        f"undo:{base}/follow/mentions",
    ]


def test_a_channel_is_muted_and_unmuted_on_its_board(client, ann, topic):
    client.force_login(ann)
    page = text(client.get("/g/tarn/topics"))
    assert f"/channels/{topic.channel_id}/follow/muted" in page

    answer = client.post(f"/channels/{topic.channel_id}/follow/muted")
    assert answer["Location"] == "/g/tarn/topics"
    assert titles(ann) == []

    client.post(f"/channels/{topic.channel_id}/follow/remove")
    assert titles(ann) == ["Backups"]


def test_from_another_site_one_is_not_sent_back_there(client, ann, topic):
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/follow/mentions", headers={"Referer": "https://evil.example/inbox"})

    assert answer["Location"] == topic.get_absolute_url()


def test_the_topics_page_says_how_much_one_gets(client, ann, topic):
    client.force_login(ann)
    assert "You get each post by mail." in text(client.get(topic.get_absolute_url()))

    follow(topic, person=ann, level="muted", via="web")

    page = text(client.get(topic.get_absolute_url()))
    assert "Muted: nothing of it comes by mail" in page
    assert "This week" in page
