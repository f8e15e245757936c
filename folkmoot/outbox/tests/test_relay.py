from datetime import timedelta

import pytest
from django.db.transaction import TransactionManagementError
from django.utils.timezone import now

from folkmoot.outbox.clock import Duty, tick
from folkmoot.outbox.models import Delivery, Event, Tick
from folkmoot.outbox.operations import hush, record, sweep
from folkmoot.outbox.relay import Subscriber, drain
from tests import make

KIND = frozenset({"person.enrolled"})


def broken(event):
    raise OSError("away")


def test_an_event_reaches_each_subscriber_of_its_kind_once():
    ann, seen = make.person("Ann"), []
    subscribers = [
        Subscriber("a", KIND, lambda event: seen.append(("a", event.subject_id))),
        Subscriber("b", KIND, lambda event: seen.append(("b", event.subject_id))),
        Subscriber("c", frozenset({"other.kind"}), lambda event: seen.append("c")),
    ]

    drain(subscribers)
    drain(subscribers)

    assert seen == [("a", ann.pk), ("b", ann.pk)]


def test_a_broken_subscriber_is_tried_again_and_holds_up_nobody():
    make.person("Ann")
    seen = []

    drain([Subscriber("a", KIND, broken), Subscriber("b", KIND, lambda event: seen.append("b"))])

    failed = Delivery.objects.get(subscriber="a")
    assert (failed.done_at, failed.attempts, failed.error) == (None, 1, "OSError('away')")
    assert seen == ["b"]

    Delivery.objects.update(due_at=now() - timedelta(seconds=1))
    drain([Subscriber("a", KIND, lambda event: seen.append("a"))])
    assert seen == ["b", "a"]


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_the_transaction_of_its_change_is_a_bug(transactional_db):
    ann = make.person("Ann")
    with pytest.raises(TransactionManagementError):
        record("post.added", ann, by=ann, via="web")


def test_sweeping_lets_go_of_what_is_old_and_done_only():
    make.person("Ann")
    make.person("Bob")
    waiting = Event.objects.order_by("pk")[1]
    drain([Subscriber("a", KIND, lambda event: broken(event) if event.pk == waiting.pk else None)])
    Event.objects.update(at=now() - timedelta(days=40))

    sweep()

    assert set(Event.objects.all()) == {waiting}


def test_a_duty_is_done_when_it_is_due_and_not_before():
    done = []
    duties = [
        Duty("look", timedelta(hours=1), lambda: done.append("look")),
        Duty("trip", timedelta(hours=1), lambda: 1 / 0),
    ]

    tick(duties)
    tick(duties)
    assert done == ["look"]

    Tick.objects.update(due_at=now())
    tick(duties)
    assert done == ["look", "look"]


def test_what_is_hushed_is_told_to_nobody_and_what_comes_after_is():
    make.person("Ann")
    seen = []

    assert hush() == 1
    bob = make.person("Bob")
    drain([Subscriber("a", KIND, lambda event: seen.append(event.subject_id))])

    assert seen == [bob.pk]
