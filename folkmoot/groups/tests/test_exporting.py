import pytest

from folkmoot.groups.models import HistoryEntry
from folkmoot.groups.operations import make_member, make_owner, note_export
from folkmoot.kit.errors import NotAllowed
from folkmoot.outbox.models import Event
from tests import make


def test_that_an_owner_takes_the_group_along_is_written_down():
    olga = make.person("Olga")
    tarn = make.group(owner=olga)

    note_export(tarn, by=olga, via="test")

    assert HistoryEntry.objects.get(group=tarn, kind="group.exported").by == olga
    assert Event.objects.filter(kind="group.exported", subject_id=tarn.pk).count() == 1


def test_members_and_past_owners_do_not_take_it_along():
    olga, ann = make.person("Olga"), make.person("Ann")
    tarn = make.group(ann, owner=olga)

    with pytest.raises(NotAllowed):
        note_export(tarn, by=ann, via="test")
    make_owner(tarn.memberships.get(person=ann), by=olga, via="test")
    make_member(tarn.memberships.get(person=olga), by=ann, via="test")
    with pytest.raises(NotAllowed):
        note_export(tarn, by=olga, via="test")

    assert not HistoryEntry.objects.filter(kind="group.exported").exists()
    assert not Event.objects.filter(kind="group.exported").exists()
