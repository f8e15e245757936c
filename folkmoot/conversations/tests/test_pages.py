import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations import queries
from folkmoot.conversations.models import Archive, OldTopic, Post, Topic
from folkmoot.conversations.operations import Letterhead, main_channel, reply
from folkmoot.conversations.rendering import keep_file
from folkmoot.groups.models import Group
from folkmoot.groups.operations import remove_member, rename
from folkmoot.outbox.models import Event
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann, name="Tarn Users")


@pytest.fixture
def inside(ann):
    return make.group(ann, slug="inside", visibility=Group.Visibility.HIDDEN)


# One conversation


def test_a_conversation_shows_what_was_said_and_by_which_door(client, tarn, ann):
    topic = make.topic(tarn, author=ann, title="Backups", body="Who *tests* them?")
    make.post(topic, body="Nobody.", via="mail")

    page = text(client.get(topic.get_absolute_url()))

    assert "<h1" in page
    assert "Who <em>tests</em> them?" in page
    assert page.count('<article class="post') == 2
    assert "on the web" in page
    assert "by mail" in page
    assert f"tarn+t{topic.pk}@localhost" in page


def test_a_stranger_is_asked_to_sign_in_before_answering(client, tarn):
    page = text(client.get(make.topic(tarn).get_absolute_url()))

    assert "Sign in to answer" in page
    assert "<textarea" not in page


def test_who_is_no_member_is_sent_to_the_group(client, tarn):
    client.force_login(make.person("Eve"))

    page = text(client.get(make.topic(tarn).get_absolute_url()))

    assert "Join the group" in page
    assert "<textarea" not in page


def test_a_conversation_of_a_hidden_group_is_not_there_for_others(client, inside):
    topic = make.topic(inside)
    assert client.get(topic.get_absolute_url()).status_code == 404

    client.force_login(make.person("Eve"))
    assert client.get(topic.get_absolute_url()).status_code == 404
    assert client.post(f"/topics/{topic.pk}/replies", {"body": "Hi"}).status_code == 404
    assert topic.posts.count() == 1


def test_a_member_of_a_hidden_group_reads_and_a_former_one_does_not(client, inside, ann):
    topic = make.topic(inside)
    client.force_login(ann)
    assert client.get(topic.get_absolute_url()).status_code == 200

    remove_member(inside.memberships.get(person=ann), by=OPERATOR, via="test")

    assert client.get(topic.get_absolute_url()).status_code == 404


def test_a_closed_conversation_takes_no_answers(client, tarn, ann):
    topic = make.topic(tarn, author=ann)
    Topic.objects.filter(pk=topic.pk).update(locked_at=now())
    client.force_login(ann)

    assert "<textarea" not in text(client.get(topic.get_absolute_url()))
    assert client.post(f"/topics/{topic.pk}/replies", {"body": "Hi"}).status_code == 403
    assert topic.posts.count() == 1


@pytest.mark.parametrize("tail", ["", "/wrong-title", "/%C3%BC"])
def test_a_wrong_title_leads_to_the_right_address(client, tarn, tail):
    topic = make.topic(tarn, title="Right title")

    answer = client.get(f"/g/tarn/topics/{topic.pk}{tail}")

    assert (answer.status_code, answer["Location"]) == (301, f"/g/tarn/topics/{topic.pk}/right-title")


def test_a_conversation_that_became_part_of_another_leads_there(client, tarn):
    topic = make.topic(tarn)
    OldTopic.objects.create(number=9999, topic=topic)

    answer = client.get("/g/tarn/topics/9999/gone")

    assert (answer.status_code, answer["Location"]) == (301, topic.get_absolute_url())


def test_the_old_address_of_a_group_leads_to_its_conversations(client, tarn, ann):
    topic = make.topic(tarn)
    old = topic.get_absolute_url()
    rename(tarn, slug="tarn-users", by=tarn.memberships.exclude(person=ann).get().person, via="test")

    assert client.get(old)["Location"] == f"/g/tarn-users/topics/{topic.pk}/hello"
    assert client.get("/g/tarn/topics?q=hello")["Location"] == "/g/tarn-users/topics?q=hello"


def test_imported_words_say_that_nobody_has_confirmed_them(client, tarn, ann):
    topic = make.topic(tarn, author=ann)
    archive = Archive.objects.create(channel=topic.channel, file_name="old.mbox", fingerprint="x")
    topic.posts.update(archive=archive)
    assert "From the archive, not confirmed" in text(client.get(topic.get_absolute_url()))

    topic.posts.update(confirmed_at=now(), version=2)

    assert "From the archive" not in text(client.get(topic.get_absolute_url()))


def test_a_changed_post_is_shown_as_it_is_now(client, tarn):
    topic = make.topic(tarn, body="Before.")
    assert "Before." in text(client.get(topic.get_absolute_url()))

    topic.posts.update(html="<p>After.</p>", version=2)

    page = text(client.get(topic.get_absolute_url()))
    assert "After." in page
    assert "Before." not in page


