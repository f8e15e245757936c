from datetime import timedelta

import pytest
from django.utils import timezone

from folkmoot.accounts.models import Person
from folkmoot.conversations import searching
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.store import search
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann Lee", address="ann@example.org")


@pytest.fixture
def tarn(ann):
    return make.group(ann)


def titles(asked, *, person=None, group=None):
    found = searching.find(asked, person=person, group=group)
    return [hit.topic.title for hit in found.hits(0, 20)]


def said(number_of_days_ago, post):
    at = timezone.now() - timedelta(days=number_of_days_ago)
    Post.objects.filter(pk=post.pk).update(posted_at=at)
    Topic.objects.filter(pk=post.topic_id).update(last_post_at=at)


@pytest.mark.parametrize(
    "asked",
    [
        "Größe",
        "GROSSE",
        "grö",
        '"zweite größe"',
        "größe -kleine",
        "größe in:tarn",
        "größe author:ann-lee",
        "größe author:LEE",
    ],
)
def test_what_was_said_is_found_however_it_is_asked_for(tarn, ann, asked):
    make.topic(tarn, author=ann, title="Bilder", body="Die zweite Größe passt.")

    assert "Bilder" in titles(asked)


@pytest.mark.parametrize(
    "asked",
    [
        "größe kleine",
        '"größe zweite"',
        "größe -passt",
        "größe in:loom",
        "größe in:tarn+ops",
        "größe author:olga",
        "öße",
    ],
)
def test_what_was_not_said_so_is_not_found(tarn, ann, asked):
    make.topic(tarn, author=ann, title="Bilder", body="Die zweite Größe passt.")

    assert titles(asked) == []


@pytest.mark.parametrize(
    ("asked", "finds"), [("検索", True), ("索機", True), ("能", True), ("検", True), ("機索", False)]
)
def test_scripts_without_spaces_are_found_by_any_part(tarn, asked, finds):
    make.topic(tarn, title="日本語", body="新しい検索機能")

    assert bool(titles(asked)) == finds


def test_days_bound_what_is_found(tarn):
    make.topic(tarn, title="Young", body="cheese")
    old = make.topic(tarn, title="Old", body="cheese")
    said(400, old.posts.get())
    border = (timezone.now() - timedelta(days=200)).date().isoformat()

    assert titles("cheese") == ["Young", "Old"]
    assert titles(f"cheese before:{border}") == ["Old"]
    assert titles(f"cheese after:{border}") == ["Young"]
    assert titles(f"before:{border}") == []


def test_an_author_alone_is_enough(tarn, ann):
    make.topic(tarn, author=ann, title="Hers")
    make.topic(tarn, title="Olgas")

    assert titles("author:ann-lee") == ["Hers"]


def test_best_first_is_title_then_answer_then_many_then_young(tarn):
    old = make.topic(tarn, title="Old", body="A replica lags.")
    said(1000, old.posts.get())
    make.topic(tarn, title="Young", body="A replica lags.")
    answered = make.topic(tarn, title="Answered", body="A replica lags.")
    Topic.objects.filter(pk=answered.pk).update(answer=make.post(answered, body="The replica is cured."))
    titled = make.topic(tarn, title="A replica", body="It lags.")
    said(1000, titled.posts.get())

    assert titles("replica") == ["A replica", "Answered", "Young", "Old"]


def test_the_post_that_is_shown_is_the_answer_or_the_one_with_most_of_the_words(tarn):
    topic = make.topic(tarn, title="Hello", body="A replica.")
    best = make.post(topic, body="A replica, and a backup of the replica.")
    found = searching.find("replica", person=None)

    [hit] = found.hits(0, 20)

    assert (hit.post, hit.posts) == (best, 2)
    assert [words for words, marked in hit.pieces if marked] == ["replica", "replica"]


def test_an_anonymous_post_is_never_found_by_its_author(tarn, ann):
    post = make.topic(tarn, author=ann, body="cheese").posts.get()
    Post.objects.filter(pk=post.pk).update(is_anonymous=True)

    assert titles("cheese") == ["Hello"]
    assert titles("cheese author:ann-lee") == titles("author:ann-lee") == []


def test_a_removed_post_is_not_found(tarn):
    post = make.topic(tarn, body="cheese").posts.get()
    Post.objects.filter(pk=post.pk).update(removed_at=timezone.now())

    assert titles("cheese") == []


def test_what_one_may_not_read_is_not_found_and_takes_no_place(tarn, ann, monkeypatch):
    monkeypatch.setattr(searching, "MOST", 1)
    make.topic(tarn, title="Open", body="cheese")
    inside = make.group(slug="inside", visibility="hidden")
    for number in range(3):
        make.topic(inside, title=f"Inside {number}", body="cheese")

    assert titles("cheese") == titles("cheese", person=ann) == ["Open"]
    assert not searching.find("cheese", person=ann).has_more
    assert titles("cheese", person=Person.objects.at("olga@example.org")) == ["Inside 2"]
    assert titles("cheese", group=inside) == []


