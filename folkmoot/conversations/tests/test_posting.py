import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Channel, Post, Reference, Topic
from folkmoot.conversations.operations import Letterhead, main_channel, reply, start_topic
from folkmoot.groups.models import Group
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import search
from tests import make


def test_a_conversation_starts_with_its_first_post_and_is_found():
    ann = make.person("Ann")
    group = make.group(ann)

    topic = start_topic(main_channel(group), author=ann, title=" Back\nups ", body="*How?*", via="web")

    post = topic.posts.get()
    topic.refresh_from_db()
    assert (topic.title, topic.post_count, topic.last_via) == ("Back ups", 1, "web")
    assert "<em>How?</em>" in post.html
    assert search.find("how", scopes=[topic.channel_id]) == [post.pk]
    assert [(one.kind, one.subject_id, one.via) for one in Event.objects.filter(kind="post.added")] == [
        ("post.added", post.pk, "web")
    ]


def test_a_reply_is_kept_with_its_door():
    ann, bob = make.person("Ann"), make.person("Bob")
    topic = make.topic(make.group(ann, bob), author=ann)

    post = reply(topic, author=bob, body="Me too", via="mail", letterhead=Letterhead("<b@x>", references=("<a@x>",)))

    topic.refresh_from_db()
    assert (topic.post_count, topic.last_via, post.message_id) == (2, "mail", "<b@x>")
    assert {row.message_id for row in Reference.objects.filter(topic=topic)} >= {"<a@x>", "<b@x>"}


def test_a_stranger_can_not_write_and_leaves_no_trace():
    eve = make.person("Eve")
    topic = make.topic(make.group())

    with pytest.raises(NotAllowed):
        reply(topic, author=eve, body="Hi", via="web")
    with pytest.raises(NotAllowed):
        start_topic(topic.channel, author=eve, title="Hi", body="Hi", via="web")

    assert (Topic.objects.count(), Post.objects.count()) == (1, 1)
    assert Event.objects.filter(kind="post.added").count() == 1


def test_nobody_writes_in_a_locked_conversation():
    ann = make.person("Ann")
    topic = make.topic(make.group(ann))
    Topic.objects.filter(pk=topic.pk).update(locked_at=now())
    with pytest.raises(NotAllowed):
        reply(topic, author=ann, body="Hi", via="web")


@pytest.mark.parametrize("body", ["", "  \n ", "\x00", "x" * 200_001])
def test_a_post_that_says_nothing_or_too_much_is_refused(body):
    topic = make.topic(make.group())
    with pytest.raises(Refused):
        make.post(topic, body=body)
    assert topic.posts.count() == 1


def test_a_moderator_vouches_for_one_who_may_not_write_and_a_member_can_not():
    ann, kim = make.person("Ann"), make.person("Kim")
    topic = make.topic(make.group(ann))
    olga = topic.posts.get().author

    with pytest.raises(NotAllowed):
        reply(topic, author=kim, body="Hi", via="mail", vouched_by=ann)
    reply(topic, author=kim, body="Hi", via="mail", vouched_by=olga)

    assert topic.posts.count() == 2


@pytest.mark.parametrize("visibility", ["public", "listed", "hidden"])
def test_who_may_read(visibility):
    ann, eve = make.person("Ann"), make.person("Eve")
    topic = make.topic(make.group(ann, visibility=visibility))
    public = visibility == "public"

    for reader, reads in ((ann, True), (eve, public), (None, public)):
        for those in (Topic.objects.visible_to(reader), Topic.objects.readable_by(reader)):
            assert those.filter(pk=topic.pk).exists() is reads
        assert Post.objects.visible_to(reader).filter(topic=topic).exists() is reads
        assert Channel.objects.visible_to(reader).exists() is reads


def test_the_main_channel_is_one_however_often_asked_for():
    group = make.group()
    assert main_channel(group) == main_channel(Group.objects.get())


def test_a_double_click_makes_one_post_and_another_text_makes_another():
    ann, bob = make.person("Ann"), make.person("Bob")
    topic = make.topic(make.group(ann, bob))

    first, again = (reply(topic, author=ann, body="Me too", via="web", once="k1") for _click in range(2))
    reply(topic, author=ann, body="Me too, I say", via="web", once="k1")
    reply(topic, author=bob, body="Me too", via="web", once="k1")
    reply(topic, author=ann, body="Me too", via="web", once="k2")

    assert first == again
    topic.refresh_from_db()
    assert topic.post_count == topic.posts.count() == 5
    assert Event.objects.filter(kind="post.added").count() == 5


def test_a_double_click_starts_one_conversation():
    ann = make.person("Ann")
    channel = main_channel(make.group(ann))

    first, again = (
        start_topic(channel, author=ann, title="Hi", body="Hi", via="web", once="k1") for _click in range(2)
    )

    assert first == again
    assert Topic.objects.count() == Post.objects.count() == 1


def test_whom_a_post_names_is_noted_and_linked_if_they_may_read_it():
    ann, bob, eve = make.person("Ann"), make.person("Bob"), make.person("Eve")
    topic = make.topic(make.group(ann, bob, visibility="hidden"))

    post = reply(topic, author=ann, body="@bob @eve @nobody\n\n> @ann", via="mail")

    assert [one.person for one in post.mentions.all()] == [bob]
    assert f'href="{bob.get_absolute_url()}"' in post.html
    assert eve.get_absolute_url() not in post.html


def test_a_reply_asks_the_database_little(django_assert_max_num_queries):
    ann = make.person("Ann")
    topic = make.topic(make.group(ann))
    reply(topic, author=ann, body="Once, to know who may.", via="web")
    topic = Topic.objects.select_related("channel__group").get()

    # begin and commit; the topic, who may, how its author stands, the post, its id, the topic again, search,
    # how far its author has read, the draft, the event, and where the database can, the wake-up
    with django_assert_max_num_queries(14):
        reply(topic, author=ann, body="Twice.", via="web", once="k")
