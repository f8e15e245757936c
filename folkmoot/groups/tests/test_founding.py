import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.deciding import holds, permissions_in
from folkmoot.groups.models import Group, MailName, Role
from folkmoot.groups.operations import change, found, rename
from folkmoot.groups.permissions import all_names
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def test_a_group_is_founded_with_its_address_its_roles_and_its_owner():
    ann = make.person("Ann")

    group = found(founder=ann, name="Tarn Users Rhein-Ruhr", type="product", via="test")

    assert (group.slug, group.initials, group.visibility) == ("tarn-users-rhein-ruhr", "TU", "public")
    assert MailName.objects.get(local=group.slug).group == group
    assert permissions_in(group, ann) == all_names()
    assert set(group.roles.values_list("key", flat=True)) == set(Role.BuiltIn)
    assert [event.subject_id for event in Event.objects.filter(kind="group.founded")] == [group.pk]


@pytest.mark.parametrize(
    ("kind", "visibility", "joining", "proof"),
    [("social", "public", "open", "from"), ("company", "hidden", "invitation", "pass")],
)
def test_the_type_sets_what_is_not_said(kind, visibility, joining, proof):
    group = make.group(type=kind)
    assert (group.visibility, group.joining, group.proof) == (visibility, joining, proof)


def test_what_is_said_counts_more_than_the_type():
    assert make.group(type="company", joining="open").joining == "open"


@pytest.mark.parametrize("slug", ["postmaster", "join", "UPPER", "a b", "-a", "a" * 33, "a+b", "ä"])
def test_an_address_that_means_something_else_is_refused(slug):
    ann = make.person("Ann")
    with pytest.raises(Refused):
        found(founder=ann, name="X", slug=slug, via="test")
    assert not Group.objects.exists()
    assert not Event.objects.filter(kind="group.founded").exists()


def test_an_inactive_person_founds_nothing():
    ann = make.person("Ann")
    ann.is_active = False
    with pytest.raises(NotAllowed):
        found(founder=ann, name="X", via="test")
    assert not Group.objects.exists()


@pytest.mark.parametrize("name", ["名古屋の会", "🎈", "ليلى", "a"])
def test_any_name_gets_an_address(name):
    ann = make.person("Ann")
    first = found(founder=ann, name=name, via="test")
    second = found(founder=ann, name=name, via="test")
    assert first.slug
    assert second.slug != first.slug


def test_a_renamed_group_keeps_its_old_address_for_good():
    group = make.group(slug="tarn")

    rename(group, slug="mere", by=OPERATOR, via="test")
    with pytest.raises(Refused):
        make.group(slug="tarn")
    rename(Group.objects.get(), slug="tarn", by=OPERATOR, via="test")

    assert {name.local for name in group.mail_names.all()} == {"tarn", "mere"}
    assert Group.objects.get().slug == "tarn"
    assert Event.objects.filter(kind="group.renamed").count() == 2


def test_only_who_manages_a_group_changes_it():
    ann = make.person("Ann")
    group = make.group(ann)

    for attempt in (
        lambda: rename(group, slug="mere", by=ann, via="test"),
        lambda: change(group, name="X", by=ann, via="test"),
    ):
        with pytest.raises(NotAllowed):
            attempt()

    group.refresh_from_db()
    assert (group.slug, group.name) == ("tarn", "Tarn")
    assert not Event.objects.filter(kind__in=["group.changed", "group.renamed"]).exists()


def test_closing_a_group_to_strangers_closes_its_topics_to_them():
    group = make.group()
    assert holds(None, "topics.read", group)

    changed = change(group, visibility="listed", by=OPERATOR, via="test")

    assert not holds(None, "topics.read", changed)
    assert Group.objects.get().access_version != group.access_version
    assert Event.objects.filter(kind="group.changed").exists()


def test_a_hidden_group_is_visible_to_its_members_only():
    ann, eve = make.person("Ann"), make.person("Eve")
    group = make.group(ann, visibility="hidden")
    for reader, sees in ((ann, True), (eve, False), (None, False)):
        assert Group.objects.visible_to(reader).filter(pk=group.pk).exists() is sees
