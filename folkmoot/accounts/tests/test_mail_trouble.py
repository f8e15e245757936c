"""Letters that come back, and somebody who is there for a moment only."""

from django.db import transaction

from folkmoot.accounts.models import MailTrouble, Person
from folkmoot.accounts.operations import mail_came_back, prove_address, stand_in
from tests import make


def test_letters_that_come_back_are_counted_until_the_address_is_proven_again():
    ann = make.person("Ann")
    address = ann.addresses.get()

    for _letter in range(3):
        mail_came_back(address)
    assert list(MailTrouble.objects.values_list("address__email", "times")) == [("ann@example.org", 3)]

    prove_address(ann, address="ann@example.org", via="test")
    assert not MailTrouble.objects.exists()


def test_who_stands_in_is_gone_with_the_transaction_and_leaves_no_number_behind():
    with transaction.atomic():
        someone = stand_in(name="You, as Member")
        assert Person.objects.filter(pk=someone.pk).exists()
        transaction.set_rollback(True)

    assert not Person.objects.exists()
    assert make.person("Ann").pk < 2**40
