import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import Wish
from folkmoot.meetings.operations import answer, ask, stop_asking
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