def test_what_people_write_stays_text(client, tarn, ann):
    topic = make.topic(tarn, author=ann, title="<script>1</script>", body="<script>alert(2)</script>")

    page = text(client.get(topic.get_absolute_url()))

    assert "<script>1" not in page
    assert "<script>alert" not in page


# Answering


def test_a_reply_is_posted_and_leads_to_itself(client, tarn, ann):
    topic = make.topic(tarn)
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "Me too."})

    post = topic.posts.get(author=ann)
    assert (post.body, post.via) == ("Me too.", "web")
    assert answer["Location"] == f"/posts/{post.pk}"
    assert client.get(answer["Location"])["Location"] == f"{topic.get_absolute_url()}#post-{post.pk}"
    assert 'data-sent="topic-' in text(client.get(topic.get_absolute_url()))


def test_an_empty_reply_comes_back_with_words_and_posts_nothing(client, tarn, ann):
    topic = make.topic(tarn)
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "  \n "})

    assert answer.status_code == 422
    assert "There is nothing in it yet" in text(answer)
    assert "<textarea" in text(answer)
    assert topic.posts.count() == 1


def test_a_reply_that_is_too_long_keeps_what_was_written(client, tarn, ann):
    topic = make.topic(tarn)
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "long " * 50_000})

    assert answer.status_code == 422
    assert "long long long" in text(answer)
    assert topic.posts.count() == 1


def test_a_stranger_and_somebody_who_is_no_member_cannot_reply(client, tarn):
    topic = make.topic(tarn)
    assert client.post(f"/topics/{topic.pk}/replies", {"body": "Hi"}).status_code == 302

    eve = make.person("Eve")
    client.force_login(eve)

    assert client.post(f"/topics/{topic.pk}/replies", {"body": "Hi"}).status_code == 403
    assert topic.posts.count() == 1
    assert Event.objects.filter(kind="post.added").count() == 1


def test_reading_an_address_for_acting_does_nothing(client, tarn, ann):
    client.force_login(ann)

    assert client.get(f"/topics/{make.topic(tarn).pk}/replies").status_code == 405


# Many posts


def test_fifty_posts_a_page_and_each_post_is_found_on_its_own(client, tarn, ann):
    topic = make.topic(tarn, author=ann)
    for number in range(2, 53):
        make.post(topic, body=f"Number {number}.")
    client.force_login(ann)
    last = topic.posts.in_order().last()

    first, second = (text(client.get(topic.get_absolute_url(), {"page": page})) for page in (1, 2))

    assert first.count('<article class="post') == 50
    assert second.count('<article class="post') == 2
    assert "<textarea" not in first
    assert "<textarea" in second
    assert client.get(f"/posts/{last.pk}")["Location"] == f"{topic.get_absolute_url()}?page=2#post-{last.pk}"


@pytest.mark.parametrize("posts", [1, 50])
def test_a_page_of_any_length_asks_the_database_few_times(
    client, tarn, ann, django_assert_num_queries, django_assert_max_num_queries, posts
):
    topic = make.topic(tarn, author=ann)
    for number in range(1, posts):
        make.post(topic, author=ann if number % 2 else topic.posts.get(pk=topic.posts.first().pk).author)
    client.force_login(ann)

    with django_assert_max_num_queries(12):  # four of them for what is near and for the week, once in a while
        client.get(topic.get_absolute_url())
    with django_assert_num_queries(5):  # session, person, topic, posts, draft
        client.get(topic.get_absolute_url())


# The board


def test_the_board_shows_the_newest_talk_first(client, tarn, ann):
    older, newer = make.topic(tarn, title="Older"), make.topic(tarn, title="Newer")
    page = text(client.get("/g/tarn/topics"))
    assert page.index("Newer") < page.index("Older")

    make.post(older, author=ann, via="mail")

    page = text(client.get("/g/tarn/topics"))
    assert page.index("Older") < page.index("Newer")
    assert "2 posts" in page
    assert "last by <bdi>Ann</bdi> by mail" in page
    assert newer.get_absolute_url() in page


