import pytest

from folkmoot.conversations.models import Subscription, Topic
from folkmoot.conversations.operations import follow, follow_no_longer
from folkmoot.conversations.unread import as_read_by, is_unread, reading
from folkmoot.kit.errors import NotAllowed
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann))


def seen_by(person, topic):
    return as_read_by(Topic.objects.filter(pk=topic.pk), person.pk).get()


def test_a_member_chooses_how_much_they_want_and_changes_their_mind(topic, ann):
    follow(topic, person=ann, level="muted", via="web")
    follow(topic, person=ann, level="mentions", via="web")

    assert list(ann.subscriptions.values_list("topic", "channel", "level")) == [(topic.pk, None, "mentions")]
    events = Event.objects.filter(kind="topic.followed", subject_id=topic.pk, actor_id=ann.pk)
    assert [one.data["level"] for one in events.order_by("pk")] == ["muted", "mentions"]


def test_the_topics_level_goes_before_its_channels(topic, ann):
    follow(topic.channel, person=ann, level="muted", via="web")
    assert not is_unread(seen_by(ann, topic))

    follow(topic, person=ann, level="everything", via="web")

    assert is_unread(seen_by(ann, topic))
    assert reading(seen_by(ann, topic)).level == "everything"


def test_without_a_level_of_its_own_the_channels_counts_again(topic, ann):
    follow(topic.channel, person=ann, level="muted", via="web")
    follow(topic, person=ann, level="everything", via="web")

    follow_no_longer(topic, person=ann, via="web")

    assert reading(seen_by(ann, topic)).level == "muted"
    assert Event.objects.filter(kind="topic.followed").latest("pk").data["level"] == ""
    follow_no_longer(topic.channel, person=ann, via="web")
    assert reading(seen_by(ann, topic)).level == "everything"


def test_only_members_follow(topic):
    eve = make.person("Eve")

    for what in (topic, topic.channel):
        with pytest.raises(NotAllowed):
            follow(what, person=eve, level="everything", via="web")
        with pytest.raises(NotAllowed):
            follow_no_longer(what, person=eve, via="web")

    assert not Subscription.objects.exists()
    assert not Event.objects.filter(kind__endswith=".followed").exists()


def test_a_level_that_there_is_not_changes_nothing(topic, ann):
    with pytest.raises(ValueError, match="loud"):
        follow(topic, person=ann, level="loud", via="web")

    assert not Subscription.objects.exists()
