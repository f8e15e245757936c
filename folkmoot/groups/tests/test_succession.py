from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import Election, HistoryEntry, Membership, Role
from folkmoot.groups.operations import deny
from folkmoot.groups.operations.duties import give_duty, make_duty
from folkmoot.groups.operations.succession import come_back, look_after_owners, stand, stand_no_longer, vote
from folkmoot.groups.rules import owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def group():
    """A group whose owner is silent for a year, with three members who are not."""
    made = make.group(*map(make.person, ("Ann", "Bea", "Cy")), owner=make.person("Olga"))
    long_ago = now() - timedelta(days=365)
    HistoryEntry.objects.filter(group=made).update(at=long_ago)
    type(made).objects.filter(pk=made.pk).update(created_at=long_ago)
    made.memberships.update(joined_at=long_ago, active_at=now())
    made.memberships.filter(person__name="Olga").update(active_at=long_ago)
    made.refresh_from_db()
    return made


def member(group, name) -> Membership:
    return group.memberships.select_related("person", "group").get(person__name=name)


def opened(group) -> Election:
    look_after_owners()
    return Election.objects.select_related("group").get(group=group, decided_at=None)


def owners(group):
    return {one.person.name for one in owners_of(group)}


def over(election):
    look_after_owners(election.closes_at + timedelta(seconds=1))
    election.refresh_from_db()


def test_a_vote_begins_where_the_last_owner_is_silent_and_only_once(group):
    election = opened(group)
    look_after_owners()

    assert (election.electorate, election.quorum, Election.objects.count()) == (3, 1, 1)
    assert Event.objects.filter(kind="election.opened").count() == 1


def test_no_vote_begins_while_an_owner_is_heard_of(group):
    group.memberships.filter(person__name="Olga").update(active_at=now())

    look_after_owners()

    assert not Election.objects.exists()


def test_the_deputy_of_the_owner_goes_before_a_vote(group):
    olga = member(group, "Olga")
    chair = make_duty(group, name="Chair", role=group.roles.get(key=Role.BuiltIn.OWNER), by=olga.person, via="test")
    give_duty(chair, to=olga, deputy=member(group, "Bea"), by=olga.person, via="test")
    HistoryEntry.objects.filter(by=olga.person).update(at=now() - timedelta(days=365))

    look_after_owners()

    assert owners(group) == {"Olga", "Bea"}
    assert not Election.objects.exists()
    assert HistoryEntry.objects.filter(kind="succession.deputy").count() == 1


def test_whoever_has_most_votes_owns_the_group(group):
    election = opened(group)
    for name in ("Ann", "Bea"):
        stand(election, person=member(group, name).person, words="I would.", via="test")
    vote(election, person=member(group, "Ann").person, candidate=member(group, "Ann"), via="test")
    vote(election, person=member(group, "Bea").person, candidate=member(group, "Bea"), via="test")
    vote(election, person=member(group, "Cy").person, candidate=member(group, "Ann"), via="test")
    vote(election, person=member(group, "Cy").person, candidate=member(group, "Bea"), via="test")

    over(election)

    assert election.elected == member(group, "Bea")
    assert owners(group) == {"Olga", "Bea"}


def test_among_equals_whoever_is_here_longest(group):
    group.memberships.filter(person__name="Bea").update(joined_at=now() - timedelta(days=999))
    election = opened(group)
    for name in ("Ann", "Bea"):
        stand(election, person=member(group, name).person, via="test")
        vote(election, person=member(group, name).person, candidate=member(group, name), via="test")

    over(election)

    assert election.elected == member(group, "Bea")


def test_without_a_quorum_members_vote_again(group):
    election = opened(group)

    over(election)

    assert (election.elected, owners(group)) == (None, {"Olga"})
    assert Election.objects.filter(decided_at=None).count() == 1
    assert Event.objects.filter(kind="election.failed").count() == 1


def test_a_vote_for_one_who_stands_no_longer_counts_for_nobody(group):
    election, ann = opened(group), member(group, "Ann")
    stand(election, person=ann.person, via="test")
    vote(election, person=ann.person, candidate=ann, via="test")

    stand_no_longer(election, person=ann.person, via="test")
    over(election)

    assert owners(group) == {"Olga"}


def test_the_owner_who_comes_back_stops_it(group):
    election = opened(group)

    come_back(election, person=member(group, "Olga").person, via="test")
    look_after_owners()

    election.refresh_from_db()
    assert (election.elected, election.decided_at is not None, Election.objects.count()) == (None, True, 1)


def test_who_was_not_there_or_active_neither_votes_nor_stands_nor_stops_it(group):
    election = opened(group)
    late = make.join(group, make.person("Late"))
    Membership.objects.filter(pk=late.pk).update(active_at=now())

    for act in (
        lambda: stand(election, person=late.person, via="test"),
        lambda: stand_no_longer(election, person=late.person, via="test"),
        lambda: vote(election, person=late.person, candidate=late, via="test"),
        lambda: come_back(election, person=late.person, via="test"),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(Refused):
        vote(election, person=member(group, "Ann").person, candidate=member(group, "Cy"), via="test")

    assert not election.ballots.exists()
    assert not election.candidacies.exists()


@pytest.mark.parametrize("what", ["", "topics.post"], ids=["everything", "one thing"])
def test_who_is_denied_something_neither_stands_nor_becomes_owner(group, what):
    election, ann, bea = opened(group), member(group, "Ann"), member(group, "Bea")
    stand(election, person=bea.person, via="test")
    vote(election, person=bea.person, candidate=bea, via="test")
    for one in (ann, bea):
        deny(one.person, group=group, permission=what, reason="Noise", by=OPERATOR, via="test")

    with pytest.raises(Refused):
        stand(election, person=ann.person, via="test")
    over(election)

    assert owners(group) == {"Olga"}
    assert not Event.objects.filter(kind="election.decided").exists()


def test_who_is_banned_does_not_vote(group):
    election, ann, bea = opened(group), member(group, "Ann"), member(group, "Bea")
    stand(election, person=bea.person, via="test")
    deny(ann.person, group=group, reason="Noise", by=OPERATOR, via="test")

    with pytest.raises(NotAllowed):
        vote(election, person=ann.person, candidate=bea, via="test")

    assert not election.ballots.exists()


def test_a_deputy_to_whom_something_is_denied_does_not_become_owner(group):
    olga, bea = member(group, "Olga"), member(group, "Bea")
    chair = make_duty(group, name="Chair", role=group.roles.get(key=Role.BuiltIn.OWNER), by=olga.person, via="test")
    give_duty(chair, to=olga, deputy=bea, by=olga.person, via="test")
    deny(bea.person, group=group, permission="topics.post", reason="Noise", by=olga.person, via="test")
    HistoryEntry.objects.filter(by=olga.person).update(at=now() - timedelta(days=365))

    look_after_owners()

    assert owners(group) == {"Olga"}
