import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import affiliate, end_affiliation, make_organization, prove_address
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import Group, Membership, PlacementRule
from folkmoot.groups.operations import (
    deny,
    describe_member,
    found,
    import_members,
    leave,
    make_field,
    make_rule,
    move_group,
    name_side,
    remove_member,
    remove_rule,
    rules_about,
    run_all_rules,
    run_rule,
    run_rules,
)
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(olga, ann):
    return make.group(ann, make.person("Bob"), owner=olga)


@pytest.fixture
def team(group, olga):
    return found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")


def here(group):
    return set(group.memberships.current().values_list("person__name", flat=True))


def say(group, person, by=None, **values):
    describe_member(group.memberships.get(person=person), values, by=by or person, via="test")


def test_who_fits_is_placed_at_once_and_is_told(group, team, olga, ann):
    make_field(group, label="City", by=olga, via="test")
    say(group, ann, city="bochum")
    field = group.member_fields.get()

    rule = make_rule(team, about="field", field=field, value="Bochum", by=olga, via="test")

    assert here(team) == {"Olga", "Ann"}
    placed = team.memberships.get(person=ann)
    assert (placed.arrived_by, placed.placed_by) == ("rule", rule)
    joined = Event.objects.get(kind="member.joined", subject_id=placed.pk)
    assert (joined.actor, joined.data) == (None, {"tells": True})
    assert Event.objects.filter(kind="rule.made", subject_id=rule.pk, actor=olga).exists()
    assert team.history.filter(kind="rule.made", by=olga).exists()
    assert team.history.get(kind="members.placed").facts["count"] == 1


def test_whoever_comes_to_fit_later_is_placed_and_who_no_longer_does_is_taken_out(group, team, olga, ann):
    make_field(group, label="City", by=olga, via="test")
    make_rule(team, about="field", field=group.member_fields.get(), value="Bochum", takes_out=True, by=olga, via="test")
    assert here(team) == {"Olga"}

    say(group, ann, city="Bochum")
    drain(SUBSCRIBERS)
    assert here(team) == {"Olga", "Ann"}
    say(group, ann, city="Essen")
    drain(SUBSCRIBERS)
    assert here(team) == {"Olga"}
    assert team.memberships.get(person=ann).departed_by == "rule"
    say(group, ann, city="Bochum")
    drain(SUBSCRIBERS)
    assert here(team) == {"Olga", "Ann"}


def test_who_came_otherwise_is_not_taken_out(group, team, olga, ann):
    make.join(team, ann)
    make_rule(team, about="group", of_group=group, takes_out=True, by=olga, via="test")
    drain(SUBSCRIBERS)
    assert here(team) == {"Olga", "Ann", "Bob"}
    for name in ("Ann", "Bob"):
        leave(group.memberships.get(person__name=name), via="test")
    drain(SUBSCRIBERS)

    assert here(team) == {"Olga", "Ann"}


def test_who_fits_another_rule_stays_by_that_one(group, team, olga, ann):
    other = make.group(ann, owner=olga, slug="fen")
    make_rule(team, about="group", of_group=group, takes_out=True, by=olga, via="test")
    second = make_rule(team, about="group", of_group=other, takes_out=True, by=olga, via="test")

    leave(group.memberships.get(person=ann), via="test")
    drain(SUBSCRIBERS)

    assert team.memberships.get(person=ann).placed_by == second
    assert "Ann" in here(team)


def test_who_left_was_removed_or_is_banned_is_not_placed(group, team, olga, ann):
    kim = make.person("Kim")
    make.join(group, kim)
    leave(make.join(team, ann), via="test")
    remove_member(make.join(team, Membership.objects.get(group=group, person__name="Bob").person), by=olga, via="test")
    deny(kim, group=team, reason="Spam", by=olga, via="test")

    rule = make_rule(team, about="group", of_group=group, by=olga, via="test")
    run_rule(rule)

    assert here(team) == {"Olga"}


def test_a_proven_address_places_in_a_subgroup_whoever_is_above(group, team, olga, ann):
    eve = make.person("Eve")
    make_rule(team, about="domain", value="@Acme.Example", by=olga, via="test")
    for person in (ann, eve):
        prove_address(person, address=f"{person.handle}@acme.example", via="test")
    drain(SUBSCRIBERS)

    assert here(team) == {"Olga", "Ann"}


