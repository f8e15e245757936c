"""The tree of groups: founding below, moving, closing, assigning, and what stays hidden."""

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Topic
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Membership, Role, RoleGrant, RolePermission
from folkmoot.groups.operations import (
    assign,
    close_itself,
    found,
    leave,
    move_group,
    move_group_back,
    open_itself,
    share_figures,
)
from folkmoot.groups.operations.founding import touch_access
from folkmoot.groups.rules import is_owner
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def below(parent, slug, founder=None, **more):
    founder = founder or parent.memberships.order_by("pk")[0].person
    return found(founder=founder, name=slug.title(), slug=slug, parent=parent, via="test", **more)


def give(membership, *permissions, name="Coordinator"):
    role = Role.objects.create(group=membership.group, name=name)
    RolePermission.objects.bulk_create(RolePermission(role=role, name=one) for one in permissions)
    RoleGrant.objects.create(membership=membership, role=role)
    touch_access(membership.group)


def noted(group):
    """What was done to a group since it was founded, but for who came."""
    acts = HistoryEntry.objects.filter(group=group).exclude(kind__in=["group.founded", "member.joined"])
    return list(acts.order_by("pk").values_list("kind", flat=True))


def test_a_subgroup_is_founded_like_the_group_above_it_and_with_roles_of_its_own():
    root = make.group(type="company", language="de", proof="signed")

    made = below(root, "hamburg", visibility="public")

    assert (made.parent, made.type, made.language, made.proof) == (root, "company", "de", "signed")
    assert (made.visibility, made.joining) == ("public", "invitation")
    assert set(made.roles.values_list("key", flat=True)) == set(Role.BuiltIn)
    assert noted(root) == ["subgroup.founded"]
    assert Event.objects.filter(kind="group.founded").count() == 2


def test_only_who_runs_subgroups_founds_one():
    ann, root = make.person("Ann"), make.group(make.person("Bob"))
    member = make.join(root, ann)
    with pytest.raises(NotAllowed):
        below(root, "hamburg", founder=ann)
    assert not Group.objects.filter(slug="hamburg").exists()
    assert noted(root) == []

    give(member, "subgroups.manage")

    assert is_owner(ann, below(root, "hamburg", founder=ann))


def test_a_group_moves_with_all_below_it_and_back():
    root, other = make.group(), make.group(slug="other")
    middle = below(root, "middle")
    low = below(middle, "low")
    ann = make.person("Ann")
    make.join(other, ann)
    olga = root.memberships.get().person
    Group.objects.filter(pk=low.pk).update(visibility="hidden")

    move_group(middle, parent=other, by=olga, via="test")

    assert set(Group.objects.filter(reaching__above=other)) == {other, middle, low}
    assert set(Group.objects.filter(reaching__above=root)) == {root}
    assert holds(ann, "members.read", Group.objects.get(pk=low.pk))
    assert noted(middle) == ["subgroup.founded", "subgroup.moved"]
    assert Event.objects.get(kind="group.moved").subject_id == middle.pk

    move_group_back(middle, by=olga, via="test")

    assert Group.objects.get(pk=middle.pk).parent == root
    assert not holds(ann, "members.read", Group.objects.get(pk=low.pk))
    assert HistoryEntry.objects.filter(group=middle, kind="subgroup.moved").exclude(undone_by=None).count() == 1


def test_no_group_stands_below_itself_and_the_tree_has_a_depth():
    root = make.group()
    olga = root.memberships.get().person
    low = below(below(root, "middle"), "low")

    for under in (root, low):
        with pytest.raises(Refused, match="below itself"):
            move_group(root, parent=under, by=olga, via="test")

    line = low
    for number in range(5):
        line = below(line, f"line{number}")
    with pytest.raises(Refused, match="levels"):
        below(line, "toodeep")
    assert Group.objects.get(pk=root.pk).parent is None


def test_nobody_moves_a_group_that_is_not_theirs_nor_gains_by_moving_one():
    root = make.group()
    chapter = below(root, "chapter")
    ann = make.person("Ann")
    own = make.group(owner=ann, slug="own")
    member = make.join(root, ann)
    with pytest.raises(NotAllowed):
        move_group(chapter, parent=own, by=ann, via="test")
    give(member, "subgroups.manage")

    with pytest.raises(NotAllowed, match="allowed more"):
        move_group(chapter, parent=own, by=ann, via="test")

    assert Group.objects.get(pk=chapter.pk).parent == root
    assert noted(chapter) == []
    move_group(chapter, parent=None, by=ann, via="test")
    assert Group.objects.get(pk=chapter.pk).parent is None
    with pytest.raises(NotAllowed):
        move_group(chapter, parent=root, by=ann, via="test")