def test_a_post_that_has_left_its_channel_is_not_found_there_by_an_index_that_is_behind(tarn, ann):
    topic = make.topic(tarn, body="cheese")
    inside = Channel.objects.create(group=make.group(slug="inside", visibility="hidden"), slug="x")
    Post.objects.filter(topic=topic).update(channel=inside)

    assert titles("cheese", person=ann) == []


def test_a_moved_post_is_found_where_it_stands(tarn):
    [post] = make.topic(tarn, body="cheese").posts.all()
    there = Channel.objects.create(group=tarn, slug="there")

    search.move([post.pk], scope=there.pk)

    assert search.find("cheese", scopes=[there.pk]) == [post.pk]
    assert search.find("cheese", scopes=[post.channel_id]) == []


def test_a_changed_post_is_found_by_its_new_words_only(tarn):
    [post] = make.topic(tarn, body="cheese").posts.all()

    search.index([(post.pk, post.channel_id, post.title, "holes")])

    assert search.find("holes", scopes=[post.channel_id]) == [post.pk]
    assert search.find("cheese", scopes=[post.channel_id]) == []


def test_more_scopes_than_can_be_named_are_looked_at_row_by_row(tarn):
    topic = make.topic(tarn, body="cheese")
    scopes = [*range(10_000, 11_000), topic.channel_id]

    assert search.find("cheese", scopes=scopes) == [topic.posts.get().pk]
    assert search.find("cheese", scopes=scopes[:-1]) == search.find("cheese", scopes=scopes[:500]) == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_asks_the_same_number_of_questions_for_any_number_of_hits(tarn, django_assert_num_queries, number):
    for count in range(number):
        make.topic(tarn, title=f"Topic {count}", body="cheese")

    with django_assert_num_queries(6):
        assert len(titles("cheese")) == number


def test_similar_topics_share_words_of_the_title(tarn):
    make.topic(tarn, title="Replica falls behind")
    near = make.topic(tarn, title="The replica falls behind at night")
    make.topic(tarn, title="Who brings the cake?", body="replica falls behind at night")
    channels = [near.channel_id]

    found = searching.similar("Replica falls behind at night", channels)

    assert [topic.title for topic in found] == ["The replica falls behind at night", "Replica falls behind"]
    assert searching.similar("Replica", channels, but=near.pk)[0].title == "Replica falls behind"
    assert searching.similar("?", channels) == searching.similar("replica", []) == []


def test_while_a_title_is_typed_similar_conversations_are_shown_to_those_who_may_read_them(client, tarn, ann):
    make.topic(tarn, title="Replica falls behind")
    inside = make.group(ann, slug="inside", visibility="hidden")
    make.topic(inside, title="Secret replica")

    assert "Replica falls behind" in client.get("/g/tarn/topics/similar?title=my+replica").content.decode()
    assert "replica" not in client.get("/g/tarn/topics/similar").content.decode()
    assert client.get("/g/inside/topics/similar?title=replica").status_code == 404
    client.force_login(ann)
    assert "Secret replica" in client.get("/g/inside/topics/similar?title=replica").content.decode()
    assert 'hx-get="/g/tarn/topics/similar"' in client.get("/g/tarn/topics/new").content.decode()


def test_beside_a_conversation_stand_those_of_its_group_about_the_same(client, tarn):
    topic = make.topic(tarn, title="Replica falls behind")
    near = make.topic(tarn, title="Why a replica lags")
    make.topic(make.group(slug="loom"), title="Replica of another group")

    page = client.get(topic.get_absolute_url()).content.decode()

    assert near.get_absolute_url() in page
    assert "Replica of another group" not in page


def test_a_stranger_reads_what_this_place_is_and_how_to_ask(client, tarn, ann):
    page = client.get(make.topic(tarn).get_absolute_url()).content.decode()
    client.force_login(ann)

    assert "What this place is" in page
    assert "/g/tarn/topics/new" in page
    assert "What this place is" not in client.get(make.topic(tarn).get_absolute_url()).content.decode()


def test_the_page_of_search_shows_what_was_found_safely_and_how_to_ask(client, tarn):
    make.topic(tarn, title="<b>Cheese</b>", body="With <i>holes</i> in it.")

    page = client.get("/search", {"q": "holes"}).content.decode()

    assert "&lt;b&gt;Cheese&lt;/b&gt;" in page
    assert "With &lt;i&gt;<mark>holes</mark>&lt;/i&gt; in it." in page
    assert "/search/feed.atom?q=holes" in page
    assert "author:ann" in client.get("/search").content.decode()
    assert "No post that you may read" in client.get("/search?q=nowhere").content.decode()
    assert "Add a word, or an author" in client.get("/search?q=in:tarn").content.decode()
    for query in ('"', "<script>", "\x00", "-", "author:", "before:x", "(" * 900, "a:b OR c*", "日"):
        assert client.get("/search", {"q": query}).status_code == 200
        assert client.get("/g/tarn/topics", {"q": query, "page": "9"}).status_code == 200