def test_a_very_long_board_is_counted_once_in_a_while(client, tarn, ann, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(queries, "VERY_MANY", 1)
    monkeypatch.setattr(queries, "time", lambda: 1_800_000_000.0)
    for number in range(3):
        make.topic(tarn, title=f"Topic {number}")
    client.force_login(ann)
    client.get("/g/tarn/topics")
    make.topic(tarn, title="One more")

    with django_assert_num_queries(8):
        page = text(client.get("/g/tarn/topics"))

    assert "One more" in page
    assert "1 to 3 of 3" in page
    monkeypatch.setattr(queries, "time", lambda: 1_800_000_060.0)
    assert "1 to 4 of 4" in text(client.get("/g/tarn/topics"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_board_asks_the_same_number_of_questions_for_any_length(client, tarn, ann, django_assert_num_queries, rows):
    for number in range(rows):
        make.topic(tarn, title=f"Topic {number}")
    client.force_login(ann)
    client.get("/g/tarn/topics")

    with django_assert_num_queries(9):  # what is pinned and which ids come first, both in an index
        client.get("/g/tarn/topics")


def test_an_empty_board_offers_the_first_step(client, tarn, ann):
    client.force_login(ann)

    page = text(client.get("/g/tarn/topics"))

    assert "Nobody has said anything yet" in page
    assert "/g/tarn/topics/new" in page


def test_the_board_of_a_listed_group_says_nothing_to_strangers(client, ann):
    group = make.group(ann, slug="listed", visibility=Group.Visibility.LISTED)
    make.topic(group, title="A secret")

    page = text(client.get("/g/listed/topics"))

    assert "A secret" not in page
    assert "Members talk here" in page
    assert client.get("/g/listed/topics?q=secret").status_code == 200
    assert "A secret" not in text(client.get("/g/listed/topics?q=secret"))
    client.force_login(ann)
    assert "A secret" in text(client.get("/g/listed/topics"))


def test_search_finds_posts_of_this_group_only(client, tarn, inside):
    make.topic(tarn, title="Cheese", body="With holes.")
    make.topic(inside, title="Hidden cheese", body="With holes.")

    page = text(client.get("/g/tarn/topics?q=holes"))

    assert "<mark>holes</mark>" in page
    assert "Cheese" in page
    assert "Hidden cheese" not in page
    assert "No post that you may read has all of this" in text(client.get("/g/tarn/topics?q=nowhere"))


# Starting


def test_a_member_starts_a_conversation(client, tarn, ann):
    client.force_login(ann)

    answer = client.post("/g/tarn/topics/new", {"title": "Who are we?", "body": "I am Ann."})

    topic = Topic.objects.get()
    assert answer["Location"] == topic.get_absolute_url()
    assert [(post.author, post.body) for post in topic.posts.all()] == [(ann, "I am Ann.")]


def test_half_a_conversation_comes_back_as_it_was(client, tarn, ann):
    client.force_login(ann)

    answer = client.post("/g/tarn/topics/new", {"title": "", "body": "Half a thought"})

    assert answer.status_code == 422
    assert "Half a thought" in text(answer)
    assert not Topic.objects.exists()


def test_who_may_not_start_a_conversation_cannot(client, tarn, inside):
    assert client.get("/g/tarn/topics/new").status_code == 302

    client.force_login(make.person("Eve"))

    assert "Members can start conversations" in text(client.get("/g/tarn/topics/new"))
    assert client.post("/g/tarn/topics/new", {"title": "Hi", "body": "Hi"}).status_code == 403
    assert client.post("/g/inside/topics/new", {"title": "Hi", "body": "Hi"}).status_code == 404
    assert not Topic.objects.exists()


# Files


@pytest.fixture
def with_files(inside, ann):
    topic = make.topic(inside, author=ann)
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    files = [
        keep_file("graph.png", png, said_kind="image/png"),
        keep_file("page.html", b"<script>alert(1)</script>", said_kind="text/html"),
    ]
    return reply(topic, author=ann, body="See.", via="mail", letterhead=Letterhead("<f@x>", files=files))


def test_files_stand_under_their_post(client, with_files, ann):
    client.force_login(ann)

    page = text(client.get(with_files.topic.get_absolute_url()))

    assert all(one.get_absolute_url() in page for one in with_files.attachments.all())


def test_a_picture_is_shown_and_all_else_is_handed_out(client, with_files, ann):
    client.force_login(ann)
    picture, page = (client.get(one.get_absolute_url()) for one in with_files.attachments.order_by("pk"))

    assert picture["Content-Type"] == "image/png"
    assert picture["Content-Disposition"].startswith("inline")
    assert page["Content-Type"] == "application/octet-stream"
    assert page["Content-Disposition"].startswith("attachment")
    for answer in (picture, page):
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "private" in answer["Cache-Control"]


def test_files_of_a_hidden_group_are_not_there_for_others(client, with_files):
    address = with_files.attachments.first().get_absolute_url()
    assert client.get(address).status_code == 404

    client.force_login(make.person("Eve"))

    assert client.get(address).status_code == 404
    assert client.get("/files/" + "0" * 64 + "/graph.png").status_code == 404


def test_a_post_of_a_hidden_group_leads_nowhere_for_others(client, with_files):
    assert client.get(f"/posts/{with_files.pk}").status_code == 404
    assert Post.objects.filter(pk=with_files.pk).exists()
    assert main_channel(with_files.topic.channel.group) == with_files.channel
