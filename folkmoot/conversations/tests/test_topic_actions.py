"""The page of what can be done with a conversation, and what the conversation's own page says of it."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Archive, Happening, OldTopic, Topic
from folkmoot.conversations.operations import accept_answer, lock, make_channel, merge, move, pin, retitle, split
from folkmoot.kit.errors import Refused
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann, olga):
    bob = make.person("Bob")
    topic = make.topic(make.group(ann, bob, owner=olga), author=ann, title="Backups", body="Who tests them?")
    make.post(topic, author=bob, body="I do.")
    return topic


WORDS = ["Pin it", "Close it", "Move it", "Make it part of"]


def test_a_moderator_finds_all_there_is_to_do(client, topic, olga):
    make_channel(topic.channel.group, slug="ops", by=olga, via="test")
    client.force_login(olga)
    assert f'href="/topics/{topic.pk}/actions"' in text(client.get(topic.get_absolute_url()))

    page = text(client.get(f"/topics/{topic.pk}/actions"))

    assert [word for word in [*WORDS, "Change the title", "The answer"] if word not in page] == []


def test_whoever_began_it_names_it_and_its_answer(client, topic, ann):
    client.force_login(ann)
    assert f'href="/topics/{topic.pk}/actions"' in text(client.get(topic.get_absolute_url()))

    page = text(client.get(f"/topics/{topic.pk}/actions"))

    assert "Change the title" in page
    assert [word for word in WORDS if word in page] == []


def test_nothing_of_it_shows_to_others(client, topic):
    addresses = ["pin", "pin/remove", "lock", "title", "move", "merge", "split", "answer"]
    for who in (None, make.person("Eve"), topic.posts.in_order().last().author):
        if who:
            client.force_login(who)
        assert f"/topics/{topic.pk}/actions" not in text(client.get(topic.get_absolute_url()))
        assert client.get(f"/topics/{topic.pk}/actions").status_code == (404 if who else 302)
        for address in addresses:
            answer = client.post(f"/topics/{topic.pk}/{address}", {"title": "Mine", "into": "1", "post": "1"})
            assert answer.status_code in ({403, 404, 422} if who else {302})

    assert Topic.objects.values_list("title", "pinned_at", "locked_at").get() == ("Backups", None, None)
    assert not Happening.objects.exists()


def test_what_one_may_not_read_or_is_not_there_answers_the_same(client, ann):
    hidden = make.topic(make.group(slug="hidden", visibility="hidden"))
    client.force_login(ann)

    for number in (hidden.pk, 99_999):
        assert client.get(f"/topics/{number}/actions").status_code == 404
        for address in ("pin", "lock", "title", "move", "merge", "split", "answer", "answer/remove"):
            assert client.post(f"/topics/{number}/{address}").status_code == 404
            assert client.get(f"/topics/{number}/{address}").status_code == 405


def test_a_beginning_that_only_an_archive_tells_of_gives_no_say(client, topic, ann):
    archive = Archive.objects.create(channel=topic.channel, file_name="old.mbox", fingerprint="x")
    topic.posts.update(archive=archive)
    client.force_login(ann)

    assert f"/topics/{topic.pk}/actions" not in text(client.get(topic.get_absolute_url()))
    assert client.get(f"/topics/{topic.pk}/actions").status_code == 404


STEPS = [
    ("pin", {}, "pinned_at"),
    ("lock", {"reason": "Done."}, "locked_at"),
    ("title", {"title": "Restoring"}, "title"),
]


@pytest.mark.parametrize(("address", "data", "field"), STEPS)
def test_a_step_is_taken_and_undone_by_the_button_beside_its_words(client, topic, olga, address, data, field):
    before = getattr(topic, field)
    client.force_login(olga)

    page = client.post(f"/topics/{topic.pk}/{address}", data, follow=True)
    topic.refresh_from_db()
    assert getattr(topic, field) != before
    assert f'action="/topics/{topic.pk}/{address}/remove"' in text(page)

    client.post(f"/topics/{topic.pk}/{address}/remove")

    topic.refresh_from_db()
    assert getattr(topic, field) == before


def test_an_answer_is_chosen_shown_and_taken_back(client, topic, ann):
    bob = topic.posts.in_order().last()
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/answer", {"post": bob.pk})

    assert answer["Location"] == f"/posts/{bob.pk}"
    page = text(client.get(topic.get_absolute_url()))
    assert "Answered in" in page
    assert f'<a href="#post-{bob.pk}">Go to the answer</a>' in page
    assert f'<article class="post stopped answer" id="post-{bob.pk}"' in page
    assert "<b>Accepted answer</b>, chosen by <bdi>Ann</bdi>" in page

    client.post(f"/topics/{topic.pk}/answer/remove")

    page = text(client.get(topic.get_absolute_url()))
    assert "Accepted answer" not in page
    assert "Answered in" not in page


@pytest.mark.parametrize("post", ["", "x", "99999", "-1"])
def test_no_such_post_is_no_answer(client, topic, ann, post):
    client.force_login(ann)
    assert client.post(f"/topics/{topic.pk}/answer", {"post": post}).status_code == 404


def test_a_topic_is_moved_and_its_old_address_leads_there(client, topic, olga):
    loom = make_channel(make.group(owner=olga, slug="loom"), slug="ops", by=olga, via="test")
    old = topic.get_absolute_url()
    client.force_login(olga)

    moved = client.post(f"/topics/{topic.pk}/move", {"channel": loom.pk})

    assert moved["Location"] == f"/g/loom/topics/{topic.pk}/backups"
    led = client.get(old)
    assert (led.status_code, led["Location"], led["Cache-Control"]) == (301, moved["Location"], "no-cache")
    page = text(client.get(moved["Location"]))
    assert "moved this from another group" in page
    assert "tarn" not in page.lower().replace(f"/topics/{topic.pk}/move/remove", "")
    client.post(f"/topics/{topic.pk}/move/remove")
    assert client.get(old).status_code == 200


@pytest.mark.parametrize("channel", ["", "x", "99999"])
def test_a_place_where_one_is_no_moderator_is_no_choice(client, topic, olga, channel):
    theirs = make.topic(make.group(owner=make.person("Eve"), slug="theirs")).channel
    client.force_login(olga)

    assert client.post(f"/topics/{topic.pk}/move", {"channel": channel or theirs.pk}).status_code == 422
    topic.refresh_from_db()
    assert topic.channel.group.slug == "tarn"


def test_topics_are_merged_by_address_and_undone(client, topic, ann, olga):
    other = make.topic(topic.channel.group, author=ann, title="More", body="And then?")
    old, number = other.get_absolute_url(), other.pk
    client.force_login(olga)

    page = client.post(f"/topics/{number}/merge", {"into": f"http://testserver{topic.get_absolute_url()}"}, follow=True)

    assert "And then?" in text(page)
    assert "made “<bdi>More</bdi>” part of this conversation" in text(page)
    assert f'action="/topics/{topic.pk}/merge/remove"' in text(page)
    assert client.get(old)["Location"] == topic.get_absolute_url()
    assert client.get(f"/topics/{number}/actions").status_code == 200  # of what it has become part of

    client.post(f"/topics/{topic.pk}/merge/remove")

    assert client.get(old).status_code == 200
    assert not OldTopic.objects.exists()


@pytest.mark.parametrize("into", ["", "somewhere", "99999", "/g/tarn/topics", "http://elsewhere/topics/x"])
def test_what_is_no_conversation_here_comes_back_with_words(client, topic, olga, into):
    client.force_login(olga)
    assert client.post(f"/topics/{topic.pk}/merge", {"into": into}).status_code == 422


def test_posts_are_split_off_and_put_back(client, topic, olga):
    bob = topic.posts.in_order().last()
    client.force_login(olga)

    page = client.post(f"/topics/{topic.pk}/split", {"posts": [bob.pk], "title": "Tests"}, follow=True)

    new = Topic.objects.get(title="Tests")
    assert client.get(f"/posts/{bob.pk}")["Location"] == f"{new.get_absolute_url()}#post-{bob.pk}"
    assert "took this out of" in text(page)
    assert f'action="/topics/{new.pk}/split/remove"' in text(page)
    assert "made some posts a conversation of their own" in text(client.get(topic.get_absolute_url()))

    client.post(f"/topics/{new.pk}/split/remove")

    assert client.get(f"/posts/{bob.pk}")["Location"] == f"{topic.get_absolute_url()}#post-{bob.pk}"
    assert client.get(new.get_absolute_url())["Location"] == topic.get_absolute_url()


@pytest.mark.parametrize("data", [{"title": "Part"}, {"posts": ["99999"], "title": "Part"}, {"posts": ["x"]}])
def test_a_split_without_posts_or_title_comes_back(client, topic, olga, data):
    client.force_login(olga)
    assert client.post(f"/topics/{topic.pk}/split", data).status_code == 422
    assert Topic.objects.count() == 1


def test_lines_of_what_happened_stand_between_the_posts(client, topic, ann, olga):
    retitle(topic, title="Restoring", by=ann, via="web")
    make.post(topic, author=ann, body="Thank you.")
    lock(topic, by=olga, via="web", reason="Solved.")

    page = text(client.get(Topic.objects.get().get_absolute_url())).partition("<main")[2]

    order = [
        "I do.",
        "changed the title. It was “<bdi>Backups</bdi>”",
        "Thank you.",
        "closed this conversation",
        "Solved.",
    ]
    assert [page.index(words) for words in order] == sorted(page.index(words) for words in order)
    assert "This conversation is closed" in page


def test_lines_stand_on_the_page_of_their_time(client, topic, ann, olga):
    retitle(topic, title="Restoring", by=ann, via="web")
    for number in range(50):
        make.post(topic, author=ann, body=f"Number {number}.")
    lock(topic, by=olga, via="web")
    address = Topic.objects.get().get_absolute_url()

    first, second = (text(client.get(address, {"page": page})) for page in (1, 2))

    assert ("changed the title" in first, "closed this" in first) == (True, False)
    assert ("changed the title" in second, "closed this" in second) == (False, True)


@pytest.mark.parametrize("posts", [1, 3])
def test_the_page_of_actions_asks_the_same_for_any_length(
    client, topic, olga, ann, django_assert_max_num_queries, posts
):
    for _n in range(posts):
        make.post(topic, author=ann)
    client.force_login(olga)
    client.get(f"/topics/{topic.pk}/actions")

    with django_assert_max_num_queries(11):
        client.get(f"/topics/{topic.pk}/actions")


# The board


def test_the_board_shows_states_with_words(client, topic, ann, olga):
    other = make.topic(topic.channel.group, author=ann, title="Newer")
    pin(topic, by=olga, via="web")
    lock(topic, by=olga, via="web")
    accept_answer(topic.posts.in_order().last(), by=ann, via="web")

    page = text(client.get("/g/tarn/topics"))

    assert page.index("Backups") < page.index("Newer")
    for words in ("Pinned</span>", "Closed</span>", "Answered</span> by <bdi>Bob</bdi>", "No reply yet"):
        assert words in page
    assert page.count(topic.get_absolute_url()) == 1
    assert other.get_absolute_url() in page


def test_the_board_is_narrowed(client, topic, ann):
    bob = topic.posts.in_order().last().author
    make.topic(topic.channel.group, author=ann, title="Waiting")
    client.force_login(bob)

    def titles(show):
        page = text(client.get("/g/tarn/topics", {"show": show}))
        return [title for title in ("Backups", "Waiting") if f">{title}</a>" in page]

    assert titles("") == ["Backups", "Waiting"]
    assert titles("unanswered") == ["Waiting"]
    assert titles("mine") == ["Backups"]
    assert titles("nonsense") == ["Backups", "Waiting"]


def test_an_empty_choice_says_what_would_be_there(client, topic):
    client.force_login(make.person("Eve"))
    assert "You have not said anything here yet" in text(client.get("/g/tarn/topics?show=mine"))
    assert "Everybody has an answer" in text(client.get("/g/tarn/topics?show=unanswered"))


# Two at once


@pytest.mark.timeout(30)
def test_two_moderators_at_once_never_wait_for_each_other_for_ever(transactional_db, topic, ann, olga):
    other = make.topic(topic.channel.group, author=ann, title="More", body="And then?")
    start, said = Barrier(2), []

    def work(one, into):
        start.wait()
        try:
            merge(one, into=into, by=OPERATOR, via="web")
        except Refused as refusal:
            said.append(str(refusal))
        connection.close()

    workers = [Thread(target=work, args=pair) for pair in ((topic, other), (other, topic))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    [left] = Topic.objects.all()
    assert left.posts.count() == left.post_count == 3
    assert len(said) == 1
    assert OldTopic.objects.get().topic == left


def test_what_somebody_split_off_meanwhile_is_not_moved_with_the_rest(topic, olga):
    channel = make_channel(topic.channel.group, slug="ops", by=olga, via="test")
    new = split(topic, posts=[topic.posts.in_order().last().pk], title="Tests", by=olga, via="web")

    move(topic, to=channel, by=olga, via="web")

    assert {post.channel_id for post in new.posts.all()} == {new.channel_id} != {channel.pk}
