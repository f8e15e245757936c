import pytest

from folkmoot.accounts.models import Address, MailTrouble, OldHandle, Person, StartLink
from folkmoot.accounts.operations import (
    become_first_administrator,
    enrol,
    enrol_all,
    mail_came_back,
    make_start_link,
    merge,
    prove_address,
    rename,
)
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import Membership
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


def events(kind):
    return [event.subject_id for event in Event.objects.filter(kind=kind)]


def test_enrolling_makes_a_person_with_a_handle_of_their_own():
    first = enrol(name="Ann Example", address="Ann@Example.org", via="test")
    second = enrol(name="Ann Example", via="test")

    assert first.handle == "ann-example"
    assert second.handle != first.handle
    assert [(one.email, one.verified) for one in first.addresses] == [("ann@example.org", False)]
    assert events("person.enrolled") == [first.pk, second.pk]


def test_enrolling_many_gives_each_a_handle_and_an_address_that_nobody_has_proven():
    enrol(name="Ann", via="test")
    made = enrol_all({"Ann@example.org": "Ann", "a@example.org": "Ann", "bob@example.org": ""})

    people = {key: Person.objects.get(pk=pk) for key, pk in made.items()}
    assert [one.name for one in people.values()] == ["Ann", "Ann", "bob"]
    assert len({one.handle for one in people.values()} | {"ann"}) == 4
    assert [one.addresses.get().email for one in people.values()] == list(map(str.lower, made))
    assert not Address.objects.filter(verified=True).exists()


def test_letters_that_come_back_are_counted_until_the_address_is_proven_again():
    ann = enrol(name="Ann", address="ann@example.org", via="test")
    for _letter in range(2):
        mail_came_back(ann.addresses.get())

    assert MailTrouble.objects.values_list("address__email", "times").get() == ("ann@example.org", 2)
    prove_address(ann, address="ann@example.org", via="test")

    assert not MailTrouble.objects.exists()


@pytest.mark.parametrize("name", ["", "\x00\x1b", "名前", "ليلى حدّاد", "x" * 300, "\u202eevil", "   "])
def test_any_name_is_a_name(name):
    person = enrol(name=name, address="x@example.org", via="test")
    assert person.name
    assert len(person.name) <= 100
    assert person.name.isprintable()


def test_a_name_is_changed_by_its_owner_only():
    ann, eve = make.person("Ann"), make.person("Eve")

    rename(ann, name="Anna", by=ann)
    with pytest.raises(NotAllowed):
        rename(ann, name="Nobody", by=eve)
    with pytest.raises(Refused):
        rename(ann, name="  ", by=ann)

    ann.refresh_from_db()
    assert ann.name == "Anna"
    assert events("person.renamed") == [ann.pk]


def test_an_address_is_proven_by_one_person_only():
    ann, eve = make.person("Ann"), make.person("Eve")

    prove_address(ann, address="ann@work.example", via="test")
    with pytest.raises(Refused):
        prove_address(eve, address="ann@work.example", via="test")

    assert Person.objects.at("ANN@work.example") == ann
    assert not eve.addresses.filter(email="ann@work.example").exists()


def test_an_unproven_address_does_not_block_its_owner():
    enrol(name="Squatter", address="kim@example.net", via="test")
    kim = make.person("Kim", address="kim@example.org")

    prove_address(kim, address="kim@example.net", via="test")

    assert Person.objects.at("kim@example.net") == kim


def test_two_persons_become_one_and_bring_along_what_they_have():
    ann = make.person("Ann")
    other = enrol(name="Ann at work", address="ann@work.example", via="test")
    group = make.group(other)
    post = make.topic(group, author=other).posts.get()
    prove_address(ann, address="ann@work.example", via="test")

    merge(other, into=ann, by=ann, via="test")
    drain(SUBSCRIBERS)

    other.refresh_from_db()
    post.refresh_from_db()
    assert (other.merged_into, other.is_active) == (ann, False)
    assert post.author == ann
    assert Membership.objects.current().filter(group=group, person=ann).exists()
    assert OldHandle.objects.get(handle="ann-at-work").person == ann
    assert events("person.merged") == [other.pk]


def test_nobody_takes_over_somebody_elses_past():
    eve = make.person("Eve")
    other = enrol(name="Kim", address="kim@example.net", via="test")

    with pytest.raises(NotAllowed):
        merge(other, into=eve, by=eve, via="test")

    other.refresh_from_db()
    assert other.merged_into is None
    assert Address.objects.get(email="kim@example.net").user == other


def test_the_first_link_makes_one_administrator_and_no_second():
    token = make_start_link()

    first = become_first_administrator(token, name="Ann", address="ann@example.org")
    with pytest.raises(NotAllowed):
        become_first_administrator(token, name="Eve", address="eve@example.org")

    assert first.is_administrator
    assert Person.objects.at("ann@example.org") == first
    assert make_start_link() == ""
    assert events("administrator.named") == [first.pk]


def test_a_new_start_makes_the_old_link_worthless():
    old = make_start_link()
    make_start_link()
    with pytest.raises(NotAllowed):
        become_first_administrator(old, name="Eve", address="eve@example.org")
    assert not Person.objects.exists()
    assert StartLink.objects.count() == 1
