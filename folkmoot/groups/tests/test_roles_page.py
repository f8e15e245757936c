"""The page of roles: giving, terms, taking, the group's own roles, and what is denied."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Denial, Group, HistoryEntry, Role, RoleGrant, Sanction
from folkmoot.groups.operations import deny, found, grant_role, revoke_role, sanction
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.operations.undoing import undo
from folkmoot.kit.errors import Refused
from tests import make

PAGE = "/g/tarn/manage/roles"


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(make.person("Ann"), make.person("Bob"), owner=olga, time_zone="Europe/Berlin")


@pytest.fixture
def moderator(group):
    return group.roles.select_related("group").get(key=Role.BuiltIn.MODERATOR)


def member(group, name):
    return group.memberships.select_related("person", "group").get(person__name=name)


def text(answer):
    return answer.content.decode()


def fresh(group):
    return Group.objects.get(pk=group.pk)


def test_nobody_else_finds_the_page_or_does_anything(client, group, olga, moderator):
    ann, bob = member(group, "Ann"), member(group, "Bob")
    grant_role(bob, role=moderator, by=olga, via="test")
    denial = deny(bob.person, group=group, permission="topics.post", reason="A test.", by=olga, via="test")
    client.force_login(ann.person)
    acts = [
        PAGE,
        f"{PAGE}/people",
        "/g/tarn/manage/denials",
        f"/memberships/{ann.pk}/roles/{moderator.pk}",
        f"/memberships/{bob.pk}/roles/{moderator.pk}/remove",
        f"/roles/{moderator.pk}/name",
        f"/roles/{moderator.pk}/remove",
        f"/denials/{denial.pk}/lift",
    ]
    before = HistoryEntry.objects.count()

    assert client.get(PAGE).status_code == 404
    assert [client.post(one, {"name": "Mine", "who": "@ann"}).status_code for one in acts] == [404] * len(acts)
    assert HistoryEntry.objects.count() == before


def test_a_role_is_given_by_name_for_a_term_that_includes_its_last_day(client, group, olga, moderator):
    client.force_login(olga)
    sent = {"role": moderator.pk, "who": "ann", "starts_on": "", "ends_on": "2199-06-30"}

    page = text(client.post(f"{PAGE}/people", sent, follow=True))

    grant = RoleGrant.objects.get(role=moderator)
    assert (grant.membership, grant.granted_by) == (member(group, "Ann"), olga)
    assert grant.ends_at.isoformat() == "2199-06-30T22:00:00+00:00"  # midnight in Berlin, after that day
    assert "until 30 June 2199" in page
    assert f'action="/memberships/{grant.membership_id}/roles/{moderator.pk}/remove"' in page
    assert holds(grant.membership.person, "topics.moderate", fresh(group))


def test_who_is_called_like_others_is_chosen_among_them(client, group, olga, moderator):
    another = make.join(group, make.person("Ann", address="ann2@example.org"))
    client.force_login(olga)
    sent = {"role": moderator.pk, "who": "Ann"}

    asked = client.post(f"{PAGE}/people", sent)

    assert asked.status_code == 422
    assert "Who of them?" in text(asked)
    assert not RoleGrant.objects.filter(role=moderator).exists()

    client.post(f"{PAGE}/people", sent | {"chosen": another.person_id})
    assert RoleGrant.objects.get(role=moderator).membership == another


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"who": "Zora"}, "No member of this group has this name or handle."),
        ({"who": "@ann", "ends_on": "2001-01-01"}, "A term ends after it begins, and not in the past."),
        ({"who": "@ann", "ends_on": "9999-12-31"}, "That is too far away."),
        ({"who": "@ann", "role": "999999"}, "Select a valid choice"),
    ],
)
def test_what_makes_no_sense_comes_back_with_words_and_gives_nothing(client, group, olga, moderator, more, says):
    client.force_login(olga)

    answer = client.post(f"{PAGE}/people", {"role": moderator.pk} | more)

    assert answer.status_code == 422
    assert says in text(answer)
    assert not RoleGrant.objects.filter(role=moderator).exists()


def test_a_term_is_changed_and_a_role_taken_and_undone_with_the_term(client, group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    client.force_login(olga)
    address = f"/memberships/{ann.pk}/roles/{moderator.pk}"

    client.post(address, {"ends_on": "2199-01-31"})
    ends = RoleGrant.objects.get(role=moderator).ends_at
    assert ends.isoformat() == "2199-01-31T23:00:00+00:00"
    taken = client.post(f"{address}/remove", follow=True)
    assert not RoleGrant.objects.filter(role=moderator).exists()

    assert f'action="{address}/remove/remove"' in text(taken)
    client.post(f"{address}/remove/remove")
    assert RoleGrant.objects.get(role=moderator).ends_at == ends


def test_another_term_is_undone_once_and_then_nothing_is(client, group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    client.force_login(olga)
    address = f"/memberships/{ann.pk}/roles/{moderator.pk}"

    changed = client.post(address, {"ends_on": "2199-01-31"}, follow=True)
    assert f'action="{address}/remove/remove"' in text(changed)
    client.post(f"{address}/remove/remove")
    again = client.post(f"{address}/remove/remove")

    assert RoleGrant.objects.get(role=moderator).ends_at is None
    assert "There is nothing to undo any more." in text(again)


def test_a_role_is_given_back_only_by_who_gives_roles(client, group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    client.force_login(ann.person)
    address = f"/memberships/{ann.pk}/roles/{moderator.pk}"

    laid_down = client.post(f"{address}/remove", follow=True)
    back = client.post(f"{address}/remove/remove")

    assert "does not carry a role any more" in text(laid_down)
    assert "remove/remove" not in text(laid_down)
    assert back.status_code == 404
    assert not RoleGrant.objects.filter(role=moderator).exists()


def test_nothing_of_another_group_can_be_given_or_named(client, group, olga, moderator):
    other = make.group(make.person("Dee"), owner=make.person("Pia"), slug="other")
    elsewhere = other.roles.get(key=Role.BuiltIn.MODERATOR)
    client.force_login(olga)

    mixed = client.post(f"/memberships/{member(group, 'Ann').pk}/roles/{elsewhere.pk}")
    theirs = client.post(f"/memberships/{member(other, 'Dee').pk}/roles/{elsewhere.pk}")

    assert (mixed.status_code, theirs.status_code) == (404, 404)
    assert not RoleGrant.objects.filter(role=elsewhere).exists()


def test_a_member_lays_down_their_own_role(client, group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    client.force_login(ann.person)

    answer = client.post(f"/memberships/{ann.pk}/roles/{moderator.pk}/remove")

    assert answer.headers["Location"] == "/g/tarn"
    assert not RoleGrant.objects.filter(role=moderator).exists()


def test_who_gives_roles_is_offered_only_what_they_may_give(client, group, olga, moderator):
    chief = Role.objects.create(group=group, name="Chief")
    for name in ("roles.manage", "members.read"):
        chief.permissions.create(name=name)
    bob = member(group, "Bob")
    grant_role(bob, role=chief, by=olga, via="test")
    grant_role(member(group, "Ann"), role=moderator, by=olga, via="test")
    client.force_login(bob.person)

    page = client.get(PAGE)

    mine = {one.role.label for one in page.context["roles"] if one.is_given and one.is_mine_to_give}
    assert mine == {"Chief"}
    assert [str(one) for one in page.context["give_form"].fields["role"].queryset] == ["Chief"]
    assert f"/memberships/{member(group, 'Ann').pk}/roles/{moderator.pk}/remove" not in text(page)


def test_a_role_is_made_renamed_and_removed(client, group, olga):
    client.force_login(olga)

    client.post(PAGE, {"name": "Librarian"})
    made = Role.objects.get(group=group, name="Librarian")
    again = client.post(PAGE, {"name": "librarian"})
    assert (again.status_code, "The group has a role of this name already." in text(again)) == (422, True)

    client.post(f"/roles/{made.pk}/name", {"name": "Archivist"})
    made.refresh_from_db()
    assert made.name == "Archivist"
    taken = client.post(f"/roles/{made.pk}/name", {"name": "Moderator"})
    assert (taken.status_code, "The group has a role of this name already." in text(taken)) == (422, True)

    client.post(f"/roles/{made.pk}/remove")
    assert not Role.objects.filter(pk=made.pk).exists()


def test_something_is_denied_and_lifted_by_the_page(client, group, olga):
    client.force_login(olga)
    sent = {"who": "Bob", "permission": "topics.post", "reason": "Shouts a lot.", "ends_on": "2199-01-31"}

    page = text(client.post("/g/tarn/manage/denials", sent, follow=True))

    denial = Denial.objects.get()
    assert (denial.person.name, denial.permission, denial.by) == ("Bob", "topics.post", olga)
    assert "Shouts a lot." in page
    assert "until 31 January 2199" in page

    client.post(f"/denials/{denial.pk}/lift")
    assert not Denial.objects.unlifted().exists()
    assert "Shouts a lot." not in text(client.get(PAGE))


def test_what_is_denied_above_is_listed_and_lifted_only_there(client, group, olga):
    below = found(founder=olga, parent=group, name="Below", slug="below", via="test")
    bob = member(group, "Bob").person
    deny(bob, group=group, permission="topics.post", reason="Shouts.", by=olga, via="test")
    client.force_login(olga)

    page = client.get("/g/below/manage/roles")

    (listed,) = page.context["denials"]
    assert (listed.group, listed.is_mine_to_lift) == (group, False)
    assert "said in Tarn" in text(page)
    assert below.name in text(page)


def test_a_group_above_that_is_not_to_be_known_is_not_named(client, group, olga):
    above = make.group(make.person("Bea"), owner=make.person("Otto"), slug="secret", visibility="hidden")
    otto = member(above, "Otto").person
    Group.objects.filter(pk=group.pk).update(parent=above, inherits_roles=False)
    lay_reach(fresh(group))
    deny(member(group, "Bob").person, group=above, permission="topics.post", reason="Ssh.", by=otto, via="test")
    client.force_login(olga)

    page = text(client.get(PAGE))

    assert "said in a group above" in page
    assert ("Ssh." in page, "Secret" in page) == (False, False)


def test_what_a_sanction_denies_is_lifted_with_the_sanction(client, group, olga):
    sanction(group, member(group, "Bob").person, kind=Sanction.Kind.SUSPEND, reason="Rude.", by=olga, via="test")
    client.force_login(olga)

    denials = client.get(PAGE).context["denials"]
    answer = client.post(f"/denials/{denials[0].denial.pk}/lift")

    assert {(one.is_sanction, one.is_mine_to_lift) for one in denials} == {(True, False)}
    assert answer.status_code >= 400
    assert Denial.objects.unlifted().count() == len(denials)


def test_the_page_costs_the_same_with_more_roles_and_people(client, group, olga, moderator, django_assert_num_queries):
    client.force_login(olga)
    client.get(PAGE)
    for number in range(3):
        role = Role.objects.create(group=group, name=f"Own {number}")
        someone = make.join(group, make.person(f"Person {number}", address=f"p{number}@example.org"))
        for given in (role, moderator):
            grant_role(someone, role=given, ends_at=now() + timedelta(days=9), by=olga, via="test")
        deny(someone.person, group=group, permission="topics.post", reason="So.", by=olga, via="test")
        client.get("/g/tarn")  # what is kept until access changes
        with django_assert_num_queries(27):
            client.get(PAGE)


def test_giving_taking_allowing_and_denying_are_undone_in_the_history(group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    later = now() + timedelta(days=30)
    grant_role(ann, role=moderator, ends_at=later, by=olga, via="test")
    entries = list(HistoryEntry.objects.filter(kind="role.granted").order_by("pk"))

    undo(entries[1], by=olga, via="test")
    assert RoleGrant.objects.get(role=moderator).ends_at is None
    undo(entries[0], by=olga, via="test")
    assert not RoleGrant.objects.filter(role=moderator).exists()

    grant_role(ann, role=moderator, ends_at=later, by=olga, via="test")
    revoke_role(ann, role=moderator, by=olga, via="test")
    undo(HistoryEntry.objects.filter(kind="role.revoked").latest("pk"), by=olga, via="test")
    assert RoleGrant.objects.get(role=moderator).ends_at == later

    deny(ann.person, group=group, permission="topics.post", reason="So.", by=olga, via="test")
    undo(HistoryEntry.objects.filter(kind="permission.denied").latest("pk"), by=olga, via="test")
    assert not Denial.objects.unlifted().exists()


def test_what_is_undone_by_hand_already_is_not_undone_by_the_history(group, olga, moderator):
    ann = member(group, "Ann")
    grant_role(ann, role=moderator, by=olga, via="test")
    given = HistoryEntry.objects.get(kind="role.granted")
    revoke_role(ann, role=moderator, by=olga, via="test")

    with pytest.raises(Refused):
        undo(given, by=olga, via="test")

    given.refresh_from_db()
    assert given.undone_by is None
