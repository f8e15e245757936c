"""What is done to several members at once, trouble with mail, and who was here."""

import csv
import io
from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import MailTrouble
from folkmoot.accounts.operations import mail_came_back, prove_address
from folkmoot.groups.models import HistoryEntry, Membership, Role, RoleGrant
from folkmoot.groups.operations import assign, found, give_role_back, grant_role, leave, remove_member, revoke_role
from folkmoot.kit.errors import Refused
from tests import make

PAGE = "/g/tarn/manage/members"


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def tarn(olga):
    return make.group(make.person("Ann"), make.person("Bob"), make.person("Cem"), owner=olga)


@pytest.fixture
def moderator(tarn):
    return tarn.roles.select_related("group").get(key=Role.BuiltIn.MODERATOR)


@pytest.fixture
def readers(tarn, olga):
    return found(founder=olga, parent=tarn, name="Readers", slug="readers", via="test")


def member(group, name):
    return group.memberships.select_related("person", "group", "address").get(person__name=name)


def shown(client, **query):
    return [one.person.name for one in client.get(PAGE, query).context["page"]]


def carriers(role):
    return sorted(RoleGrant.objects.filter(role=role).values_list("membership__person__name", flat=True))


def inside(group):
    return sorted(group.memberships.current().values_list("person__name", flat=True))


def undo_of(page):
    return page.content.decode().split('class="notice is-good"')[1].split('action="')[1].split('"')[0]


def test_the_table_is_narrowed_by_role_subgroup_and_trouble_with_mail(client, tarn, olga, moderator, readers):
    grant_role(member(tarn, "Ann"), role=moderator, by=olga, via="test")
    assign(member(tarn, "Bob"), to=readers, by=olga, via="test")
    mail_came_back(member(tarn, "Cem").address)
    Membership.objects.filter(pk=member(tarn, "Ann").pk).update(address=None)
    client.force_login(olga)

    assert shown(client, role=moderator.pk) == ["Ann"]
    assert shown(client, subgroup=readers.pk) == ["Bob", "Olga"]
    assert shown(client, mail="back") == ["Cem"]
    assert shown(client, mail="nowhere") == ["Ann"]
    assert shown(client, role="x" * 30, subgroup="9" * 40, mail="?") == ["Ann", "Bob", "Cem", "Olga"]


def test_roles_and_groups_of_others_narrow_to_nobody(client, tarn, olga):
    other = make.group(make.person("Dee"), owner=make.person("Pia"), slug="other")
    client.force_login(olga)

    assert shown(client, role=other.roles.get(key="owner").pk) == []
    assert shown(client, subgroup=other.pk) == []


def test_mail_that_came_back_long_ago_or_before_a_proof_is_no_trouble(client, tarn, olga):
    ann, cem = member(tarn, "Ann"), member(tarn, "Cem")
    for one in (ann, ann, cem):
        mail_came_back(one.address)
    assert sorted(MailTrouble.objects.values_list("times", flat=True)) == [1, 2]
    client.force_login(olga)
    assert "mail comes back" in client.get(PAGE).content.decode()

    MailTrouble.objects.filter(address=ann.address).update(last_at=now() - timedelta(days=40))
    prove_address(cem.person, address="cem@example.org", via="test")

    assert shown(client, mail="back") == []
    assert "mail comes back" not in client.get(PAGE).content.decode()


def test_a_role_is_given_to_several_and_that_is_undone_for_them_alone(client, tarn, olga, moderator):
    grant_role(member(tarn, "Ann"), role=moderator, by=olga, via="test")
    client.force_login(olga)
    sent = {"role": moderator.pk, "member": [member(tarn, name).pk for name in ("Ann", "Bob", "Cem")]}

    page = client.post(f"{PAGE}/role", sent, follow=True)
    assert carriers(moderator) == ["Ann", "Bob", "Cem"]

    client.post(undo_of(page))
    assert carriers(moderator) == ["Ann"]


def test_a_role_is_taken_from_several_and_is_back_with_its_term(client, tarn, olga, moderator):
    ends = now() + timedelta(days=30)
    grant_role(member(tarn, "Ann"), role=moderator, ends_at=ends, by=olga, via="test")
    grant_role(member(tarn, "Bob"), role=moderator, by=olga, via="test")
    client.force_login(olga)
    sent = {"role": moderator.pk, "member": [member(tarn, name).pk for name in ("Ann", "Bob", "Cem")]}

    page = client.post(f"{PAGE}/role/remove", sent, follow=True)
    assert carriers(moderator) == []

    client.post(undo_of(page))
    assert carriers(moderator) == ["Ann", "Bob"]
    assert RoleGrant.objects.get(membership=member(tarn, "Ann"), role=moderator).ends_at == ends
    assert HistoryEntry.objects.filter(kind="role.revoked", undone_by__kind="role.granted").count() == 2


def test_what_was_not_taken_is_not_given_back(tarn, olga, moderator):
    ann = member(tarn, "Ann")
    with pytest.raises(Refused):
        give_role_back(ann, role=moderator, by=olga, via="test")
    grant_role(ann, role=moderator, by=olga, via="test")
    revoke_role(ann, role=moderator, by=olga, via="test")
    grant_role(ann, role=moderator, by=olga, via="test")
    with pytest.raises(Refused):
        give_role_back(ann, role=moderator, by=olga, via="test")


