import pytest

from folkmoot.groups.chronicle import in_words
from folkmoot.groups.models import HistoryEntry
from folkmoot.groups.operations import change, remove_member
from folkmoot.groups.operations.duties import make_duty
from folkmoot.groups.operations.undoing import undo
from folkmoot.kit.errors import NotAllowed, Refused
from tests import make


def test_an_act_is_undone_once_and_both_stand_in_the_history():
    olga = make.person("Olga")
    group = make.group(owner=olga, name="Tarn")
    change(group, name="Turn", by=olga, via="test")
    entry = HistoryEntry.objects.get(kind="group.changed")

    undo(entry, by=olga, via="test")
    with pytest.raises(Refused):
        undo(entry, by=olga, via="test")

    group.refresh_from_db()
    entry.refresh_from_db()
    assert group.name == "Tarn"
    assert entry.undone_by is not None
    assert entry.undone_by.kind == "group.changed"


def test_a_member_undoes_nothing():
    olga, ann = make.person("Olga"), make.person("Ann")
    group = make.group(ann, owner=olga)
    duty = make_duty(group, name="Host", by=olga, via="test")

    with pytest.raises(NotAllowed):
        undo(HistoryEntry.objects.get(kind="duty.made"), by=ann, via="test")

    duty.refresh_from_db()
    assert duty.ended_at is None


def test_each_act_is_told_in_words():
    olga = make.person("Olga")
    group = make.group(make.person("Ann"), owner=olga)
    make_duty(group, name="Host", by=olga, via="test")

    told = [line.words for line in in_words(group.history.select_related("about").order_by("pk"))]

    assert told == ["founded the group", "took Ann in", "named a responsibility: Host"]


def test_a_removal_is_undone_once_by_what_says_so_itself():
    olga = make.person("Olga")
    group = make.group(make.person("Ann"), owner=olga)
    ann = group.memberships.get(person__name="Ann")
    remove_member(ann, by=olga, via="test")
    entry = HistoryEntry.objects.get(kind="member.removed")

    undo(entry, by=olga, via="test")
    with pytest.raises(Refused):
        undo(entry, by=olga, via="test")

    ann.refresh_from_db()
    entry.refresh_from_db()
    assert ann.left_at is None
    assert entry.undone_by is not None
    assert entry.undone_by.kind == "member.restored"
