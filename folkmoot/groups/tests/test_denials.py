from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.carrying import denied_in
from folkmoot.groups.deciding import holds, permissions_in
from folkmoot.groups.models import Denial, Group, HistoryEntry, Inspection, Membership, Role, RoleGrant
from folkmoot.groups.operations import deny, end_inspections, grant_role, inspect, lift, make_owner, turn_terms
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.operations.undoing import undo
from folkmoot.groups.rules import owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann)


@pytest.fixture
def olga(group):
    return owners_of(group).get().person


def happened(kind):
    return HistoryEntry.objects.filter(kind=kind).count(), Event.objects.filter(kind=kind).count()


def test_something_is_denied_and_lifted(ann, group, olga):
    denial = deny(ann, group=group, permission="topics.post", reason="Shouts.", by=olga, via="web")
    assert not holds(ann, "topics.post", group)
    assert holds(ann, "members.read", group)

    lift(denial, by=olga, via="web")

    assert holds(ann, "topics.post", group)
    assert happened("permission.denied") == happened("permission.lifted") == (1, 1)
    with pytest.raises(Refused):
        lift(denial, by=olga, via="web")


def test_it_ends_by_itself_and_can_be_said_again(ann, group, olga):
    denial = deny(ann, group=group, reason="Shouts.", ends_at=now() + timedelta(days=1), by=olga, via="web")
    with pytest.raises(Refused):
        deny(ann, group=group, reason="Again.", by=olga, via="web")
    Denial.objects.filter(pk=denial.pk).update(
        starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(seconds=1)
    )

    assert (turn_terms(), turn_terms(), holds(ann, "topics.post", group)) == (1, 0, True)

    assert happened("permission.ended") == (1, 1)
    deny(ann, group=group, reason="Again.", by=olga, via="web")
    assert not holds(ann, "topics.post", group)


def test_it_begins_on_its_day(ann, group, olga):
    denial = deny(ann, group=group, reason="Holidays.", starts_at=now() + timedelta(days=1), by=olga, via="web")
    assert holds(ann, "topics.post", group)

    Denial.objects.filter(pk=denial.pk).update(starts_at=now() - timedelta(seconds=1))

    assert (turn_terms(), turn_terms(), holds(ann, "topics.post", group)) == (1, 0, False)


def test_members_deny_nothing_and_nobody_lifts_their_own(ann, group, olga):
    bob = make.person("Bob")
    make.join(group, bob)
    moderators = group.roles.get(key="moderator")
    grant_role(Membership.objects.get(person=ann), role=moderators, by=OPERATOR, via="test")
    theirs = deny(ann, group=group, permission="topics.post", reason="Shouts.", by=olga, via="web")
    before = Denial.objects.count(), HistoryEntry.objects.count(), Event.objects.count()

    for forbidden in (
        lambda: deny(ann, group=group, reason="Because.", by=bob, via="web"),
        lambda: deny(bob, group=group, permission="members.addresses", reason="Not mine.", by=ann, via="web"),
        lambda: lift(theirs, by=ann, via="web"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()

    assert (Denial.objects.count(), HistoryEntry.objects.count(), Event.objects.count()) == before


def test_a_denial_needs_a_reason_a_permission_there_is_and_an_end_to_come(ann, group, olga):
    for more in (
        {"reason": " "},
        {"reason": "So.", "permission": "moon.fly"},
        {"reason": "So.", "ends_at": now() - timedelta(days=1)},
    ):
        with pytest.raises(Refused):
            deny(ann, group=group, by=olga, via="web", **more)
    assert not Denial.objects.exists()


def test_nobody_is_locked_out_of_what_they_own(ann, group, olga):
    below = make.group(slug="below", owner=ann)
    Group.objects.filter(pk=below.pk).update(parent=group, inherits_roles=False)
    lay_reach(Group.objects.get(pk=below.pk))

    for who in (olga, ann):
        with pytest.raises(Refused):
            deny(who, group=group, reason="Mine now.", by=OPERATOR, via="command")

    assert not Denial.objects.exists()


def test_who_is_denied_something_does_not_become_an_owner(ann, group, olga):
    deny(ann, group=group, permission="topics.post", reason="Shouts.", by=olga, via="web")

    with pytest.raises(Refused):
        make_owner(Membership.objects.get(person=ann), by=olga, via="web")

    assert owners_of(group).count() == 1


def test_who_lifts_gives_back_only_what_they_may_do_themselves(group, ann, olga):
    """A moderator could not have taken an organiser's roles away, and does not give them back."""
    bob = make.person("Bob")
    tending = make.join(group, bob)
    grant_role(group.memberships.get(person=ann), role=group.roles.get(key="moderator"), by=olga, via="test")
    chief = Role.objects.create(group=group, name="Chief")
    chief.permissions.create(name="group.manage")
    grant_role(tending, role=chief, by=olga, via="test")
    whole = deny(bob, group=group, reason="So.", by=olga, via="test")
    one = deny(bob, group=group, permission="topics.post", reason="So.", by=olga, via="test")
    mine = permissions_in(Group.objects.get(pk=group.pk), ann)

    with pytest.raises(NotAllowed):
        lift(whole, by=ann, via="web")
    assert {row.denial.pk: row.is_mine_to_lift for row in denied_in(group, ann, mine)} == {
        whole.pk: False,
        one.pk: True,
    }
    lift(one, by=ann, via="web")
    lift(whole, by=olga, via="web")

    assert holds(bob, "group.manage", group)


def test_a_denial_that_begins_later_still_does_when_its_lifting_is_undone(group, ann, olga):
    begins, ends = now() + timedelta(days=3), now() + timedelta(days=9)
    denial = deny(
        ann, group=group, permission="topics.post", reason="So.", starts_at=begins, ends_at=ends, by=olga, via="web"
    )
    lift(denial, by=olga, via="web")

    undo(HistoryEntry.objects.get(kind="permission.lifted"), by=olga, via="web")

    again = Denial.objects.unlifted().get()
    assert (again.starts_at, again.ends_at, again.begun_at) == (begins, ends, None)
    assert holds(ann, "topics.post", group)


def test_two_clocks_at_once_end_a_thing_once(transactional_db):
    olga, people = make.person("Olga"), [make.person(f"P{number}") for number in range(4)]
    group, root = make.group(*people, owner=olga), make.person("Root", administrator=True)
    role, past = group.roles.get(key="moderator"), now() - timedelta(hours=1)
    for one in people:
        deny(one, group=group, permission="topics.post", reason="So.", by=olga, via="test")
        grant_role(group.memberships.get(person=one), role=role, by=olga, via="test")
    inspect(group, administrator=root, reason="Why.", hours=1, by=root, via="test")
    Denial.objects.update(starts_at=past - timedelta(hours=1), ends_at=past)
    RoleGrant.objects.filter(role=role).update(ends_at=past)
    Inspection.objects.update(began_at=past - timedelta(hours=1), ends_at=past)
    begin, turned = Barrier(3), []

    def turn():
        begin.wait()
        turned.append(turn_terms() + end_inspections())
        connection.close()

    threads = [Thread(target=turn) for _number in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sum(turned) == 9
    assert happened("role.ended") == happened("permission.ended") == (4, 4)
    assert happened("inspection.ended") == (2, 1)  # for the group and for the installation
