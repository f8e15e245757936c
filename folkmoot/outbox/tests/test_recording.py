import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record_all
from tests import make


@pytest.mark.django_db(transaction=True)
def test_what_happened_to_many_is_noted_for_each_in_their_transaction(transactional_db):
    ann, bob = make.person("Ann"), make.person("Bob")
    with pytest.raises(TransactionManagementError):
        record_all("person.waved", [ann, bob], by=ann, via="test")

    with transaction.atomic():
        record_all("person.waved", [ann, bob], by=ann, via="test", to="all")

    rows = Event.objects.filter(kind="person.waved").values_list("subject_id", "actor_id", "via", "data")
    assert sorted(rows, key=str) == sorted([(one.pk, ann.pk, "test", {"to": "all"}) for one in (ann, bob)], key=str)
