from xml.etree import ElementTree

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Post
from folkmoot.doors.feeds.atom import Feed
from folkmoot.doors.feeds.operations import make_key, remove_key
from folkmoot.groups.operations import leave, rename
from tests import make

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann)


@pytest.fixture
def inside(ann):
    return make.group(ann, slug="inside", visibility="hidden")


def titles(response):
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return [one.text for one in ElementTree.fromstring(response.content).iterfind(f"{ATOM}entry/{ATOM}title")]


def test_a_group_has_a_feed_of_what_is_said_in_it_newest_first(client, tarn, inside):
    make.topic(tarn, title="First")
    make.topic(tarn, title="Second")
    make.topic(inside, title="Elsewhere")

    assert titles(client.get("/g/tarn/feed.atom")) == ["Second", "First"]


def test_a_channel_a_topic_and_a_search_have_feeds(client, tarn):
    topic = make.topic(tarn, title="Cheese")
    make.post(topic, body="With holes.")
    other = make.topic(tarn, title="Bread")
    there = Channel.objects.create(group=tarn, slug="there")
    Post.objects.filter(topic=other).update(channel=there)

    assert titles(client.get("/g/tarn/channels/there/feed.atom")) == ["Bread"]
    assert titles(client.get(f"/topics/{topic.pk}/feed.atom")) == ["Cheese", "Cheese"]
    assert titles(client.get("/search/feed.atom?q=holes")) == ["Cheese"]
    assert titles(client.get("/search/feed.atom")) == []


def test_an_entry_says_who_said_what_and_where_it_is(client, tarn, ann):
    post = make.topic(tarn, author=ann, title="A <b> & c", body="See [this](/groups) & <that>.").posts.get()

    [entry] = ElementTree.fromstring(client.get("/g/tarn/feed.atom").content).iterfind(f"{ATOM}entry")

    said = {one.tag.removeprefix(ATOM): one for one in entry}
    assert said["title"].text == "A <b> & c"
    assert said["author"][0].text == "Ann"
    assert said["id"].text == f"tag:localhost,{post.posted_at:%Y-%m-%d}:posts/{post.pk}"
    assert said["link"].attrib["href"].endswith(f"/posts/{post.pk}")
    assert '<a href="http://localhost:8000/groups"' in said["content"].text
    assert "ann@example.org" not in client.get("/g/tarn/feed.atom").content.decode()


def test_who_said_it_without_a_name_stays_without_and_what_was_removed_is_not_there(client, tarn, ann):
    named, removed = (make.topic(tarn, author=ann, title=title).posts.get() for title in ("Named", "Removed"))
    Post.objects.filter(pk=named.pk).update(is_anonymous=True)
    Post.objects.filter(pk=removed.pk).update(removed_at=timezone.now())

    feed = client.get("/g/tarn/feed.atom").content.decode()

    assert "A member" in feed
    assert "Ann" not in feed
    assert "Removed" not in feed


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text())
def test_whatever_people_wrote_the_feed_is_xml(text):
    person = Person(name=text)
    post = Post(pk=1, title=text, html=text, author=person, posted_at=timezone.now())

    ElementTree.fromstring(Feed(text, "/x", "/y", timezone.now(), [post]).xml())


def test_nothing_is_sent_again_until_something_is_said(client, tarn):
    topic = make.topic(tarn)
    first = client.get("/g/tarn/feed.atom")

    assert client.get("/g/tarn/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get("/g/tarn/feed.atom", headers=since).status_code == 304

    make.post(topic)
    assert client.get("/g/tarn/feed.atom", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("address", ["/g/inside/feed.atom", "/topics/{}/feed.atom", "/g/inside/channels/x/feed.atom"])
def test_a_group_of_members_has_no_feed_for_others(client, inside, ann, address):
    topic = make.topic(inside, title="Secret")
    Channel.objects.filter(group=inside).update(slug="x")
    address = address.format(topic.pk)
    key = make_key(ann).key

    assert client.get(address).status_code == 404
    assert client.get(f"{address}?key=wrong").status_code == client.get(f"{address}?key=").status_code == 404
    assert titles(client.get(f"{address}?key={key}")) == ["Secret"]
    assert client.get(f"{address}?key={make_key(make.person('Eve')).key}").status_code == 404


def test_the_old_address_of_a_group_leads_its_feeds_to_the_new_one(client, tarn, inside, ann):
    for group in (tarn, inside):
        make.topic(group)
        Channel.objects.filter(group=group).update(slug="x")
        rename(group, slug=f"new-{group.slug}", by=Person.objects.at("olga@example.org"), via="test")
    key = make_key(ann).key

    for rest in ("feed.atom", "channels/x/feed.atom"):
        answer = client.get(f"/g/tarn/{rest}")
        assert (answer.status_code, answer.headers["Location"]) == (301, f"/g/new-tarn/{rest}")
        assert client.get(f"/g/inside/{rest}").status_code == 404
        to = client.get(f"/g/inside/{rest}?key={key}")
        assert (to.status_code, to.headers["Location"]) == (301, f"/g/new-inside/{rest}?key={key}")
        assert client.get(to.headers["Location"]).status_code == 200


def test_a_key_is_worth_what_its_person_may_do_now(client, inside, ann):
    make.topic(inside, title="Secret")
    key = make_key(ann).key
    address = f"/g/inside/feed.atom?key={key}"

    answer = client.get(address)
    assert titles(answer) == ["Secret"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Folkmoot-Keep" not in answer.headers
    assert titles(client.get(f"/search/feed.atom?q=secret&key={key}")) == ["Secret"]

    leave(ann.memberships.get(), via="test")
    assert client.get(address).status_code == 404


def test_a_key_that_was_stopped_or_made_anew_is_worth_nothing(client, inside, ann):
    make.topic(inside)
    old, new = make_key(ann).key, make_key(ann).key

    assert client.get(f"/g/inside/feed.atom?key={old}").status_code == 404
    assert client.get(f"/g/inside/feed.atom?key={new}").status_code == 200
    remove_key(ann)
    assert client.get(f"/g/inside/feed.atom?key={new}").status_code == 404


def test_a_key_of_somebody_locked_out_is_worth_nothing(client, tarn, ann):
    make.topic(tarn)
    key = make_key(ann).key
    Person.objects.filter(pk=ann.pk).update(is_active=False)

    assert client.get(f"/g/tarn/feed.atom?key={key}").status_code == 404


def test_the_page_makes_shows_and_stops_the_address(client, inside, ann):
    client.force_login(ann)
    assert "No secret address yet" in client.get("/settings/feeds").content.decode()

    client.post("/settings/feeds/key")
    key = ann.feed_key.key
    assert f"/g/inside/feed.atom?key={key}" in client.get("/settings/feeds").content.decode()

    client.post("/settings/feeds/key/remove")
    assert key not in client.get("/settings/feeds").content.decode()


def test_a_stranger_has_no_page_of_feeds(client):
    assert client.get("/settings/feeds").status_code == client.post("/settings/feeds/key").status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_a_feed_asks_the_same_number_of_questions_for_any_length(client, tarn, django_assert_num_queries, number):
    for _count in range(number):
        make.topic(tarn)

    with django_assert_num_queries(2):
        client.get("/g/tarn/feed.atom")
