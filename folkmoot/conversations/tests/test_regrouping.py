"""Groups that become one, or two: people, talk, names and letters come along."""

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Channel, Post, Topic
from folkmoot.conversations.operations import main_channel, make_channel, merge_groups, split_group, start_topic
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Denial, Group, HistoryEntry, MailName, Membership, Role, RoleGrant
from folkmoot.groups.operations import found, make_owner
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def pair():
    """Two groups with an owner in both, Ann in both, Bob in the first; the first has a channel and talk."""
    ann, bob = make.person("Ann"), make.person("Bob")
    first = make.group(ann, bob, slug="dresden")
    second = make.group(ann, slug="saxony")
    ops = make_channel(first, slug="ops", by=OPERATOR, via="test")
    make.topic(first, author=bob, title="Said in Dresden")
    start_topic(ops, author=bob, title="Ops in Dresden", body="kakapo", via="web")
    main_channel(second)
    return first, second, ann, bob


def test_a_group_becomes_part_of_another_with_people_and_talk(client, pair):
    first, second, ann, bob = pair
    mine = first.memberships.get(person=bob)
    low = found(founder=ann, name="Neustadt", slug="neustadt", parent=first, by=OPERATOR, via="test")

    merge_groups(first, into=second, by=OPERATOR, via="test")

    assert set(second.memberships.current().values_list("person__name", flat=True)) == {"Ann", "Bob", "Olga"}
    assert Membership.objects.get(pk=mine.pk).group == second
    assert set(second.channels.values_list("slug", flat=True)) == {"", "dresden", "ops"}
    assert {topic.title for topic in Topic.objects.visible_to(bob)} == {"Said in Dresden", "Ops in Dresden"}
    gone = Group.objects.get(pk=first.pk)
    assert (gone.merged_into, bool(gone.closed_at)) == (second, True)
    assert gone not in Group.objects.visible_to(ann)
    assert Group.objects.get(pk=low.pk).parent == second
    assert client.get("/g/dresden").headers["Location"] == "/g/saxony"
    topic = Topic.objects.get(title="Ops in Dresden")
    old = client.get(f"/g/dresden/topics/{topic.pk}/ops-in-dresden", follow=True)
    assert old.status_code == 200
    assert client.get("/g/dresden/channels/ops", follow=True).status_code == 200
    assert [event.data["into_id"] for event in Event.objects.filter(kind="group.merged")] == [second.pk]
    assert HistoryEntry.objects.filter(group=second, kind="group.merged", facts__merged=first.pk).exists()


def test_letters_to_the_old_names_go_on_where_their_conversations_are(pair):
    first, second, _ann, _bob = pair
    begun = Post.objects.get(topic__title="Said in Dresden")
    merge_groups(first, into=second, by=OPERATOR, via="test")
    before = main_channel(second).topics.count()

    arrive(make.letter(sender="bob@example.org", to="dresden@localhost", In_Reply_To=begun.message_id,
                       subject="Re: Said in Dresden", message_id="<a@x>"), to="dresden@localhost")  # fmt: skip
    arrive(make.letter(sender="bob@example.org", to="dresden+ops@localhost", message_id="<b@x>"),
           to="dresden+ops@localhost")  # fmt: skip

    assert begun.topic.posts.count() == 2
    assert Channel.objects.get(group=second, slug="ops").topics.count() == 2
    assert main_channel(second).topics.count() == before
    assert set(MailName.objects.filter(local__in=["dresden", "saxony"]).values_list("group", flat=True)) == {second.pk}


def test_roles_of_the_same_name_are_kept_and_what_was_denied_stays_denied(pair):
    first, second, ann, bob = pair
    for group in pair[:2]:
        Role.objects.create(group=group, name="Host")
    Role.objects.create(group=first, name="Baker")
    mine, hers = first.memberships.get(person=bob), first.memberships.get(person=ann)
    for role in first.roles.filter(name__in=["Host", "Baker"]):
        RoleGrant.objects.create(membership=mine, role=role)
    make_owner(hers, by=OPERATOR, via="test")
    Denial.objects.create(person=bob, group=first, permission="topics.post")

    merge_groups(first, into=second, by=OPERATOR, via="test")

    roles = RoleGrant.objects.filter(membership__person=bob).values_list("role__group", "role__name")
    assert set(roles) == {(second.pk, "Host")}
    assert second.memberships.current().get(person=ann).grants.get().role.key == "owner"
    assert not holds(bob, "topics.post", Group.objects.get(pk=second.pk))


def test_only_who_owns_both_makes_them_one_and_never_a_group_below(pair):
    first, second, ann, _bob = pair
    make_owner(first.memberships.get(person=ann), by=OPERATOR, via="test")
    with pytest.raises(NotAllowed):
        merge_groups(first, into=second, by=ann, via="test")
    low = found(founder=ann, name="Low", slug="low", parent=first, via="test")
    with pytest.raises(Refused, match="not of one below"):
        merge_groups(first, into=low, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        merge_groups(first, into=first, by=OPERATOR, via="test")

    assert Group.objects.get(pk=first.pk).merged_into is None
    assert first.channels.count() == 2
    assert not Event.objects.filter(kind="group.merged").exists()


def test_members_and_a_channel_become_a_group_with_its_past(client, pair):
    first, _second, _ann, bob = pair
    ops = first.channels.get(slug="ops")
    chosen = first.memberships.get(person=bob)
    topic = ops.topics.get()
    outside = Post.objects.get(topic__title="Said in Dresden")
    Post.objects.filter(topic=topic).update(answers=outside)

    made = split_group(first, name="Ops", slug="ops-people", members=[chosen.pk], channel=ops, by=OPERATOR, via="test")

    assert made.parent == first
    assert set(made.memberships.values_list("person__name", flat=True)) == {"Bob", "Olga"}
    assert first.memberships.current().filter(person=bob).exists()
    assert Topic.objects.get(pk=topic.pk).channel.group == made
    assert topic.posts.get().answers is None  # whom it answers is not for the new group to know
    assert client.get("/g/dresden/channels/ops").headers["Location"] == "/g/ops-people/channels/main"
    arrive(make.letter(sender="bob@example.org", to="dresden+ops@localhost"), to="dresden+ops@localhost")
    assert main_channel(made).topics.count() == 2
    with pytest.raises(Refused, match="still leads"):
        make_channel(first, slug="ops", by=OPERATOR, via="test")
    assert HistoryEntry.objects.filter(group=first, kind="group.split", facts__made=made.pk).exists()
    assert Event.objects.get(kind="group.split").subject_id == made.pk


def test_nothing_splits_off_where_one_may_not_or_without_anything(pair):
    first, second, ann, bob = pair
    with pytest.raises(NotAllowed):
        split_group(first, name="X", members=[first.memberships.get(person=bob).pk], by=ann, via="test")
    with pytest.raises(Refused):
        split_group(first, name="X", by=OPERATOR, via="test")
    for channel in (main_channel(first), main_channel(second)):
        with pytest.raises(Refused):
            split_group(first, name="X", channel=channel, by=OPERATOR, via="test")
    assert Group.objects.count() == 2
    foreign = second.memberships.get(person=ann).pk

    made = split_group(first, name="X", members=[foreign], by=OPERATOR, via="test")

    assert set(made.memberships.values_list("person__name", flat=True)) == {"Olga"}
