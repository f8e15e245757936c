"""Who was taken out, or is banned, does no more at meetings of a group that every stranger may read."""

from datetime import timedelta

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.operations import deny, remove_member
from folkmoot.kit.errors import NotAllowed
from folkmoot.meetings.models import Meeting, Minutes
from folkmoot.meetings.operations.minutes import approve, begin_minutes, submit_minutes
from folkmoot.meetings.operations.points import add_point, close_point
from tests import make

BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann(db):
    return make.person("Ann")


@pytest.fixture
def meeting(ann):
    found = make.meeting(make.group(ann, make.person("Bob")), starts_in=timedelta(hours=-1), minutes=30)
    Meeting.objects.filter(pk=found.pk).update(host=ann)
    return found


@pytest.fixture
def minutes(meeting, ann):
    bob = meeting.group.memberships.get(person__name="Bob").person
    return submit_minutes(begin_minutes(meeting, **BY), to=[ann, bob], **BY)


def taken_out(ann, group):
    remove_member(group.memberships.get(person=ann), **BY)


def banned(ann, group):
    deny(ann, group=group, reason="Spam", **BY)


@pytest.mark.parametrize("gone", [taken_out, banned])
def test_they_say_nothing_more_of_what_they_had_to_do(meeting, ann, gone):
    Meeting.objects.update(host=None)
    point = add_point(meeting, sort="action", words="Buy chairs", owner=ann, **BY)
    gone(ann, meeting.group)

    with pytest.raises(NotAllowed):
        close_point(point, outcome="You are all fools", by=ann, via="web")


@pytest.mark.parametrize("gone", [taken_out, banned])
def test_they_host_nothing_and_approve_nothing(client, meeting, minutes, ann, gone):
    make.signed_in(client, ann)
    pages = [f"/meetings/{meeting.pk}/{one}" for one in ("door", "badges", "minutes")]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert Minutes.objects.visible_to(ann).exists()

    gone(ann, meeting.group)

    assert Meeting.objects.visible_to(ann).exists()
    assert [client.get(page).status_code for page in pages[:2]] == [404, 404]
    assert not Minutes.objects.visible_to(ann).exists()
    with pytest.raises(NotAllowed):
        approve(minutes, person=ann, version=0, via="mail")
