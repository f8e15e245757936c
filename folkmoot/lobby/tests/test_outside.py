import json
import re
from xml.etree import ElementTree

import pytest

from folkmoot.conversations.models import Post, Topic
from folkmoot.lobby import outside
from tests import make

SITE = "http://localhost:8000"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann, purpose="For people who run Tarn.")


def text(response):
    return response.content.decode()


def locations(response):
    return [
        one.text.removeprefix(SITE)
        for one in ElementTree.fromstring(response.content).iter()
        if one.tag.endswith("loc")
    ]


def data(page):
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert len(found) == 1
    return json.loads(found[0])


def head(page):
    canonical = re.search(r'<link rel="canonical" href="([^"]*)">', page)
    robots = re.search(r'<meta name="robots" content="(\w+)">', page)
    return (canonical and canonical[1].removeprefix(SITE), robots[1])


# The site map


def test_the_site_map_lists_what_anyone_may_read(client, tarn):
    topic = make.topic(tarn, title="Open")
    for visibility in ("listed", "hidden"):
        make.topic(make.group(slug=visibility, visibility=visibility))

    assert locations(client.get("/sitemap.xml")) == ["/sitemap/tarn/1.xml"]
    assert locations(client.get("/sitemap/tarn/1.xml")) == ["/g/tarn", "/g/tarn/topics", topic.get_absolute_url()]
    for part in ("listed/1", "hidden/1", "nowhere/1", "tarn/0", "tarn/2"):
        assert client.get(f"/sitemap/{part}.xml").status_code == 404
    assert f"Sitemap: {SITE}/sitemap.xml" in text(client.get("/robots.txt"))


def test_a_large_group_has_several_parts(client, tarn, monkeypatch):
    monkeypatch.setattr(outside, "A_PART", 2)
    topics = [make.topic(tarn, title=f"Topic {number}") for number in range(3)]

    assert locations(client.get("/sitemap.xml")) == ["/sitemap/tarn/1.xml", "/sitemap/tarn/2.xml"]
    assert locations(client.get("/sitemap/tarn/2.xml")) == [topics[2].get_absolute_url()]


@pytest.mark.parametrize("number", [1, 3])
def test_a_site_map_asks_the_same_number_of_questions_for_any_length(client, tarn, django_assert_num_queries, number):
    for count in range(number):
        make.topic(tarn)
        make.topic(make.group(slug=f"group-{count}"))

    with django_assert_num_queries(1):
        client.get("/sitemap.xml")
    with django_assert_num_queries(2):
        client.get("/sitemap/tarn/1.xml")


# Heads of pages


def test_pages_that_anyone_may_read_say_their_one_address_and_others_are_not_listed(client, tarn, ann):
    topic = make.topic(tarn)
    Topic.objects.filter(pk=topic.pk).update(post_count=120)
    url = topic.get_absolute_url()
    make.group(slug="listed", visibility="listed")

    for address in ("/", "/groups", "/g/tarn", "/g/listed", "/g/tarn/topics", url, f"{url}?page=2"):
        assert head(text(client.get(address))) == (address, "index"), address
    assert head(text(client.get(f"{url}?page=1&utm_source=x"))) == (url, "index")
    for address in (
        "/search?q=x",
        "/groups?q=x",
        "/g/tarn/topics?q=x",
        "/g/listed/topics",
        "/people/ann",
        "/account/login/",
    ):
        assert head(text(client.get(address))) == (None, "noindex"), address


def test_a_page_of_members_is_not_listed(client, ann):
    topic = make.topic(make.group(ann, slug="inside", visibility="hidden"))
    client.force_login(ann)

    for address in ("/g/inside", "/g/inside/topics", topic.get_absolute_url()):
        assert head(text(client.get(address))) == (None, "noindex")


def test_a_conversation_says_what_it_is(client, tarn, ann):
    topic = make.topic(tarn, author=ann, title="Why </script><b>?", body="It **lags** & stops.")
    make.post(topic, body="Me too.")

    page = text(client.get(topic.get_absolute_url()))
    said = data(page)

    assert said["@type"] == "DiscussionForumPosting"
    assert said["headline"] == "Why </script><b>?"
    assert said["text"] == "It lags & stops."
    assert said["author"] == {"@type": "Person", "name": "Ann", "url": f"{SITE}/people/ann"}
    assert said["comment"][0]["text"] == "Me too."
    assert {"datePublished", "url", "@context"} <= said.keys()
    assert {"author", "datePublished", "text"} <= said["comment"][0].keys()
    assert '<meta name="description" content="It lags &amp; stops.">' in page
    assert 'type="application/atom+xml" href="/topics/' in page


def test_an_answered_conversation_is_a_question_with_its_answer(client, tarn, ann):
    topic = make.topic(tarn, author=ann, title="Why?", body="It lags.")
    answer = make.post(topic, body="Restart it.")
    make.post(topic, body="Thanks.")
    Topic.objects.filter(pk=topic.pk).update(answer=answer)

    said = data(text(client.get(topic.get_absolute_url())))

    question = said["mainEntity"]
    assert said["@type"] == "QAPage"
    assert (question["@type"], question["name"], question["text"]) == ("Question", "Why?", "It lags.")
    assert question["answerCount"] == 2
    assert question["acceptedAnswer"]["text"] == "Restart it."
    assert question["acceptedAnswer"]["url"] == f"{SITE}/posts/{answer.pk}"
    assert [one["text"] for one in question["suggestedAnswer"]] == ["Thanks."]
    assert {"author", "datePublished", "text"} <= question["acceptedAnswer"].keys() & question.keys()


def test_what_was_said_without_a_name_or_removed_is_not_told(client, tarn, ann):
    topic = make.topic(tarn, author=ann)
    gone = make.post(topic, body="Gone for good.")
    Post.objects.filter(pk=topic.posts.order_by("pk")[0].pk).update(is_anonymous=True)
    Post.objects.filter(pk=gone.pk).update(removed_at=gone.posted_at)

    said = data(text(client.get(topic.get_absolute_url())))

    assert said["author"] == {"@type": "Person", "name": "A member"}
    assert said["comment"] == []


@pytest.mark.parametrize(
    "address", ["/", "/groups", "/g/tarn", "/g/tarn/topics", "topic", "/search?q=x", "/people/ann"]
)
def test_whoever_only_reads_gets_no_cookie_and_no_token(client, tarn, ann, address):
    topic = make.topic(tarn, author=ann)

    response = client.get(topic.get_absolute_url() if address == "topic" else address)

    assert response.status_code == 200
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in text(response)
    assert "Cookie" in response.headers["Vary"]
