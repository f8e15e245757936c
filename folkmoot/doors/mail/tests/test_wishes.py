"""Who wants other mail than their membership says, of a channel or of one conversation."""

import pytest

from folkmoot.accounts.models import Address
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.models import Mention
from folkmoot.conversations.operations import follow
from folkmoot.doors.mail import mailings, transport
from folkmoot.doors.mail.models import DeferredCopy
from folkmoot.doors.mail.tests.at_the_door import Taken, gone_out
from folkmoot.outbox.relay import drain
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def cleo():
    return make.person("Cleo")


@pytest.fixture
def topic(ann, cleo):
    group = make.group(ann, make.person("Bob"))
    make.join(group, cleo, mail="none")
    made = make.topic(group)
    gone_out()
    return made


def recipients():
    return {copy.recipient.partition("@")[0] for copy in gone_out()}


def test_who_muted_a_conversation_gets_no_mail_of_it(topic, ann):
    follow(topic, person=ann, level="muted", via="web")

    make.post(topic)

    assert recipients() == {"bob"}


def test_who_muted_a_channel_gets_the_conversations_they_want(topic, ann):
    follow(topic.channel, person=ann, level="muted", via="web")
    make.post(topic)
    assert recipients() == {"bob"}

    follow(topic, person=ann, level="everything", via="web")
    make.post(topic)

    assert recipients() == {"ann", "bob"}


@pytest.mark.parametrize(("is_named", "expected"), [(False, {"bob"}), (True, {"ann", "bob"})])
def test_who_wants_what_names_them_gets_that_alone(topic, ann, is_named, expected):
    follow(topic, person=ann, level="mentions", via="web")

    post = make.post(topic)
    if is_named:
        Mention.objects.create(post=post, person=ann)

    assert recipients() == expected


def test_a_reader_on_the_web_follows_one_conversation_by_mail(topic, cleo):
    other = make.topic(topic.channel.group)
    gone_out()
    follow(topic, person=cleo, level="everything", via="web")

    make.post(topic)
    of_this = recipients()
    make.post(other)

    assert of_this == {"ann", "bob", "cleo"}
    assert recipients() == {"ann", "bob"}


def test_following_by_mail_needs_a_proven_address(topic, cleo):
    Address.objects.filter(user=cleo).update(verified=False)
    follow(topic, person=cleo, level="everything", via="web")

    make.post(topic)

    assert recipients() == {"ann", "bob"}


def test_a_channels_everything_is_no_mail_to_who_reads_on_the_web(topic, cleo):
    follow(topic.channel, person=cleo, level="everything", via="web")

    make.post(topic)

    assert recipients() == {"ann", "bob"}


def test_a_copy_that_waits_is_given_up_when_its_reader_has_muted_the_conversation(topic, ann):
    make.post(topic)
    drain(SUBSCRIBERS)
    mailings.work_off(Unreachable())
    follow(topic, person=ann, level="muted", via="web")
    DeferredCopy.objects.update(due_at="2026-01-01T00:00Z")
    way_out = Taken()

    mailings.try_deferred(way_out)

    assert {copy.recipient for copy in way_out.copies} == {"bob@example.org"}
    assert DeferredCopy.objects.get(membership__person=ann).error == "no longer wanted"


@pytest.mark.parametrize("members", [1, 3])
def test_wishes_are_asked_once_however_many_members_there_are(topic, django_assert_max_num_queries, members):
    for number in range(members):
        one = make.person(f"M{number}")
        make.join(topic.channel.group, one)
        follow(topic, person=one, level="muted", via="web")
    make.post(topic)
    drain(SUBSCRIBERS)

    with django_assert_max_num_queries(QUERIES):
        mailings.work_off(Taken())


QUERIES = 17  # two of them where a lane is a lock of the database


class Unreachable(Taken):
    """A mail server that is away."""

    def send(self, copies):
        return [transport.Answer(transport.DEFERRED, "away")] * len(copies)