def test_only_administrators_place_everybody_and_free_domains_say_nothing(group, olga, ann):
    prove_address(ann, address="ann@acme.example", via="test")
    eve = make.person("Eve")
    prove_address(eve, address="eve@acme.example", via="test")
    with pytest.raises(NotAllowed):
        make_rule(group, about="domain", value="acme.example", by=olga, via="test")
    with pytest.raises(Refused):
        make_rule(group, about="domain", value="gmail.com", by=OPERATOR, via="test")
    assert not PlacementRule.objects.exists()

    make_rule(group, about="domain", value="acme.example", by=OPERATOR, via="test")

    assert is_member(eve, group)


def test_companies_and_sides_place_and_let_go(group, team, olga, ann):
    company = make_organization(name="Acme", by=OPERATOR, via="test")
    name_side(group, company, side="customer", by=olga, via="test")
    make_rule(team, about="side", side="customer", takes_out=True, by=olga, via="test")
    circle = found(founder=olga, name="Circle", slug="circle", parent=group, by=olga, via="test")
    make_rule(circle, about="organization", organization=company, takes_out=True, by=olga, via="test")
    tie = affiliate(ann, company, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert (here(team), here(circle)) == ({"Olga", "Ann"}, {"Olga", "Ann"})

    end_affiliation(tie, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    assert (here(team), here(circle)) == ({"Olga"}, {"Olga"})


def test_a_rule_looks_only_where_its_maker_may(group, team, olga, ann):
    other = make.group(owner=make.person("Otto"), slug="fen")
    field = make_field(other, label="City", by=OPERATOR, via="test")
    for settings in (
        {"about": "group", "of_group": other},
        {"about": "field", "field": field, "value": "Bonn"},
        {"about": "side", "side": "inside", "of_group": other},
    ):
        with pytest.raises(NotAllowed):
            make_rule(team, by=olga, via="test", **settings)
    with pytest.raises(NotAllowed):
        make_rule(team, about="group", of_group=group, by=ann, via="test")
    for settings in ({"about": "group", "of_group": team}, {"about": "side"}, {"about": "organization"}):
        with pytest.raises(Refused):
            make_rule(team, by=olga, via="test", **settings)
    assert not PlacementRule.objects.exists()


def test_a_rule_is_removed_and_those_it_placed_stay(group, team, olga, ann):
    rule = make_rule(team, about="group", of_group=group, by=olga, via="test")
    with pytest.raises(NotAllowed):
        remove_rule(rule, by=ann, via="test")
    remove_rule(rule, by=olga, via="test")

    assert here(team) == {"Olga", "Ann", "Bob"}
    assert team.history.filter(kind="rule.removed").exists()


def test_a_rule_rests_when_the_group_is_moved_away(group, team, olga, ann):
    make_field(group, label="City", by=olga, via="test")
    say(group, ann, city="Bonn")
    rule = make_rule(
        team, about="field", field=group.member_fields.get(), value="Bonn", takes_out=True, by=olga, via="test"
    )
    move_group(team, parent=None, by=olga, via="test")
    say(group, Membership.objects.get(group=group, person__name="Bob").person, by=olga, city="Bonn")
    rule = PlacementRule.objects.select_related("group").get(pk=rule.pk)

    run_rule(rule)
    run_all_rules()

    assert here(team) == {"Olga", "Ann"}


def test_many_are_placed_with_few_questions(group, team, olga, django_assert_max_num_queries):
    import_members(group, "".join(f"p{n}@example.net\n" for n in range(300)), are_agreed=True, by=OPERATOR, via="test")

    with django_assert_max_num_queries(100):
        make_rule(team, about="group", of_group=group, by=olga, via="test")

    assert team.memberships.current().count() == 303


def test_one_person_is_looked_at_alone(group, team, olga, ann):
    make_rule(team, about="group", of_group=group, by=olga, via="test")
    leave(team.memberships.get(person=ann), via="test")
    kim = make.person("Kim")
    make.join(group, kim)

    run_rules(rules_about(kim, group), kim)

    assert here(team) == {"Olga", "Bob", "Kim"}


# By page


def test_a_rule_is_made_and_removed_on_its_page(client, group, team, olga, ann):
    client.force_login(olga)

    made = client.post("/g/team/manage/joining/rules", {"about": "group", "of_group": "tarn", "value": ""}, follow=True)

    rule = PlacementRule.objects.get()
    assert "Members of Tarn" in made.content.decode()
    assert here(team) == {"Olga", "Ann", "Bob"}
    for sent in (
        {"about": "group", "of_group": "nowhere"},
        {"about": "domain", "value": "gmail.com"},
        {"about": "side"},
    ):
        assert client.post("/g/team/manage/joining/rules", sent).status_code == 422, sent
    client.post(f"/rules/{rule.pk}/remove")
    assert not PlacementRule.objects.exists()
    assert Group.objects.count() == 2
