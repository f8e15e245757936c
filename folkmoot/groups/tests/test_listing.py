"""The table of members: what it is narrowed by, who may see what, and what is done to several at once."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils.timezone import now

from folkmoot.accounts.models import Organization, Person
from folkmoot.groups.listing import Narrowing, listed
from folkmoot.groups.models import Role, RolePermission
from folkmoot.groups.operations import grant_role
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def tarn(olga):
    made = make.group(make.person("Ann"), make.person("Bob"), make.person("Cem"), owner=olga)
    at = now()
    made.memberships.update(joined_at=at - timedelta(days=400), active_at=at - timedelta(days=200))
    made.memberships.filter(person__name="Ann").update(active_at=at - timedelta(days=3), active_by="spoke")
    made.memberships.filter(person__name="Bob").update(joined_at=at - timedelta(days=2), mail="none")
    works = Organization.objects.create(name="Tarnworks", slug="tarnworks")
    made.memberships.filter(person__name="Cem").update(side="inside", organization=works)
    return made


def shown(group, query, *, with_addresses=False):
    found = listed(group, Narrowing.of(QueryDict(query)), with_addresses=with_addresses)
    return [one.person.name for one in found]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Ann", "Bob", "Cem", "Olga"]),
        ("status=active", ["Ann"]),
        ("status=quiet", ["Cem", "Olga"]),
        ("status=new", ["Bob"]),
        ("side=inside", ["Cem"]),
        ("reads=none", ["Bob"]),
        ("q=%40bob", ["Bob"]),
        ("q=works", ["Cem"]),
        ("q=ann&status=quiet", []),
        ("side=nonsense&status=2&page=x", ["Ann", "Bob", "Cem", "Olga"]),
    ],
)
def test_members_are_found_by_what_is_known_of_them(tarn, query, names):
    assert shown(tarn, query) == names


def test_addresses_are_searched_only_for_who_may_see_them(tarn):
    assert shown(tarn, "q=bob%40example", with_addresses=True) == ["Bob"]
    assert shown(tarn, "q=bob%40example") == []


def test_addresses_are_shown_only_to_who_may_see_them(client, tarn, olga):
    client.force_login(olga)
    assert "bob@example.org" in client.get("/g/tarn/manage/members").content.decode()

    RolePermission.objects.filter(role__group=tarn, name="members.addresses").delete()
    tarn.access_version += 1
    tarn.save(update_fields=["access_version"])

    assert "bob@example.org" not in client.get("/g/tarn/manage/members").content.decode()
    assert client.get("/g/tarn/manage/members.csv").status_code == 404


def key(group, name):
    return group.memberships.get(person__name=name).pk


def test_several_are_removed_at_once_and_that_is_undone(client, tarn, olga):
    client.force_login(olga)
    keys = [key(tarn, "Ann"), key(tarn, "Bob")]

    page = client.post("/g/tarn/manage/members/removed", {"member": keys}, follow=True).content.decode()

    assert shown(tarn, "") == ["Cem", "Olga"]
    undo = f"/g/tarn/manage/members/restored/{keys[0]}-{keys[1]}"
    assert f'action="{undo}"' in page
    client.post(undo)
    assert shown(tarn, "") == ["Ann", "Bob", "Cem", "Olga"]


def test_who_can_not_be_removed_is_named_and_others_go(client, tarn, olga):
    client.force_login(olga)
    keys = [key(tarn, "Olga"), key(tarn, "Bob")]

    page = client.post("/g/tarn/manage/members/removed", {"member": keys}, follow=True).content.decode()

    assert "Olga: " in page
    assert shown(tarn, "") == ["Ann", "Cem", "Olga"]


def test_who_manages_members_removes_others_while_an_owner_stays_and_is_named(client, tarn, olga):
    clerk = Role.objects.create(group=tarn, name="Clerk")
    clerk.permissions.create(name="members.manage")
    grant_role(tarn.memberships.get(person__name="Ann"), role=clerk, by=olga, via="test")
    client.force_login(Person.objects.get(name="Ann"))
    keys = [key(tarn, name) for name in ("Bob", "Cem", "Olga")]

    page = client.post("/g/tarn/manage/members/removed", {"member": keys}, follow=True).content.decode()

    assert "Olga: Only an owner removes an owner." in page
    assert "2 people are not members any more" in page
    assert shown(tarn, "") == ["Ann", "Olga"]


def test_members_of_other_groups_are_as_if_they_were_not_there(client, tarn, olga):
    other = make.group(make.person("Dee"), owner=make.person("Pia"), slug="other")
    client.force_login(olga)

    client.post("/g/tarn/manage/members/removed", {"member": [key(other, "Dee"), "999999", "x"]})

    assert shown(other, "") == ["Dee", "Pia"]
    assert shown(tarn, "") == ["Ann", "Bob", "Cem", "Olga"]


@pytest.mark.parametrize("address", ["removed", "restored/1-2"])
def test_nobody_else_finds_these_addresses(client, tarn, address):
    client.force_login(tarn.memberships.get(person__name="Ann").person)
    keys = [key(tarn, "Bob")]

    assert client.post(f"/g/tarn/manage/members/{address}", {"member": keys}).status_code == 404
    assert shown(tarn, "") == ["Ann", "Bob", "Cem", "Olga"]
