from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Denial, Group, HistoryEntry, Membership
from folkmoot.groups.operations import deny, grant_role, lift, make_owner, turn_terms
from folkmoot.groups.operations.reach import lay_reach
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
