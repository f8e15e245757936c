from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Meeting, Wish
from folkmoot.meetings.operations import answer, ask, stop_asking
from folkmoot.meetings.operations.wishes import carry_over
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_and_asked_no_more():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    wish = ask(meeting, words="  What do\nyou eat? ", is_required=True, by=OPERATOR, via="test")
    second = ask(meeting, words="By train?", by=OPERATOR, via="test")
    answer(meeting, person=ann, answer="yes", via="web", wishes={wish.pk: "Soup"})

    stop_asking(wish, by=OPERATOR, via="test")

    assert (wish.words, wish.is_required, wish.position, second.position) == ("What do you eat?", True, 1, 2)
    assert list(meeting.wishes.all()) == [second]
    assert not meeting.rsvps.get().wishes.exists()
    kinds = Event.objects.filter(kind__startswith="wish.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["wish.added", "wish.added", "wish.removed"]


def test_what_nobody_answers_is_asked_again_at_the_next_meeting_of_the_series():
    ann = make.person("Ann")
    series = make.series(make.group(ann))
    first, second, third = series.meetings.in_order()[:3]
    eat, _key = (ask(first, words=words, by=OPERATOR, via="test") for words in ("What do you eat?", "Who has the key?"))
    ask(second, words="By train?", by=OPERATOR, via="test")
    ask(first, words="By Train?", by=OPERATOR, via="test")
    answer(first, person=ann, answer="yes", via="web", wishes={eat.pk: "Soup"})
    assert carry_over() == 0

    Meeting.objects.filter(pk=first.pk).update(starts_at=now() - timedelta(hours=3), ends_at=now() - timedelta(hours=1))
    assert carry_over() == 1
    assert carry_over() == 0

    asked = [list(one.wishes.order_by("position").values_list("words", flat=True)) for one in (first, second, third)]
    assert asked == [["What do you eat?", "By Train?"], ["By train?", "Who has the key?"], []]
    assert Event.objects.get(kind="wish.carried").data == {"meeting": first.pk}


def test_members_ask_nothing():
    ann = make.person("Ann")
    meeting = make.meeting(make.group(ann))
    wish = ask(meeting, words="What?", by=OPERATOR, via="test")

    with pytest.raises(NotAllowed):
        ask(meeting, words="Why?", by=ann, via="web")
    with pytest.raises(NotAllowed):
        stop_asking(wish, by=ann, via="web")

    assert list(Wish.objects.all()) == [wish]


def test_no_more_questions_than_people_answer():
    meeting = make.meeting(make.group())
    for number in range(10):
        ask(meeting, words=f"{number}?", by=OPERATOR, via="test")

    with pytest.raises(Refused):
        ask(meeting, words="One more?", by=OPERATOR, via="test")
    with pytest.raises(Refused):
        ask(make.meeting(meeting.group), words=" ", by=OPERATOR, via="test")

    assert Wish.objects.count() == 10
