import pytest

from folkmoot.accounts.models import Person
from folkmoot.doors.calendars.models import CalendarKey
from folkmoot.doors.calendars.operations import MOST, make_key, remove_key, remove_keys, whose
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def kinds():
    return list(Event.objects.filter(kind__startswith="calendar_key").order_by("pk").values_list("kind", flat=True))


def test_each_program_has_a_key_of_its_own_and_only_its_hash_is_kept():
    ann = make.person("Ann")

    (phone, first), (_laptop, second) = make_key(ann, name=" My\nphone "), make_key(ann, name="Laptop")

    assert first != second
    assert phone.name == "My phone"
    assert whose(first) == whose(second) == ann
    assert kinds() == ["calendar_key.made", "calendar_key.made"]
    assert first not in str(list(CalendarKey.objects.values()) + list(Event.objects.values()))


def test_a_removed_key_is_worth_nothing_and_the_others_are():
    ann = make.person("Ann")
    (phone, first), (_laptop, second) = make_key(ann, name="Phone"), make_key(ann, name="Laptop")

    remove_key(phone, by=ann)

    assert (whose(first), whose(second)) == (None, ann)
    assert kinds()[2:] == ["calendar_key.removed"]
    remove_keys(ann)
    assert whose(second) is None


def test_nobody_removes_anothers_key():
    ann = make.person("Ann")
    key, secret = make_key(ann, name="Phone")

    with pytest.raises(NotAllowed):
        remove_key(key, by=make.person("Eve"))

    assert whose(secret) == ann
    assert kinds() == ["calendar_key.made"]


def test_whoever_was_locked_out_gets_none_and_has_none():
    ann = make.person("Ann")
    _key, secret = make_key(ann, name="Phone")
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    ann.refresh_from_db()

    with pytest.raises(NotAllowed):
        make_key(ann, name="Laptop")

    assert whose(secret) is None
    assert kinds() == ["calendar_key.made"]


def test_a_key_has_a_name_and_there_are_not_too_many():
    ann = make.person("Ann")
    with pytest.raises(Refused):
        make_key(ann, name="  ")
    for number in range(MOST):
        make_key(ann, name=f"{number}")

    with pytest.raises(Refused):
        make_key(ann, name="One more")

    assert CalendarKey.objects.count() == MOST


@pytest.mark.parametrize("secret", ["", "x", "x" * 100_000, "é\0"])
def test_what_is_no_key_is_nobodys(secret):
    assert whose(secret) is None
