"""What a rule does to those who went, who said no, whom others move, and who no longer fit."""

import pytest
from django.db import DatabaseError, connection

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import affiliate, change_installation, make_organization, merge
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.conversations.operations import merge_groups
from folkmoot.groups.models import Membership, PlacementRule
from folkmoot.groups.operations import (
    decline,
    describe_member,
    found,
    invite,
    join,
    leave,
    limit,
    make_field,
    make_rule,
    name_side,
    remove_member,
    remove_rule,
    run_all_rules,
    run_rule,
)
from folkmoot.groups.operations.duties import give_duty, make_duty
from folkmoot.kit.errors import Refused
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
    return found(founder=olga, name="Team", slug="team", parent=group, joining="open", by=olga, via="test")


def here(group):
    return set(group.memberships.current().values_list("person__name", flat=True))


def of_bonn(group, team, olga, **more):
    """A rule that takes those of Bonn into the team, and out again."""
    field = group.member_fields.first() or make_field(group, label="City", by=olga, via="test")
    return make_rule(team, about="field", field=field, value="Bonn", takes_out=True, by=olga, via="test", **more)


def moves(group, person, city):
    describe_member(group.memberships.get(person=person), {"city": city}, by=person, via="test")
    drain(SUBSCRIBERS)


def test_who_comes_back_by_their_own_wish_is_not_taken_out_again(group, team, olga, ann):
    of_bonn(group, team, olga)
    for city in ("Bonn", "Essen"):
        moves(group, ann, city)
    assert here(team) == {"Olga"}
    join(team, person=ann, via="web")

    run_all_rules()
    moves(group, ann, "Bochum")

    assert here(team) == {"Olga", "Ann"}
    assert team.memberships.get(person=ann).placed_by is None


def test_who_is_placed_again_is_told_again(group, team, olga, ann):
    of_bonn(group, team, olga)
    for city in ("Bonn", "Essen", "Bonn"):
        moves(group, ann, city)

    member = team.memberships.get(person=ann)
    joined = Event.objects.filter(kind="member.joined", subject_id=member.pk).order_by("pk")
    assert [one.data for one in joined] == [{"tells": True}, {"tells": True}]


def test_who_said_no_to_an_invitation_is_not_placed(group, team, olga, ann):
    decline(invite(team, address="ann@example.org", by=olga, via="web"), via="web")

    make_rule(team, about="group", of_group=group, by=olga, via="test")

    assert here(team) == {"Olga", "Bob"}


def test_a_rule_that_is_gone_places_nobody_whoever_had_read_it(group, team, olga, ann):
    rule = of_bonn(group, team, olga)
    remove_rule(rule, by=olga, via="test")
    stale = PlacementRule(pk=rule.pk, group=team, about="group", of_group=group)

    assert run_rule(stale) == 0
    assert here(team) == {"Olga"}


