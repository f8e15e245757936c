import pytest

from folkmoot.accounts.models import Person
from folkmoot.doors.feeds.models import FeedKey
from folkmoot.doors.feeds.operations import make_key, remove_key
from folkmoot.kit.errors import NotAllowed
from folkmoot.outbox.models import Event
from tests import make


def kinds():
    return list(Event.objects.filter(kind__startswith="feed_key").order_by("pk").values_list("kind", flat=True))


def test_a_new_key_takes_the_place_of_the_old_one():
    ann = make.person("Ann")

    first, second = make_key(ann).key, make_key(ann).key

    assert first != second
    assert len(first) > 40
    assert list(FeedKey.objects.values_list("person", "key")) == [(ann.pk, second)]
    assert kinds() == ["feed_key.made", "feed_key.made"]
    assert first not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_removed_key_is_gone():
    ann = make.person("Ann")
    make_key(ann)

    remove_key(ann)
    remove_key(ann)

    assert not FeedKey.objects.exists()
    assert kinds() == ["feed_key.made", "feed_key.removed"]


def test_whoever_was_locked_out_gets_none():
    ann = make.person("Ann")
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    ann.refresh_from_db()

    with pytest.raises(NotAllowed):
        make_key(ann)

    assert not FeedKey.objects.exists()
    assert kinds() == []
