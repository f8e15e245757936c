"""A group that administrators have closed takes nothing new, by whatever door it comes and whoever asks."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Channel, Post, ScheduledPost, Topic
from folkmoot.conversations.operations import (
    accept_answer,
    begin_archive,
    edit,
    hold_post,
    lock,
    main_channel,
    make_channel,
    merge,
    merge_groups,
    move,
    pin,
    release,
    reply,
    retitle,
    schedule,
    split,
    split_group,
    start_topic,
)
from folkmoot.doors.mail.operations import accept as let_through
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.groups.models import Group, Membership
from folkmoot.groups.operations import (
    accept,
    add_member,
    close_group,
    import_members,
    invite,
    join,
    make_link,
    remove_member,
    reopen_group,
    restore_member,
)
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann, olga):
    return make.group(ann, make.person("Bob"), owner=olga)


def written():
    """All that somebody reads or that says who is where."""
    return (
        list(Post.objects.order_by("pk").values("body", "topic", "channel", "removed_at")),
        list(Topic.objects.order_by("pk").values("title", "channel", "answer", "pinned_at", "locked_at")),
        list(Channel.objects.order_by("pk").values("group", "slug")),
        list(ScheduledPost.objects.order_by("pk").values("body", "done_at")),
        list(Membership.objects.order_by("pk").values("group", "person", "left_at")),
        list(Group.objects.order_by("pk").values("parent", "merged_into")),
        Event.objects.count(),
    )


def is_refused(act):
    try:
        act()
    except Refused:
        return True
    return False


def test_a_closed_group_takes_nothing_by_any_door(tarn, ann, olga):
    bob = Membership.objects.get(group=tarn, person__name="Bob")
    topic, other = make.topic(tarn, author=olga, title="Backups"), make.topic(tarn, author=ann, title="Lunch")
    post = make.post(topic, author=ann)
    ops, loom = make_channel(tarn, slug="ops", by=olga, via="test"), make.group(owner=olga, slug="loom")
    elsewhere = make.topic(loom, author=olga)
    waiting = hold_post(topic.channel, topic=topic, author=ann, body="Wait.", via="web")
    letter = send(sender="kim@example.net").held
    invitation = invite(tarn, address="zoe@example.org", by=olga, via="test")
    remove_member(bob, by=olga, via="web")
    eve, zoe = make.person("Eve"), make.person("Zoe")
    late = {"due_at": now() + timedelta(days=1), "via": "web"}

    close_group(tarn, reason="Over.", by=OPERATOR, via="test")
    tarn.refresh_from_db()
    acts = {
        "reply": lambda: reply(topic, author=ann, body="More.", via="web"),
        "start": lambda: start_topic(topic.channel, author=olga, title="New", body="New.", via="api"),
        "vouched for": lambda: reply(topic, author=ann, body="More.", via="mail", vouched_by=olga),
        "schedule a reply": lambda: schedule(topic.channel, topic=topic, author=ann, body="Later.", **late),
        "schedule": lambda: schedule(topic.channel, author=ann, title="Later", body="Later.", **late),
        "hold": lambda: hold_post(topic.channel, topic=topic, author=ann, body="Look.", via="web"),
        "release": lambda: release(waiting, by=olga, via="web"),
        "let a letter through": lambda: let_through(letter, by=olga),
        "edit one's own": lambda: edit(post, by=ann, body="Else.", via="web"),
        "edit as a moderator": lambda: edit(post, by=olga, body="Else.", via="web"),
        "rename": lambda: retitle(topic, title="Else", by=olga, via="web"),
        "answer": lambda: accept_answer(post, by=olga, via="web"),
        "pin": lambda: pin(topic, by=olga, via="web"),
        "lock": lambda: lock(topic, by=olga, via="web"),
        "move within": lambda: move(topic, to=ops, by=olga, via="web"),
        "move here": lambda: move(elsewhere, to=ops, by=OPERATOR, via="cli"),
        "move away": lambda: move(topic, to=main_channel(loom), by=olga, via="web"),
        "merge": lambda: merge(elsewhere, into=other, by=olga, via="web"),
        "split": lambda: split(topic, posts=[post.pk], title="Part", by=olga, via="web"),
        "archive": lambda: begin_archive(topic.channel, file_name="a", fingerprint="a", by=OPERATOR),
        "add": lambda: add_member(tarn, address="kim@example.net", by=olga, via="web"),
        "join": lambda: join(tarn, person=eve, via="web"),
        "accept": lambda: accept(invitation, person=zoe, via="web"),
        "restore": lambda: restore_member(bob, by=olga, via="web"),
        "import": lambda: import_members(tarn, b"kim@example.net\n", are_agreed=True, by=olga, via="web"),
        "link": lambda: make_link(tarn, by=olga, via="web"),
        "unite": lambda: merge_groups(tarn, into=loom, by=olga, via="web"),
        "unite here": lambda: merge_groups(loom, into=tarn, by=olga, via="web"),
        "split off": lambda: split_group(tarn, name="Ops", channel=ops, is_below=False, by=olga, via="web"),
    }
    before = written()

    for name, act in acts.items():
        assert is_refused(act), f"{name} went through"
        assert written() == before, name

    assert send(message_id="<two@example.org>").outcome == "refused"
    assert Post.objects.count() == len(before[0])
    reopen_group(tarn, by=OPERATOR, via="test")
    assert release(waiting, by=olga, via="web").body == "Wait."


def test_what_a_closed_group_holds_can_still_be_taken_back(client, tarn, ann, olga):
    topic = make.topic(tarn, author=ann)
    post = make.post(topic, author=ann)
    close_group(tarn, reason="Over.", by=OPERATOR, via="test")

    make.signed_in(client, olga).post(f"/posts/{post.pk}/remove")

    assert Post.objects.get(pk=post.pk).removed_by == olga


def test_pages_offer_no_way_into_a_closed_group(client, tarn, olga):
    loom = make.group(owner=olga, slug="loom")
    here, there = make.topic(tarn, author=olga), make.topic(loom, author=olga)
    reader = make.signed_in(client, olga)
    assert "Tarn" in reader.get(f"/topics/{there.pk}/actions").content.decode()
    assert f"/topics/{here.pk}/actions" in reader.get(here.get_absolute_url()).content.decode()

    close_group(tarn, reason="Over.", by=OPERATOR, via="test")

    assert f'value="{main_channel(tarn).pk}"' not in reader.get(f"/topics/{there.pk}/actions").content.decode()
    assert f"/topics/{here.pk}/actions" not in reader.get(here.get_absolute_url()).content.decode()
    assert reader.get(f"/topics/{here.pk}/actions").status_code == 404