def test_who_is_in_both_by_their_own_wish_in_one_stays_when_two_accounts_become_one(group, team, olga, ann):
    of_bonn(group, team, olga)
    moves(group, ann, "Bonn")
    other = make.person("Anna")
    join(team, person=other, via="web")
    merge(other, into=ann, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    moves(group, ann, "Essen")

    assert here(team) == {"Olga", "Ann"}


def test_who_was_in_the_other_group_by_their_own_wish_stays_when_two_groups_become_one(group, team, olga, ann):
    of_bonn(group, team, olga)
    moves(group, ann, "Bonn")
    other = found(founder=olga, name="Crew", slug="crew", parent=group, joining="open", by=olga, via="test")
    join(other, person=ann, via="web")
    merge_groups(other, into=team, by=olga, via="test")

    moves(group, ann, "Essen")

    assert here(team) == {"Olga", "Ann"}


def test_rules_place_no_more_than_a_group_has_room_for(group, team, olga, ann):
    make.join(group, make.person("Kim"))
    change_installation(most_members=3, by=OPERATOR, via="test")

    rule = make_rule(team, about="group", of_group=group, by=olga, via="test")
    assert here(team) == {"Olga", "Ann", "Bob"}
    leave(team.memberships.get(person=ann), via="test")
    run_rule(rule)

    assert here(team) == {"Olga", "Bob", "Kim"}


def test_what_fails_in_one_group_stops_no_other(group, team, olga, ann, caplog):
    crew = found(founder=olga, name="Crew", slug="crew", parent=group, by=olga, via="test")
    for one in (team, crew):
        make_rule(one, about="group", of_group=group, by=olga, via="test")
    make.join(group, make.person("Kim"))

    def blinking(execute, sql, params, many, context):
        if sql.startswith("INSERT") and '"groups_membership"' in sql and params[0] == team.pk:
            raise DatabaseError("the database blinked")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(blinking):
        run_all_rules()

    assert (here(team), here(crew)) == ({"Olga", "Ann", "Bob"}, {"Olga", "Ann", "Bob", "Kim"})
    assert "placement rule" in caplog.text


def test_who_no_longer_fits_looks_after_nothing_any_more(group, team, olga, ann):
    of_bonn(group, team, olga)
    moves(group, ann, "Bonn")
    duty = make_duty(team, name="Keys", by=olga, via="test")
    give_duty(duty, to=team.memberships.get(person=ann), by=olga, via="test")

    moves(group, ann, "Essen")

    duty.refresh_from_db()
    assert (here(team), duty.holder) == ({"Olga"}, None)


def test_who_is_of_the_other_side_looks_after_nothing_any_more(group, olga, ann):
    company = make_organization(name="Acme", by=OPERATOR, via="test")
    affiliate(olga, company, by=OPERATOR, via="test")
    name_side(group, company, side="inside", by=olga, via="test")
    duty = make_duty(group, name="Keys", by=olga, via="test")
    give_duty(duty, to=group.memberships.get(person=ann), by=olga, via="test")
    drain(SUBSCRIBERS)

    limit(group, for_whom="insiders", by=olga, via="test")

    duty.refresh_from_db()
    assert (here(group), duty.holder) == ({"Olga"}, None)


def test_many_are_taken_out_with_few_questions_about_who_stays(group, team, olga, ann, django_assert_max_num_queries):
    rule = make_rule(team, about="group", of_group=group, takes_out=True, by=olga, via="test")
    others = [found(founder=olga, name=f"G{n}", slug=f"g{n}", by=olga, via="test") for n in range(6)]
    for one in others:
        make_rule(team, about="group", of_group=one, takes_out=True, by=olga, via="test")
    people = [make.person(f"P{n}") for n in range(10)]
    for person in people:
        make.join(group, person)
        make.join(others[-1], person)
    run_rule(rule)
    Membership.objects.filter(group=group, person__in=people).delete()

    with django_assert_max_num_queries(60):
        run_rule(rule)

    assert here(team) == {"Olga", "Ann", "Bob"} | {person.name for person in people}


def test_a_member_who_has_left_is_not_removed_as_well(group, olga, ann):
    member = group.memberships.select_related("group", "person").get(person=ann)
    leave(group.memberships.get(person=ann), via="web")

    with pytest.raises(Refused):
        remove_member(member, by=olga, via="web")
    with pytest.raises(Refused):
        leave(member, via="web")

    member.refresh_from_db()
    assert member.departed_by == "left"
    assert Event.objects.filter(kind__in=["member.left", "member.removed"], subject_id=member.pk).count() == 1


def test_groups_that_take_out_again_do_not_look_at_each_other_in_a_ring(group, team, olga):
    crew = found(founder=olga, name="Crew", slug="crew", by=olga, via="test")
    make_rule(crew, about="group", of_group=team, takes_out=True, by=olga, via="test")
    make_rule(group, about="group", of_group=crew, takes_out=True, by=olga, via="test")

    with pytest.raises(Refused):
        make_rule(team, about="group", of_group=group, takes_out=True, by=olga, via="test")

    assert not team.placement_rules.exists()
    assert make_rule(team, about="group", of_group=group, by=olga, via="test").pk


def test_a_rule_keeps_only_what_it_is_about(group, team, olga):
    company = make_organization(name="Acme", by=OPERATOR, via="test")
    field = make_field(group, label="City", by=olga, via="test")
    said = {"value": "Bonn", "side": "customer", "organization": company, "field": field, "of_group": group}

    rule = make_rule(team, about="field", by=olga, via="test", **said)
    rule.refresh_from_db()
    other = make_rule(team, about="organization", by=olga, via="test", **said)
    other.refresh_from_db()

    assert (rule.value, rule.field, rule.of_group, rule.side, rule.organization) == ("Bonn", field, group, "", None)
    assert (other.value, other.field, other.side, other.organization) == ("", None, "", company)
