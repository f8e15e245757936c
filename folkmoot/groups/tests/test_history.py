import pytest
from django.db import transaction

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import HistoryEntry
from folkmoot.groups.operations.history import note
from tests import make


def test_an_act_is_noted_with_who_what_and_by_which_door():
    ann = make.person("Ann")
    group = make.group(ann)

    with transaction.atomic():
        note(group, "role.granted", by=ann, via="web", about=ann, role=7)

    entry = HistoryEntry.objects.get(kind="role.granted")
    assert (entry.group, entry.by, entry.about, entry.via, entry.facts) == (group, ann, ann, "web", {"role": 7})


def test_what_the_command_line_does_is_nobodys():
    group = make.group()

    with transaction.atomic():
        note(group, "role.granted", by=OPERATOR, via="cli")

    assert HistoryEntry.objects.get(kind="role.granted").by is None


@pytest.mark.django_db(transaction=True)
def test_nothing_is_noted_outside_the_transaction_that_does_it(transactional_db):
    group = make.group()

    with pytest.raises(transaction.TransactionManagementError):
        note(group, "role.granted", by=OPERATOR, via="cli")

    assert not HistoryEntry.objects.filter(kind="role.granted").exists()
