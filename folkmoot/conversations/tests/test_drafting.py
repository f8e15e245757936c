from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Draft
from folkmoot.conversations.operations import (
    keep_draft,
    main_channel,
    reply,
    start_topic,
    sweep_drafts,
    take_draft_back,
    throw_draft_away,
)
from folkmoot.conversations.operations.drafting import MOST
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


def kept():
    return list(Draft.objects.values_list("person__name", "key", "title", "body"))


def test_a_draft_is_what_was_typed_last_and_an_empty_box_has_none(ann):
    keep_draft(ann, "topic-7", body="Half")
    keep_draft(ann, "topic-7", body="Half a thought")
    assert kept() == [("Ann", "topic-7", "", "Half a thought")]

    keep_draft(ann, "topic-7", body=" ")

    assert kept() == []
    assert not Event.objects.filter(actor_id=ann.pk, kind__startswith="draft").exists()


def test_what_was_said_is_no_draft_any_more(ann):
    group = make.group(ann)
    topic = make.topic(group)
    keep_draft(ann, f"topic-{topic.pk}", body="Hi")
    keep_draft(ann, "new-tarn", title="Hi", body="Hi")
    keep_draft(ann, "topic-9999", body="Stays")

    reply(topic, author=ann, body="Hi", via="web", once="k1")
    start_topic(main_channel(group), author=ann, title="Hi", body="Hi", via="web", once="k2")

    assert [key for _name, key, *_rest in kept()] == ["topic-9999"]


def test_a_draft_thrown_away_can_be_had_again_for_a_day(ann):
    keep_draft(ann, "topic-7", body="Half")

    assert throw_draft_away(ann, "topic-7")
    assert not Draft.objects.in_use().exists()
    assert take_draft_back(ann, "topic-7")
    assert Draft.objects.in_use().get().body == "Half"

    throw_draft_away(ann, "topic-7")
    Draft.objects.update(thrown_at=now() - timedelta(days=2))
    assert sweep_drafts() == 1
    assert not take_draft_back(ann, "topic-7")


def test_nobody_touches_the_drafts_of_others(ann):
    keep_draft(ann, "topic-7", body="Mine")
    eve = make.person("Eve")

    keep_draft(eve, "topic-7", body="")
    assert not throw_draft_away(eve, "topic-7")

    assert kept() == [("Ann", "topic-7", "", "Mine")]


@pytest.mark.parametrize(
    ("key", "title", "body"),
    [("wherever", "", "x"), ("topic-x", "", "x"), ("topic-7", "x" * 201, ""), ("topic-7", "", "x" * 200_001)],
)
def test_a_draft_of_no_box_or_too_long_is_refused(ann, key, title, body):
    with pytest.raises(Refused):
        keep_draft(ann, key, title=title, body=body)

    assert kept() == []


def test_there_are_so_many_drafts_at_most(ann):
    Draft.objects.bulk_create([Draft(person=ann, key=f"topic-{n}", body="x") for n in range(MOST)])

    with pytest.raises(Refused):
        keep_draft(ann, "topic-99999", body="x")
    keep_draft(ann, "topic-1", body="changed")

    assert Draft.objects.count() == MOST


def test_who_was_sent_away_keeps_nothing(ann):
    Person.objects.filter(pk=ann.pk).update(is_active=False)

    with pytest.raises(NotAllowed):
        keep_draft(Person.objects.get(pk=ann.pk), "topic-7", body="x")

    assert kept() == []
