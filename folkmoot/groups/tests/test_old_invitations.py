"""Invitations that are too old, and people who were taken out since they were written."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.groups.models import Invitation
from folkmoot.groups.operations import accept, come_by, found, import_members, invite, make_link, remove_member
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, joining="invitation", visibility="hidden")


def test_whoever_was_taken_out_of_a_subgroup_comes_into_the_group_only(group, olga):
    team = found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")
    ann, link = make.person("Ann"), make_link(group, subgroups=[team], by=olga, via="test")
    remove_member(make.join(team, ann), by=olga, via="test")

    come_by(link, person=ann, via="web")

    assert (is_member(ann, group), is_member(ann, team)) == (True, False)


def test_whoever_was_taken_out_does_not_come_back_by_an_invitation_of_before(group, olga):
    ann = make.person("Ann")
    before = invite(group, address="ann@work.example", by=olga, via="test")
    remove_member(make.join(group, ann), by=olga, via="test")
    with pytest.raises(Refused, match="taken out"):
        accept(before, person=ann, via="web")
    before.refresh_from_db()
    assert before.answered_at is None

    accept(invite(group, address="ann@example.org", by=olga, via="test"), person=ann, via="web")

    assert is_member(ann, group)


def test_an_invitation_that_is_over_opens_no_door(client, group, olga):
    ann, found_there = make.person("Ann"), []
    invite(group, address="ann@example.org", by=olga, via="test")
    client.force_login(ann)
    for days in (29, 31):
        Invitation.objects.update(invited_at=now() - timedelta(days=days))
        found_there.append(client.get("/g/tarn").status_code)

    assert found_there == [200, 404]


def test_who_was_invited_long_ago_is_invited_again(group, olga):
    rows = "new@example.net\n"
    import_members(group, rows, are_agreed=False, by=olga, via="test")
    Invitation.objects.update(invited_at=now() - timedelta(days=31))

    assert [
        fate.outcome.value for fate in import_members(group, rows, are_agreed=False, by=olga, via="test").fates
    ] == ["invited"]

    assert [one.address for one in Invitation.objects.open()] == ["new@example.net"]
    assert Event.objects.filter(kind="member.invited").count() == 2
