from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import StoredFile
from folkmoot.conversations.operations import prepare_files, sweep_files
from folkmoot.groups.models import HistoryEntry
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.meetings.models import AgendaItem, Meeting, Point, Proposal
from folkmoot.meetings.operations import agenda
from folkmoot.meetings.operations.agenda import (
    add_item,
    attach_slides,
    change_item,
    confirm_talk,
    move_item,
    remove_item,
    schedule,
    take_off,
)
from folkmoot.meetings.operations.proposing import propose
from folkmoot.meetings.programme import agenda_of, slides_in_use
from folkmoot.outbox.models import Event
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


def told(kind):
    return Event.objects.filter(kind=kind).count()


def titles(meeting):
    return list(meeting.agenda.in_order().values_list("title", flat=True))


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def meeting(ann):
    return make.meeting(make.group(ann))


@pytest.fixture
def talk(meeting, ann):
    return propose(meeting.group, title="Looms", minutes=40, by=ann, via="web")


def test_an_agenda_grows_changes_moves_and_shrinks(meeting):
    first, second, third = (add_item(meeting, title=title, minutes=15, **BY) for title in "abc")

    move_item(third, position=0, **BY)
    assert titles(meeting) == ["c", "a", "b"]
    move_item(first, position=99, **BY)
    assert titles(meeting) == ["c", "b", "a"]
    change_item(second, title="B!", minutes=5, recording="https://video.example/1", **BY)
    remove_item(third, **BY)

    assert titles(meeting) == ["B!", "a"]
    assert [one.position for one in meeting.agenda.in_order()] == [0, 1]
    assert told("agenda.changed") == 7


def test_times_follow_from_the_beginning_and_what_comes_before(meeting):
    for title, minutes in (("a", 15), ("b", 0), ("c", 30)):
        add_item(meeting, title=title, minutes=minutes, **BY)

    starts = [row.starts_at - meeting.starts_at for row in agenda_of(meeting)]

    assert starts == [timedelta(), timedelta(minutes=15), timedelta(minutes=15)]


def test_members_do_not_touch_the_agenda(meeting, ann, talk):
    item = add_item(meeting, title="a", **BY)
    before = Event.objects.count()
    me = {"by": ann, "via": "web"}

    for act in (
        lambda: add_item(meeting, title="b", **me),
        lambda: change_item(item, title="b", **me),
        lambda: move_item(item, position=0, **me),
        lambda: remove_item(item, **me),
        lambda: schedule(talk, meeting=meeting, **me),
        lambda: attach_slides(item, slides=None, **me),
        lambda: confirm_talk(item, **me),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert titles(meeting) == ["a"]
    assert Event.objects.count() == before


@pytest.mark.parametrize("wrong", [{"title": " "}, {"minutes": -1}, {"minutes": 9999}, {"recording": "javascript:1"}])
def test_what_an_item_can_not_be_is_refused(meeting, wrong):
    item = add_item(meeting, title="a", **BY)

    with pytest.raises(Refused):
        change_item(item, **wrong, **BY)


def test_an_agenda_has_an_end(meeting, monkeypatch):
    monkeypatch.setattr(agenda, "MOST_ITEMS", 1)
    add_item(meeting, title="a", **BY)

    with pytest.raises(Refused):
        add_item(meeting, title="b", **BY)


def test_a_talk_comes_to_a_meeting_and_is_open_again_when_it_is_taken_off(meeting, talk):
    other = make.meeting(meeting.group)
    item = schedule(talk, meeting=meeting, **BY)

    assert schedule(talk, meeting=meeting, **BY) == item
    assert (item.title, item.minutes, item.confirmed_at) == ("Looms", 40, None)
    with pytest.raises(Refused):
        schedule(talk, meeting=other, **BY)
    assert not Proposal.objects.open().exists()

    take_off(talk, **BY)
    schedule(talk, meeting=other, **BY)

    assert (titles(meeting), titles(other)) == ([], ["Looms"])
    assert (told("talk.scheduled"), told("talk.taken_off")) == (2, 1)
    assert HistoryEntry.objects.filter(kind="talk.taken_off", facts__meeting=meeting.pk).exists()


def test_a_talk_that_was_given_stays_where_it_was(meeting, talk):
    item = schedule(talk, meeting=meeting, **BY)
    past = now() - timedelta(days=1)
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=past, ends_at=past)

    with pytest.raises(Refused):
        remove_item(item, **BY)

    assert titles(meeting) == ["Looms"]


def test_a_talk_of_another_group_is_not_scheduled(meeting, talk):
    elsewhere = make.meeting(make.group(owner=make.person("Else"), slug="elsewhere"))

    with pytest.raises(Refused):
        schedule(talk, meeting=elsewhere, **BY)


def test_the_speaker_says_yes_and_brings_slides_that_the_sweeper_leaves(meeting, talk, ann, tmp_path, settings):
    settings.FILES = tmp_path / "files"
    item = schedule(talk, meeting=meeting, **BY)
    (kept,) = prepare_files([("looms.pdf", b"%PDF-1.7 looms")])

    confirm_talk(item, by=ann, via="web")
    attach_slides(item, slides=kept, by=ann, via="web")
    sweep_files(used=slides_in_use())

    item.refresh_from_db()
    assert item.confirmed_at
    assert (item.slides.sha256, item.slides_name) == (kept.sha256, "looms.pdf")
    assert (told("talk.confirmed"), told("slides.changed")) == (1, 1)
    attach_slides(item, slides=None, by=ann, via="web")
    sweep_files(used=slides_in_use())
    assert not StoredFile.objects.exists()


def test_a_point_of_last_time_comes_onto_the_agenda_once(meeting):
    earlier = make.meeting(meeting.group)
    point = Point.objects.create(group=meeting.group, meeting=earlier, sort="question", words="Who has the key?")

    items = {add_item(meeting, point=point, **BY) for _ in "ab"}

    assert [item.title for item in items] == ["Who has the key?"]
    assert AgendaItem.objects.get().point == point
