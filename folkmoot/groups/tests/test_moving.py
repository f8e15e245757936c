"""A group comes over from an old place, and how many have."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import merge
from folkmoot.config.personal import PARTS
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import Group, InvitationLink, Move, Moved, MoveDay
from folkmoot.groups.moves import counts_of, is_page_open, move_of, weeks_of
from folkmoot.groups.operations import (
    accept,
    begin_move,
    change_move,
    come_by,
    count_opening,
    date_move_back,
    end_move,
    end_moves,
    import_members,
    leave,
    make_member,
    make_owner,
    rehearse_import,
    unite,
)
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make

THERE = {"name": "Meetup", "address": "https://meetup.example/tarn", "members": 610}


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, joining="invitation")


@pytest.fixture
def move(group, olga):
    return begin_move(group, **THERE, by=olga, via="test")


def counted(move):
    counts = counts_of(move)
    return counts.there, counts.reached, counts.joined


def test_a_move_begins_with_a_page_that_is_typed_easily_and_lasts_three_months(group, olga):
    move = begin_move(group, **THERE, by=olga, via="test")

    assert timedelta(days=91) < move.ends_at - now() <= timedelta(days=92)
    assert (len(move.link.token), move.link.token) == (8, move.link.token.lower())
    assert move.link.ends_at == move.ends_at
    assert Event.objects.get(kind="move.begun").subject_id == move.pk
    assert group.history.get(kind="move.begun").by == olga
    assert is_page_open(move)
    assert counted(move) == (610, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "called"),
        ({"address": "javascript:alert(1)"}, "address"),
        ({"address": "https://me:secret@meetup.example/"}, "address"),
        ({"address": "https://" + "x" * 600}, "address"),
        ({"members": 0}, "one at least"),
        ({"members": 10**9}, "one at least"),
        ({"ends_at": now() - timedelta(days=1)}, "later day"),
        ({"ends_at": now() + timedelta(days=400)}, "later day"),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_nothing(group, olga, wrong, words):
    with pytest.raises(Refused, match=words):
        begin_move(group, **THERE | wrong, by=olga, via="test")

    assert not Move.objects.exists()
    assert not InvitationLink.objects.exists()


def test_only_who_looks_after_members_lets_a_group_come_over_and_only_once_at_a_time(group, olga, move):
    ann = make.person("Ann")
    make.join(group, ann)

    with pytest.raises(Refused, match="already"):
        begin_move(group, **THERE, by=olga, via="test")
    with pytest.raises(NotAllowed):
        begin_move(make.group(slug="loom"), **THERE, by=ann, via="test")
    with pytest.raises(NotAllowed):
        change_move(move, **THERE, ends_at=move.ends_at, by=ann, via="test")
    with pytest.raises(NotAllowed):
        end_move(move, by=ann, via="test")
    assert list(Move.objects.values_list("ended_at", flat=True)) == [None]


def test_it_is_put_right_and_the_page_is_then_of_whoever_did(group, olga, move):
    eve = make.person("Eve")
    make_owner(make.join(group, eve), by=olga, via="test")
    make_member(group.memberships.get(person=olga), by=eve, via="test")
    assert not is_page_open(Move.objects.get())

    day = now() + timedelta(days=30)
    change_move(Move.objects.get(), **THERE | {"members": 600}, ends_at=day, by=eve, via="test")

    move.refresh_from_db()
    assert (move.members, move.ends_at, move.link.ends_at) == (600, day, day)
    assert is_page_open(move)
    assert Event.objects.filter(kind="move.changed", subject_id=move.pk).exists()
    with pytest.raises(Refused, match="later day"):
        change_move(move, **THERE, ends_at=now() - timedelta(days=1), by=eve, via="test")


def test_it_ends_by_hand_or_by_itself_and_nobody_comes_any_more(group, olga, move):
    assert end_moves() == 0
    Move.objects.update(ends_at=now() - timedelta(minutes=1))

    assert (end_moves(), end_moves()) == (1, 0)

    move.refresh_from_db()
    assert move.ended_at
    assert not is_page_open(move)
    with pytest.raises(Refused):
        come_by(move.link, person=make.person("Ann"), via="web")
    with pytest.raises(Refused, match="over already"):
        end_move(move, by=olga, via="test")
    again = begin_move(group, **THERE, by=olga, via="test")
    end_move(again, by=olga, via="test")
    assert Event.objects.filter(kind="move.ended").count() == 2
    assert move_of(group) == again


def test_who_comes_by_the_page_is_counted_once_and_openings_are_only_a_number(group, move):
    for _time in range(5):
        count_opening(move)
    come_by(move.link, person=make.person("Ann"), via="web")
    come_by(move.link, person=make.person("Bob"), via="web")

    assert list(MoveDay.objects.values_list("day", "opened")) == [(localdate(), 5)]
    assert {field.name for field in MoveDay._meta.fields} == {"id", "move", "day", "opened"}
    assert counted(move) == (610, 2 + 3, 2)
    assert [(week.opened, week.joined) for week in weeks_of(move)] == [(5, 2)]


def test_only_whoever_runs_the_place_dates_a_move_back(olga, move):
    come_by(move.link, person=make.person("Ann"), via="web")

    with pytest.raises(NotAllowed):
        date_move_back(move, opened=[4, 3], by=olga, via="test")
    date_move_back(move, opened=[4, 3], by=OPERATOR, via="test")

    assert [week.opened for week in weeks_of(move)] == [4, 3, 0]
    assert [week.joined for week in weeks_of(move)] == [0, 1, 1]
    assert Event.objects.filter(kind="move.dated", subject_id=move.pk).exists()


def test_no_more_are_reached_than_there_were(group, olga):
    move = begin_move(group, **THERE | {"members": 3}, by=olga, via="test")
    for _time in range(9):
        count_opening(move)

    assert counted(move) == (3, 3, 0)


def test_who_leaves_has_not_come_over(group, move):
    leave(come_by(move.link, person=make.person("Ann"), via="web"), via="web")

    assert counted(move) == (610, 0, 0)


def test_people_of_a_list_count_where_it_is_said_that_they_are_from_there(group, olga, move):
    make.join(group, make.person("Ann"))
    lists = "ann@example.org\nbob@example.org"

    rehearse_import(group, lists, are_agreed=True, by=olga)
    import_members(group, "zoe@example.org", are_agreed=True, by=olga, via="test")
    assert counted(move) == (610, 0, 0)
    import_members(group, lists, are_agreed=True, is_moved=True, by=olga, via="test")
    import_members(group, lists, are_agreed=True, is_moved=True, by=olga, via="test")

    assert counted(move) == (610, 2, 2)
    assert set(Moved.objects.values_list("way", flat=True)) == {"list"}


def test_who_is_invited_by_a_list_counts_when_they_say_yes(group, olga, move):
    import_members(group, "ann@example.org", are_agreed=False, is_moved=True, by=olga, via="test")
    assert counted(move) == (610, 0, 0)

    accept(group.invitations.get(), person=make.person("Ann"), via="web")

    assert counted(move) == (610, 1, 1)


def test_two_accounts_that_become_one_have_come_over_once(group, move):
    ann, anna = make.person("Ann"), make.person("Anna")
    for person in (ann, anna):
        come_by(move.link, person=person, via="web")

    merge(anna, into=ann, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)

    assert list(Moved.objects.values_list("person", flat=True)) == [ann.pk]
    assert counted(move)[2] == 1


def test_nothing_of_it_is_left_of_who_is_erased(group, move):
    ann = make.person("Ann")
    come_by(move.link, person=ann, via="web")
    told = {fact.name: list(fact.rows) for part in PARTS for fact in part.facts(ann)}
    assert told["moved"][0]["move__name"] == "Meetup"

    for part in PARTS:
        part.erase(Person.objects.get(pk=ann.pk), False)

    assert not Moved.objects.exists()


def test_a_group_that_became_another_s_lets_nobody_come_over(group, olga, move):
    unite(group, into=make.group(owner=olga, slug="loom"), by=olga, via="test")

    assert Group.objects.get(pk=group.pk).merged_into_id
    with pytest.raises(Refused):
        come_by(move.link, person=make.person("Ann"), via="web")