def test_several_are_put_into_a_subgroup_taken_out_and_both_undone(client, tarn, olga, readers):
    client.force_login(olga)
    sent = {"subgroup": readers.pk, "member": [member(tarn, name).pk for name in ("Ann", "Bob")]}

    page = client.post(f"{PAGE}/subgroup", sent, follow=True)
    assert inside(readers) == ["Ann", "Bob", "Olga"]
    client.post(undo_of(page))
    assert inside(readers) == ["Olga"]

    client.post(f"{PAGE}/subgroup", sent)
    page = client.post(f"{PAGE}/subgroup/remove", sent, follow=True)
    assert inside(readers) == ["Olga"]
    assert inside(tarn) == ["Ann", "Bob", "Cem", "Olga"]
    client.post(undo_of(page))
    assert inside(readers) == ["Ann", "Bob", "Olga"]


def test_who_only_manages_members_gives_no_roles_and_fills_no_closed_subgroup(client, tarn, olga, moderator, readers):
    clerk = Role.objects.create(group=tarn, name="Clerk")
    clerk.permissions.create(name="members.manage")
    bob = member(tarn, "Bob")
    grant_role(bob, role=clerk, by=olga, via="test")
    type(readers).objects.filter(pk=readers.pk).update(inherits_roles=False)
    readers.reaching.exclude(above=readers).update(is_open=False)
    client.force_login(bob.person)
    sent = {"role": moderator.pk, "subgroup": readers.pk, "member": [member(tarn, "Ann").pk]}

    answers = [client.post(f"{PAGE}/{act}", sent) for act in ("role", "role/remove", "subgroup", "subgroup/remove")]

    assert [one.status_code for one in answers] == [404] * 4
    assert (carriers(moderator), inside(readers)) == ([], ["Olga"])
    assert "Give the role" not in client.get(PAGE).content.decode()


@pytest.mark.parametrize("act", ["role", "role/remove", "subgroup", "subgroup/remove", "unassigned/1"])
def test_nobody_else_finds_these_addresses(client, tarn, moderator, act):
    client.force_login(member(tarn, "Ann").person)

    assert client.post(f"{PAGE}/{act}", {"role": moderator.pk, "member": [member(tarn, "Bob").pk]}).status_code == 404
    assert client.get(f"{PAGE}/past").status_code == 404


def test_the_table_comes_back_narrowed_as_it_was(client, tarn, olga, moderator):
    client.force_login(olga)
    sent = {"role": moderator.pk, "member": [member(tarn, "Ann").pk], "narrowed": "status=new&page=1"}

    answer = client.post(f"{PAGE}/role", sent)

    assert answer.headers["Location"] == f"{PAGE}?status=new&page=1"


def test_past_members_are_listed_with_how_they_came_and_went(client, tarn, olga):
    leave(member(tarn, "Ann"), via="test")
    remove_member(member(tarn, "Bob"), why="Only ever advertised.", by=olga, via="test")
    client.force_login(olga)

    page = client.get(f"{PAGE}/past")

    rows = [(one.person.name, one.departed_by, one.removed_by, one.departed_why) for one in page.context["page"]]
    assert rows == [("Bob", "removed", "Olga", "Only ever advertised."), ("Ann", "left", None, "")]
    assert "Only ever advertised." in page.content.decode()
    assert [one.person.name for one in client.get(f"{PAGE}/past?q=an").context["page"]] == ["Ann"]
    bob = Membership.objects.get(group=tarn, person__name="Bob")
    assert f'action="{PAGE}/restored/{bob.pk}"' in page.content.decode()


def test_past_members_cost_the_same_for_any_number(client, tarn, olga, django_assert_num_queries):
    client.force_login(olga)
    for name in ("Ann", "Bob", "Cem"):
        remove_member(member(tarn, name), by=olga, via="test")
        client.get(f"{PAGE}/past")
        with django_assert_num_queries(8):
            client.get(f"{PAGE}/past")


def test_the_file_tells_all_roles_by_name(client, tarn, olga, moderator):
    own = Role.objects.create(group=tarn, name="Librarian")
    for role in (moderator, own):
        grant_role(member(tarn, "Ann"), role=role, by=olga, via="test")
    client.force_login(olga)

    rows = list(csv.DictReader(io.StringIO(client.get(f"{PAGE}.csv").content.decode())))

    assert {one["name"]: one["role"] for one in rows} == {
        "Olga": "owner",
        "Ann": "moderator, Librarian",
        "Bob": "member",
        "Cem": "member",
    }


def test_the_only_owner_is_not_offered_to_become_a_member(client, tarn, olga):
    client.force_login(olga)
    mine = member(tarn, "Olga")
    button = f'action="/memberships/{mine.pk}/owner/remove"'

    assert button not in client.get(PAGE).content.decode()

    client.post(f"/memberships/{member(tarn, 'Ann').pk}/owner")
    assert button in client.get(PAGE).content.decode()
