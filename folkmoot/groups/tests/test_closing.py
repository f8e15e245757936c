"""A group that is closed takes along what stands below it, and brings it back."""

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import Group, HistoryEntry
from folkmoot.groups.operations import close_group, found, move_group, reopen_group
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def tarn(olga):
    return make.group(owner=olga)


def below(parent, slug):
    owner = parent.memberships.order_by("pk")[0].person
    return found(founder=owner, name=slug.title(), slug=slug, parent=parent, via="test")


def close(group, reason="Over."):
    return close_group(group, reason=reason, by=OPERATOR, via="test")


def reopen(group):
    return reopen_group(group, by=OPERATOR, via="test")


def closed():
    return set(Group.objects.exclude(closed_at=None).values_list("slug", "closed_why"))


def happened(kind):
    """Of which groups it was recorded, and in whose histories it stands; the whole place's has all."""
    entries = HistoryEntry.objects.filter(kind=kind)
    here = sorted(entries.exclude(group=None).values_list("group__slug", flat=True))
    names = dict(Group.objects.values_list("pk", "slug"))
    assert sorted(names[one.facts["of"]] for one in entries.filter(group=None)) == here
    assert sorted(names[one.subject_id] for one in Event.objects.filter(kind=kind)) == here
    return here


def test_all_below_a_group_closes_and_opens_with_it(tarn):
    west = below(tarn, "west")
    below(west, "deep")
    make.group(slug="loom", owner=tarn.memberships.get().person)

    close(tarn)

    assert closed() == {("tarn", "Over."), ("west", "Over."), ("deep", "Over.")}
    assert happened("group.closed") == ["deep", "tarn", "west"]

    reopen(tarn)

    assert closed() == set()
    assert not Group.objects.exclude(closed_with=None).exists()
    assert happened("group.reopened") == ["deep", "tarn", "west"]


def test_what_was_closed_before_stays_as_it_was(tarn):
    west = below(tarn, "west")
    below(west, "deep")
    close(west, "Asleep.")

    close(tarn)
    reopen(tarn)

    assert closed() == {("west", "Asleep."), ("deep", "Asleep.")}
    assert happened("group.closed") == ["deep", "tarn", "west"]
    reopen(west)
    assert closed() == set()
    assert happened("group.reopened") == ["deep", "tarn", "west"]


def test_one_below_is_opened_alone_and_the_others_with_the_one_above(tarn):
    west = below(tarn, "west")
    below(tarn, "east")
    close(tarn)

    reopen(west)
    assert {slug for slug, _why in closed()} == {"tarn", "east"}
    close(west, "After all.")
    reopen(tarn)

    assert closed() == {("west", "After all.")}


def test_what_was_moved_away_meanwhile_opens_with_the_one_it_was_closed_with(tarn, olga):
    west, loom = below(tarn, "west"), make.group(owner=olga, slug="loom")
    close(tarn)
    move_group(Group.objects.get(pk=west.pk), parent=loom, by=olga, via="test")

    reopen(tarn)

    assert closed() == set()


def test_who_may_not_close_a_group_closes_none_below_it(tarn, olga):
    below(tarn, "west")

    with pytest.raises(NotAllowed):
        close_group(tarn, reason="Mine.", by=olga, via="web")
    with pytest.raises(Refused):
        close(tarn, " ")
    assert closed() == set()

    close(tarn)
    with pytest.raises(NotAllowed):
        reopen_group(tarn, by=olga, via="web")
    assert {slug for slug, _why in closed()} == {"tarn", "west"}
