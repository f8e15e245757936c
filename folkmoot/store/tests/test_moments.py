"""Moments are the same however they come out of the database."""

from datetime import UTC, datetime

import pytest
from django.db.models import DateTimeField, F, Max, Min
from django.db.models.functions import Coalesce, Trunc

from folkmoot.outbox.models import Event

MOMENTS = [
    datetime(2026, 11, 26, 9, 30, 15, 123456, tzinfo=UTC),
    datetime(2026, 11, 27, microsecond=500_000, tzinfo=UTC),
]


@pytest.fixture
def events(db):
    Event.objects.bulk_create(Event(kind="test.happened", subject_id=1, via="test", at=at) for at in MOMENTS)
    return Event.objects.order_by("at")


def test_of_a_column(events):
    assert list(events.values_list("at", flat=True)) == MOMENTS
    assert [event.at for event in events] == MOMENTS


def test_of_an_expression(events):
    assert events.aggregate(first=Min("at"), last=Max("at")) == {"first": MOMENTS[0], "last": MOMENTS[1]}
    assert list(events.annotate(when=Coalesce("at", "at")).values_list("when", flat=True)) == MOMENTS
    assert list(events.annotate(when=F("at")).values_list("when", flat=True)) == MOMENTS
    days = events.annotate(day=Trunc("at", "day", output_field=DateTimeField())).values_list("day", flat=True)
    assert list(days) == [datetime(2026, 11, day, tzinfo=UTC) for day in (26, 27)]


def test_of_several_queries_in_one(events):
    both = events.filter(at=MOMENTS[0]).order_by().union(events.filter(at=MOMENTS[1]).order_by(), all=True)

    assert set(both.values_list("at", flat=True)) == set(MOMENTS)


def test_where_there_is_none(events):
    assert events.none().aggregate(last=Max("at")) == {"last": None}
