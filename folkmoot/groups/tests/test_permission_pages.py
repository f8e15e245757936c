"""The matrix of who may do what, and why somebody may."""

import pytest

from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry, Membership, Role
from folkmoot.groups.operations import deny, grant_role
from tests import make

PAGE = "/g/tarn/manage/permissions"


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(make.person("Ann"), make.person("Bob"), owner=olga)


def moderator(group):
    return group.roles.get(key=Role.BuiltIn.MODERATOR)


def cell(role, name="members.addresses"):
    return f"/roles/{role.pk}/permissions/{name}"


def test_who_does_not_change_roles_finds_no_page_and_no_act(client, group):
    ann = group.memberships.get(person__name="Ann").person
    client.force_login(ann)

    assert {client.get(PAGE).status_code, client.get(f"{PAGE}/why").status_code} == {404}
    assert client.post(cell(moderator(group))).status_code == 404
    assert client.post(f"{cell(moderator(group), 'topics.tend')}/remove").status_code == 404
    assert holds(ann, "members.addresses", group) is False
    client.logout()
    assert client.get(PAGE).status_code == 302


def test_roles_that_there_are_not_answer_like_those_of_others(client, group, olga):
    elsewhere = make.group(make.person("Eve"), owner=make.person("Otto"), slug="elsewhere", visibility="hidden")
    client.force_login(olga)

    answers = [client.post(cell(role)) for role in (moderator(elsewhere), Role(pk=10**9))]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert client.post(cell(moderator(group), "no.such")).status_code == 404


def test_a_change_says_by_name_who_would_gain_and_counts_only_when_saved(client, group, olga):
    ann = group.memberships.get(person__name="Ann")
    grant_role(ann, role=moderator(group), by=olga, via="test")
    client.force_login(olga)

    page = client.get(PAGE, {"role": moderator(group).pk, "permission": "members.addresses"})

    change = page.context["change"]
    assert ([one.person.name for one in change.gaining], list(change.losing), change.having) == (["Ann"], [], 1)
    assert not holds(ann.person, "members.addresses", group)

    client.post(cell(moderator(group)))
    assert holds(ann.person, "members.addresses", Group.objects.get(pk=group.pk))
    assert HistoryEntry.objects.filter(kind="role.allowed", by=olga).exists()

    client.post(f"{cell(moderator(group))}/remove")
    assert not holds(ann.person, "members.addresses", Group.objects.get(pk=group.pk))


def test_only_those_lose_it_who_have_it_by_no_other_role(client, group, olga):
    client.force_login(olga)
    member = group.roles.get(key=Role.BuiltIn.MEMBER)
    ann = group.memberships.get(person__name="Ann")
    deny(ann.person, group=group, permission="members.read", reason="A test.", by=olga, via="test")

    change = client.get(PAGE, {"role": member.pk, "permission": "members.read"}).context["change"]

    assert [one.person.name for one in change.losing] == ["Bob"]  # the owner keeps it, Ann has it no more


def test_the_owners_column_and_what_there_is_not_can_not_be_looked_at(client, group, olga):
    client.force_login(olga)
    owner = group.roles.get(key=Role.BuiltIn.OWNER)

    for asked in (
        {"role": owner.pk},
        {"role": "7" * 30},
        {"role": "x"},
        {"role": moderator(group).pk, "permission": "x"},
    ):
        answer = client.get(PAGE, {"permission": "topics.post"} | asked)
        assert (answer.status_code, "change" in answer.context) == (200, False)


def test_what_anyone_may_is_gained_by_those_too_to_whom_it_is_denied(client, group, olga):
    client.force_login(olga)
    ann = group.memberships.get(person__name="Ann").person
    deny(ann, group=group, permission="topics.post", reason="A test.", by=olga, via="test")
    anyone = group.roles.get(key=Role.BuiltIn.ANYONE)

    change = client.get(PAGE, {"role": anyone.pk, "permission": "topics.post"}).context["change"]
    assert [one.person.name for one in change.gaining] == ["Ann"]

    client.post(cell(anyone, "topics.post"))
    assert holds(ann, "topics.post", Group.objects.get(pk=group.pk))


def test_nothing_is_offered_that_can_only_be_refused(client, group, olga):
    client.force_login(olga)

    rows = [row for _label, rows in client.get(PAGE).context["sections"] for row in rows]

    strangers = [one for row in rows for one in row.cells if one.role.key in {"anyone", "signed_in"}]
    assert (
        sum(not one.is_fixed for one in strangers) == 8
    )  # five, twice; whether anyone reads and sees meetings is fixed
    anyone = group.roles.get(key=Role.BuiltIn.ANYONE)
    assert "change" not in client.get(PAGE, {"role": anyone.pk, "permission": "topics.read"}).context


def test_a_cell_says_yes_no_or_yes_because_of_a_wider_role(client, group, olga):
    client.force_login(olga)

    rows = [row for _label, rows in client.get(PAGE).context["sections"] for row in rows]

    states = {(row.permission.name, one.role.key): one.state for row in rows for one in row.cells}
    keys = ("anyone", "signed_in", "member", "owner", "moderator")
    assert [states["topics.read", key] for key in keys] == ["yes", "inherited", "yes", "yes", "inherited"]
    assert [states["topics.moderate", key] for key in keys] == ["no", "no", "no", "yes", "yes"]


def test_sides_are_columns_where_the_group_knows_companies(client, group, olga):
    client.force_login(olga)
    before = {role.key for role in client.get(PAGE).context["roles"]}
    Membership.objects.filter(group=group).update(side="outside")

    after = {role.key for role in client.get(PAGE).context["roles"]}

    assert after - before == {"inside", "partner", "customer", "outside"}


def test_the_matrix_costs_the_same_with_more_roles(client, group, olga, django_assert_num_queries):
    client.force_login(olga)
    client.get(PAGE)
    for number in range(3):
        Role.objects.create(group=group, name=f"Own {number}")
        with django_assert_num_queries(10):
            client.get(PAGE)


@pytest.mark.parametrize(
    ("asked", "holds_it", "says"),
    [
        ({"person": "@ann", "permission": "topics.post"}, True, "Member of Tarn may."),
        ({"person": "ann", "permission": "group.manage"}, False, "No role of theirs may do this."),
        ({"person": "", "permission": "topics.read"}, True, "Anyone of Tarn may."),
    ],
)
def test_why_tells_the_reasons(client, group, olga, asked, holds_it, says):
    client.force_login(olga)

    page = client.get(f"{PAGE}/why", asked)

    assert page.context["answer"].holds is holds_it
    assert says in page.content.decode()


def test_why_of_nobody_says_that_there_is_nobody(client, group, olga):
    client.force_login(olga)

    page = client.get(f"{PAGE}/why", {"person": "nobody-here", "permission": "topics.read"})

    assert page.context["answer"] is None
    assert "Nobody has this handle" in page.content.decode()


def test_a_long_list_of_names_says_how_many_more_and_costs_no_more(client, group, olga, django_assert_num_queries):
    client.force_login(olga)
    member = group.roles.get(key=Role.BuiltIn.MEMBER)
    asked = {"role": member.pk, "permission": "members.addresses"}
    for first in (0, 12):
        for number in range(first, first + 12):
            make.join(group, make.person(f"Person {number}", address=f"p{number}@example.org"))
        client.get(PAGE, asked)
        with django_assert_num_queries(16):
            page = client.get(PAGE, asked)
        assert ("and 6 more" in page.content.decode()) is (first == 12)
    assert page.content.decode().count('class="preview__people"') == 1
    assert page.context["change"].gaining.count() == 26
