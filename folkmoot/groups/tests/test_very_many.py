"""In a very big group: PostgreSQL refuses a query with more than 65,535 parameters, so none may grow with the group."""

import pytest

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.conversations.operations import merge_groups
from folkmoot.groups.models import Application, Denial, Invitation, Membership
from folkmoot.groups.operations import split_off
from folkmoot.groups.queries import members_reached
from folkmoot.kit.errors import Refused
from tests import asked, make

MANY = 600


@pytest.fixture
def tarn():
    return make.group()


@pytest.fixture
def crowd():
    return Person.objects.bulk_create([Person(handle=f"p{number}", name="P") for number in range(MANY)])


def test_a_group_of_very_many_becomes_part_of_another(tarn, crowd):
    loom = make.group(slug="loom")
    Membership.objects.bulk_create([Membership(group=tarn, person=one) for one in crowd])
    asking = Person.objects.bulk_create([Person(handle=f"a{number}", name="A") for number in range(MANY)])
    for group in (tarn, loom):
        Application.objects.bulk_create([Application(group=group, person=one) for one in asking])
        addresses = [f"i{number}@example.org" for number in range(MANY)]
        Invitation.objects.bulk_create(
            [Invitation(group=group, address=one, token=f"{group.slug}{one}") for one in addresses]
        )

    with asked.parameters() as counts:
        merge_groups(tarn, into=loom, by=OPERATOR, via="test")

    assert max(counts) < MANY
    assert loom.memberships.count() == MANY + 1
    assert Application.objects.filter(group=loom).count() == Invitation.objects.filter(group=loom).count() == MANY
    assert not Application.objects.exclude(group=loom).exists()


def test_letters_pass_by_very_many_who_are_banned(tarn, crowd):
    Membership.objects.bulk_create([Membership(group=tarn, person=one) for one in crowd])
    Denial.objects.bulk_create([Denial(group=tarn, person=one, permission="") for one in crowd])

    with asked.parameters() as counts:
        reached = {member.person.name for member in members_reached("topics.read", tarn).select_related("person")}

    assert max(counts) < MANY
    assert reached == {"Olga"}


def test_more_members_than_can_be_split_off_are_not_even_looked_for(tarn):
    with asked.parameters() as counts, pytest.raises(Refused):
        split_off(
            tarn, founder=tarn.memberships.get().person, members=range(1, 6000), by=OPERATOR, via="test", name="B"
        )

    assert max(counts, default=0) < MANY
