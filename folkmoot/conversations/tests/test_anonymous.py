"""Who speaks without a name is named nowhere, to nobody but themselves."""

import mailbox
from pathlib import Path

import pytest

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Channel, Topic
from folkmoot.conversations.operations import accept_answer, lock, main_channel, reply, retitle, start_topic
from folkmoot.doors.mail.archives.taking import take_out
from folkmoot.doors.mail.tests.at_the_door import gone_out
from folkmoot.doors.mail.tests.at_the_door import text as letter
from folkmoot.kit.errors import Refused
from tests import make

NAME, HANDLE = "Quincy Zephyrine", "quincy-zephyrine"
PICTURE = "5eed" * 16  # the address of their face


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def shy():
    person = make.person(NAME)
    assert person.handle == HANDLE
    Person.objects.filter(pk=person.pk).update(picture=PICTURE)
    return person


@pytest.fixture
def tarn(olga, shy):
    group = make.group(shy, make.person("Bob"), owner=olga)
    main_channel(group)
    Channel.objects.update(allows_anonymous=True)
    return group


@pytest.fixture
def topic(tarn, shy):
    said = {"author": shy, "body": "May I ask?", "via": "web", "is_anonymous": True}
    topic = start_topic(main_channel(tarn), title="A question", **said)
    bob = tarn.memberships.get(person__name="Bob").person
    answer = reply(topic, author=bob, body="Of course.", via="web", answers=topic.posts.get())
    reply(topic, answers=answer, **said)
    return topic


def traces(page, shy):
    """What in a page would tell who it was."""
    own = f'data-author="{shy.pk}"'
    return [
        trace for trace in (NAME, "Quincy", "Zephyrine", f"/people/{HANDLE}", HANDLE, PICTURE, own) if trace in page
    ]


@pytest.mark.parametrize("who", ["nobody", "Olga", "Bob"])
@pytest.mark.parametrize("where", ["topic", "board", "front", "found", "search", "author", "people", "inbox", "home"])
def test_no_page_tells_who_it_was(client, topic, shy, olga, who, where):
    addresses = {
        "topic": topic.get_absolute_url(),
        "board": "/g/tarn/topics",
        "front": "/g/tarn",
        "found": "/g/tarn/topics?q=may+ask",
        "search": "/search?q=question",
        "author": "/search?q=author:zeph",
        "people": f"/people/{HANDLE}",
        "inbox": "/inbox",
        "home": "/",
    }
    if who != "nobody":
        client.force_login(olga if who == "Olga" else topic.posts.in_order()[1].author)

    answer = client.get(addresses[where], follow=True)

    page = text(answer)
    assert answer.status_code == 200 or (where, who) in {("people", "nobody"), ("inbox", who)}
    if where == "author":
        assert "May I ask?" not in page
    elif where == "people":
        assert "A question" not in page
    else:
        assert traces(page, shy) == []
    if where == "topic":
        assert page.count("A member") >= 3  # both posts, the reply to the first, and who takes part


def test_its_author_sees_it_on_their_own_page_only(client, topic, shy):
    client.force_login(shy)

    mine = text(client.get(f"/people/{HANDLE}"))

    assert "A question" in mine
    assert "only you see that it was you" in mine


def test_no_page_of_those_who_run_the_group_tells_it(client, topic, shy, olga):
    client.force_login(olga)
    actions = text(client.get(f"/topics/{topic.pk}/actions"))
    assert traces(actions, shy) == []
    assert "A member" in actions


def test_no_letter_tells_it(topic):
    copies = [letter(one) for one in gone_out()]

    theirs = [one for one in copies if b"A member via" in one]
    assert len(copies) == 6  # three posts to two of three each
    assert len(theirs) == 4
    for one in theirs:
        assert b"quincy" not in one.lower()
        assert b"zephyrine" not in one.lower()


def test_what_is_taken_out_does_not_tell_it(topic, tarn, tmp_path):
    take_out(tarn, tmp_path / "tarn.mbox", watch=lambda count: None)

    raw = Path(tmp_path / "tarn.mbox").read_bytes().lower()
    assert len(mailbox.mbox(str(tmp_path / "tarn.mbox"))) == 3
    assert b"quincy" not in raw
    assert b"zephyrine" not in raw


def test_who_began_it_without_a_name_tends_it_without_one(client, topic, shy, olga):
    answer = topic.posts.in_order()[1]
    client.force_login(shy)
    assert f'href="/topics/{topic.pk}/actions"' in text(client.get(topic.get_absolute_url()))
    client.post(f"/topics/{topic.pk}/answer", {"post": answer.pk})
    client.post(f"/topics/{topic.pk}/title", {"title": "Another question"})
    client.force_login(olga)

    page = text(client.get(Topic.objects.get().get_absolute_url()))

    assert traces(page, shy) == []
    assert "Accepted answer" in page
    assert "A member</bdi></b> changed the title" in page
    assert Topic.objects.get().answered_by is None


def test_a_moderator_acts_with_their_name_also_where_they_spoke_without(tarn, olga):
    topic = start_topic(main_channel(tarn), author=olga, title="Mine", body="Hm.", via="web", is_anonymous=True)

    lock(topic, by=olga, via="web")

    assert topic.happenings.get().by == olga


def test_a_channel_where_people_have_names_takes_nothing_without(tarn, shy):
    topic = make.topic(tarn, author=shy)
    Channel.objects.update(allows_anonymous=False)

    with pytest.raises(Refused):
        reply(topic, author=shy, body="Psst.", via="web", is_anonymous=True)
    with pytest.raises(Refused):
        start_topic(topic.channel, author=shy, title="Psst", body="Psst.", via="web", is_anonymous=True)

    assert (topic.posts.count(), Topic.objects.count()) == (1, 1)


def test_the_boxes_offer_it_and_keep_the_promise(client, tarn, shy):
    topic = make.topic(tarn)
    client.force_login(shy)
    for address in (topic.get_absolute_url(), "/g/tarn/topics/new"):
        assert "also those who run the group" in text(client.get(address))

    client.post(f"/topics/{topic.pk}/replies", {"body": "Psst.", "is_anonymous": "on"})
    client.post("/g/tarn/topics/new", {"title": "Psst", "body": "Psst.", "is_anonymous": "on"})

    assert [post.is_anonymous for post in topic.posts.in_order()] == [False, True]
    assert Topic.objects.get(title="Psst").posts.get().is_anonymous


def test_the_boxes_offer_nothing_where_people_have_names(client, tarn, shy):
    topic = make.topic(tarn)
    Channel.objects.update(allows_anonymous=False, allows_scheduled=False)
    client.force_login(shy)
    for address in (topic.get_absolute_url(), "/g/tarn/topics/new"):
        page = text(client.get(address))
        assert "also those who run the group" not in page
        assert "Send later" not in page

    assert client.post(f"/topics/{topic.pk}/replies", {"body": "Psst.", "is_anonymous": "on"}).status_code == 422
    assert topic.posts.count() == 1


def test_the_words_for_who_spoke_last_and_who_answered_are_the_same(client, topic, shy, olga):
    accept_answer(topic.posts.in_order().last(), by=olga, via="web")
    retitle(topic, title="Asked", by=olga, via="web")

    board = text(client.get("/g/tarn/topics"))

    assert "Answered</span> by <bdi>A member</bdi>" in board
    assert "last by <bdi>A member</bdi>" in board