def test_a_group_that_nobody_owns_stays_below_another():
    root = make.group()
    chapter = below(root, "chapter")
    RoleGrant.objects.filter(membership__group=chapter).delete()

    with pytest.raises(Refused, match="owner of its own"):
        move_group(chapter, parent=None, by=OPERATOR, via="test")
    with pytest.raises(Refused, match="owner of its own"):
        close_itself(chapter, by=OPERATOR, via="test")
    assert Group.objects.get(pk=chapter.pk).inherits_roles


def test_a_group_closes_itself_to_roles_from_above_and_opens_again():
    ann, bob = make.person("Ann"), make.person("Bob")
    root = make.group(ann)
    chapter = below(root, "chapter", visibility="hidden")
    make.join(chapter, bob)
    assert holds(ann, "topics.read", chapter)

    for stranger in (ann, bob):
        with pytest.raises(NotAllowed):
            close_itself(chapter, by=stranger, via="test")
    close_itself(chapter, by=chapter.memberships.order_by("pk")[0].person, via="test")

    chapter = Group.objects.get(pk=chapter.pk)
    assert not holds(ann, "topics.read", chapter)
    assert chapter not in Group.objects.visible_to(ann)
    open_itself(chapter, by=OPERATOR, via="test")
    assert holds(ann, "topics.read", Group.objects.get(pk=chapter.pk))
    assert noted(chapter) == ["group.closed_itself", "group.opened_itself"]
    assert Event.objects.filter(kind="group.changed").count() == 2


def test_a_member_from_above_is_assigned_and_stays_when_they_leave_above():
    ann, bob = make.person("Ann"), make.person("Bob")
    root = make.group(ann, bob)
    chapter = below(root, "chapter", visibility="hidden")
    member = root.memberships.get(person=ann)
    for by, who in ((bob, member), (OPERATOR, make.join(make.group(slug="else"), make.person("Eve")))):
        with pytest.raises(Refused):
            assign(who, to=chapter, by=by, via="test")
    assert chapter.memberships.count() == 1

    assigned = assign(member, to=chapter, by=OPERATOR, via="test")

    assert (assigned.group, assigned.person, assigned.arrived_by) == (chapter, ann, Membership.Arrival.ADDED)
    assert noted(chapter) == ["member.assigned"]
    assert Event.objects.filter(kind="member.joined", subject_id=assigned.pk).exists()
    leave(member, via="test")
    assert chapter.memberships.current().filter(person=ann).exists()


def test_a_chapter_agrees_to_share_its_figures():
    root = make.group(make.person("Ann"))
    chapter = below(root, "chapter")
    with pytest.raises(NotAllowed):
        share_figures(chapter, shares=True, by=make.person("Eve"), via="test")
    assert not Group.objects.get(pk=chapter.pk).shares_figures

    share_figures(chapter, shares=True, by=OPERATOR, via="test")

    assert Group.objects.get(pk=chapter.pk).shares_figures
    assert noted(chapter) == ["figures.shared"]


def test_what_strangers_may_above_says_nothing_of_what_they_may_below():
    """A public group with a hidden subgroup: nothing of that shows to strangers, nor to the signed in."""
    root = make.group(visibility="public")
    secret = below(root, "secret", visibility="hidden")
    topic = make.topic(secret, body="kakapo")
    eve = make.person("Eve")

    for reader in (None, eve):
        assert holds(reader, "topics.read", root)
        assert not holds(reader, "topics.read", secret)
        assert not Topic.objects.visible_to(reader).exists()
        assert not Topic.objects.readable_by(reader).exists()
        assert set(Group.objects.visible_to(reader)) == {root}
    assert topic in Topic.objects.visible_to(root.memberships.get().person)


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_page_shows_a_hidden_subgroup_to_a_stranger(client, signed_in):
    root = make.group(visibility="public")
    make.topic(root, title="An open word")
    secret = below(root, "quokkas", visibility="hidden")
    topic = make.topic(secret, title="Kakapo", body="kakapo")
    if signed_in:
        client.force_login(make.person("Eve"))

    for address in ("/g/tarn", "/groups", "/groups?q=quokkas", "/search?q=kakapo", "/g/tarn/feed.atom", "/sitemap.xml",
                    "/g/tarn/topics", "/g/tarn/members"):  # fmt: skip
        page = client.get(address, follow=True).content.decode().lower()
        assert "quokkas" not in page.replace("q=quokkas", "").replace('value="quokkas"', ""), address
        assert f"/topics/{topic.pk}" not in page, address
    for address in ("/g/quokkas", "/g/quokkas/feed.atom", topic.get_absolute_url(), f"/topics/{topic.pk}/feed.atom"):
        assert client.get(address).status_code == 404, address
