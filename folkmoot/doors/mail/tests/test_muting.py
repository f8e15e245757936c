"""The last line of each copy: one signed link that mutes one conversation for one reader."""

import re
from email import message_from_bytes, policy

import pytest

from folkmoot.conversations.models import Subscription
from folkmoot.doors.mail import tokens
from folkmoot.doors.mail.operations import mute
from folkmoot.doors.mail.tests.at_the_door import gone_out, text
from folkmoot.groups.operations import leave
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann, make.person("Bob")), title="Backups", body="Hello.\n\n.dots stay dots")


def links(copy):
    letter = message_from_bytes(text(copy), policy=policy.default)
    bodies = [letter.get_body((kind,)).get_content() for kind in ("plain", "html")]
    return [re.findall(r"http://localhost:8000(/mail/mute/[^\s\"]+)", body) for body in bodies]


def test_each_copy_has_a_link_of_its_readers_own(topic):
    copies = gone_out()

    found = {copy.recipient: links(copy) for copy in copies}

    assert all(plain == html and len(plain) == 1 for plain, html in found.values())
    assert found["ann@example.org"] != found["bob@example.org"]
    bodies = [text(copy).partition(b"\r\n\r\n")[2] for copy in copies]
    assert all(len(line) <= 78 for body in bodies for line in body.splitlines())


def test_the_link_mutes_after_a_question_and_takes_it_back(client, topic, ann):
    [copy] = [one for one in gone_out() if one.recipient == "ann@example.org"]
    link = links(copy)[0][0]

    page = client.get(link).content.decode()
    assert "Backups" in page
    assert not Subscription.objects.exists()

    assert "is muted" in client.post(link).content.decode()
    assert [(one.person, one.topic, one.level) for one in Subscription.objects.all()] == [(ann, topic, "muted")]

    client.post(f"{link}/remove")
    assert not Subscription.objects.exists()


def test_a_link_that_is_not_ours_says_so_and_mutes_nothing(client, topic, ann):
    member = topic.channel.group.memberships.get(person=ann)
    good = tokens.mute_token(member.pk, topic.pk)
    leave_token = tokens.leave_token(member.pk)

    for token in (good[:-1] + "0", leave_token, "x", tokens.mute_token(member.pk, 10**9)):
        assert client.get(f"/mail/mute/{token}").status_code == 404
        with pytest.raises(Refused):
            mute(token)

    assert not Subscription.objects.exists()
    assert not Event.objects.filter(kind="topic.followed").exists()


def test_the_link_of_who_has_left_does_nothing(client, topic, ann):
    member = topic.channel.group.memberships.get(person=ann)
    leave(member, via="web")

    assert client.get(f"/mail/mute/{tokens.mute_token(member.pk, topic.pk)}").status_code == 404
