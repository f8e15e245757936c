"""What counts as being active, and that coming and going stay as facts."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.accounts.operations import change_installation
from folkmoot.groups.models import HistoryEntry, Membership
from folkmoot.groups.operations import (
    deny,
    grant_role,
    leave,
    make_owner,
    remove_member,
    restore_member,
    was_active,
)
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.groups.rules import is_member, owners_of
from folkmoot.kit.errors import NotAllowed, Refused
from tests import make

SPOKE, READ = Membership.Activity.SPOKE, Membership.Activity.READ


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    made = make.group(ann)
    made.memberships.update(joined_at=now() - timedelta(days=400))
    return made


def activity(group, person):
    return group.memberships.values_list("active_by", "active_at").get(person=person)


def test_the_newest_thing_somebody_did_counts(tarn, ann):
    at = now()
    was_active(ann.pk, tarn.pk, how=SPOKE, at=at)
    was_active(ann.pk, tarn.pk, how=Membership.Activity.REACTED, at=at - timedelta(days=3))

    assert activity(tarn, ann) == ("spoke", at)


def test_one_who_writes_on_and_on_is_noted_once_an_hour(tarn, ann, django_assert_num_queries):
    at = now() - timedelta(days=2)
    was_active(ann.pk, tarn.pk, how=SPOKE, at=at)

    with django_assert_num_queries(1):
        was_active(ann.pk, tarn.pk, how=SPOKE, at=at + timedelta(minutes=5))
    assert activity(tarn, ann) == ("spoke", at)

    was_active(ann.pk, tarn.pk, how=Membership.Activity.REACTED, at=at + timedelta(minutes=6))
    assert activity(tarn, ann) == ("reacted", at + timedelta(minutes=6))
    was_active(ann.pk, tarn.pk, how=SPOKE, at=at + timedelta(minutes=70))
    assert activity(tarn, ann) == ("spoke", at + timedelta(minutes=70))


def test_reading_is_noted_once_a_day_and_hides_nothing_done_today(tarn, ann):
    at = now() - timedelta(days=2)
    was_active(ann.pk, tarn.pk, how=SPOKE, at=at)
    was_active(ann.pk, tarn.pk, how=READ, at=at + timedelta(hours=5))
    assert activity(tarn, ann) == ("spoke", at)

    later = at + timedelta(hours=30)
    was_active(ann.pk, tarn.pk, how=READ, at=later)
    was_active(ann.pk, tarn.pk, how=READ, at=later + timedelta(hours=1))

    assert activity(tarn, ann) == ("read", later)


def test_who_left_is_not_active_and_what_was_before_joining_does_not_count(tarn, ann):
    was_active(ann.pk, tarn.pk, how=SPOKE, at=now() - timedelta(days=500))
    assert activity(tarn, ann) == ("", None)

    leave(tarn.memberships.get(person=ann), via="test")
    was_active(ann.pk, tarn.pk, how=SPOKE, at=now())

    assert activity(tarn, ann) == ("", None)


def test_how_one_left_is_kept_and_a_removal_is_undone_with_its_roles(tarn, ann):
    mine = tarn.memberships.get(person=ann)
    make_owner(mine, by=OPERATOR, via="test")
    since = mine.joined_at

    remove_member(mine, why="Asked to go", by=OPERATOR, via="test")
    gone = Membership.objects.get(pk=mine.pk)
    assert (gone.departed_by, gone.departed_why) == ("removed", "Asked to go")

    restore_member(gone, by=OPERATOR, via="test")

    back = Membership.objects.get(pk=mine.pk)
    assert (back.left_at, back.departed_by, back.joined_at) == (None, "", since)
    assert back in owners_of(tarn)
    kinds = list(HistoryEntry.objects.filter(about=ann).order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["member.removed", "member.restored"]
    assert HistoryEntry.objects.get(kind="member.removed").undone_by.kind == "member.restored"


def test_who_is_back_carries_roles_for_the_terms_they_had(tarn, ann):
    mine, at = tarn.memberships.get(person=ann), now()
    terms = {
        "moderator": (None, at + timedelta(days=30)),
        "organiser": (at + timedelta(days=10), at + timedelta(days=20)),
        "editor": (None, at + timedelta(hours=1)),
        "support": (None, None),
    }
    for key, (starts_at, ends_at) in terms.items():
        role = tarn.roles.get(key=key)
        grant_role(mine, role=role, starts_at=starts_at, ends_at=ends_at, by=OPERATOR, via="test")

    remove_member(mine, by=OPERATOR, via="test")
    removal = HistoryEntry.objects.get(kind="member.removed")
    for one in removal.facts["terms"]:
        if one["role"] == tarn.roles.get(key="editor").pk:
            one["ends_at"] = (at - timedelta(minutes=1)).isoformat()  # it is over meanwhile
    removal.save()
    restore_member(mine, by=OPERATOR, via="test")

    back = {one.role.key: (one.starts_at, one.ends_at) for one in mine.grants.select_related("role")}
    assert back == {key: term for key, term in terms.items() if key != "editor"}
    begun = {one.role.key for one in mine.grants.select_related("role") if one.begun_at}
    assert begun == {"moderator", "support"}


def test_a_removal_is_not_undone_where_nobody_else_is_let_in(tarn, ann):
    mine = tarn.memberships.get(person=ann)
    remove_member(mine, by=OPERATOR, via="test")

    change_installation(most_members=1, by=OPERATOR, via="test")
    with pytest.raises(Refused, match="full"):
        restore_member(mine, by=OPERATOR, via="test")
    change_installation(most_members=None, by=OPERATOR, via="test")
    deny(ann, group=tarn, reason="Spam.", by=OPERATOR, via="test")
    with pytest.raises(Refused, match="banned"):
        restore_member(mine, by=OPERATOR, via="test")

    assert not is_member(ann, tarn)


def test_who_left_by_themselves_is_not_fetched_back(tarn, ann):
    mine = tarn.memberships.get(person=ann)
    leave(mine, via="test")
    with pytest.raises(Refused):
        restore_member(mine, by=OPERATOR, via="test")
    assert not is_member(ann, tarn)


def test_a_member_restores_nobody(tarn, ann):
    bob = make.person("Bob")
    his = make.join(tarn, bob)
    remove_member(his, by=OPERATOR, via="test")
    with pytest.raises(NotAllowed):
        restore_member(his, by=ann, via="test")
    assert not is_member(bob, tarn)


@pytest.fixture
def ops(tarn):
    made = make.group(slug="ops")
    made.parent = tarn
    made.save(update_fields=["parent"])
    lay_reach(made)
    return made
