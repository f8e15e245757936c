"""Lists that somebody made so that they break something, or those who read them."""

import json
from datetime import timedelta

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.kit.errors import Refused
from folkmoot.meetings.attendance import feedback_ends_at
from folkmoot.meetings.models import Feedback, Meeting, Venue
from folkmoot.meetings.operations import bring_meetings_along, change_meeting
from folkmoot.meetings.plans import of_text
from tests import make

BY = {"by": OPERATOR, "via": "test"}
SOON = "2031-12-05T19:00"
ROW = {"start": SOON, "title": "Looms", "uid": "one@x"}
EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20311205T190000Z\nSUMMARY:Looms\n{}\nEND:VEVENT\nEND:VCALENDAR\n"


@pytest.fixture
def tarn(db):
    return make.group()


def brought(group, text):
    plans, troubles = of_text(text, zone="UTC")
    done = bring_meetings_along(group, plans, **BY)
    return done.new, len(troubles) + len(done.refused)


def test_a_list_gives_no_address_that_runs_something(tarn):
    assert brought(tarn, json.dumps([ROW | {"link": "javascript:alert(1)", "page": "javascript:alert(2)"}])) == (1, 0)

    meeting = Meeting.objects.get()
    assert (meeting.link, meeting.elsewhere) == ("", "")
    with pytest.raises(Refused):
        change_meeting(meeting, link="javascript:alert(1)", **BY)


@pytest.mark.parametrize("place", ["https://zoom.example/1 (ask for the PIN)", "https://a:b@zoom.example/1"])
def test_what_only_begins_like_an_address_is_the_name_of_a_place(tarn, place):
    assert brought(tarn, EVENT.format(f"LOCATION:{place}")) == (1, 0)

    assert (Meeting.objects.get().link, Venue.objects.get().name) == ("", place)


@pytest.mark.parametrize(
    "more",
    [
        '"going": 1e30',
        '"going": -4',
        '"going": ' + "9" * 30,
        '"title": "x\\ud800"',
        '"description": "\\u0000"',
        '"uid": "\\ud800"',
        '"venue": {"name": "v", "latitude": Infinity, "longitude": 1}',
        '"venue": {"name": "v", "latitude": NaN, "longitude": NaN}',
        '"venue": {"name": "v", "latitude": 91, "longitude": 1}',
    ],
)
def test_what_no_database_keeps_is_named_and_the_rest_comes(tarn, more):
    row = json.dumps(ROW)[:-1]
    text = f"[{row}, {more}}}, {json.dumps(ROW | {'uid': 'two@x'})}]"

    assert brought(tarn, text) == (1, 1)


@pytest.mark.parametrize("text", ["[" * 200_000, '{"a": ' * 200_000, "start,title\n2031-12-05T19:00," + "x" * 200_000])
def test_what_can_not_be_read_is_refused(tarn, text):
    with pytest.raises(Refused):
        brought(tarn, text)


def test_a_place_that_was_named_by_a_row_that_can_not_be_kept_is_made_for_the_next(tarn):
    rows = [
        ROW | {"uid": uid, "start": start, "venue": "Mill"} for uid, start in (("a", "0001-01-01T10:00"), ("b", SOON))
    ]

    assert brought(tarn, json.dumps(rows)) == (1, 1)

    assert Meeting.objects.get().venue == Venue.objects.get()


def test_what_people_thought_is_shown_by_the_day_that_it_took_place_and_at_no_other(tarn):
    meeting = make.meeting(tarn, title="Looms", starts_in=timedelta(days=-2))
    Feedback.objects.create(meeting=meeting, person=make.person("Ann"), rating=1, words="Cold")
    ends = feedback_ends_at(meeting)

    brought(tarn, json.dumps([ROW | {"uid": meeting.uid, "start": "2020-12-05T19:00"}]))

    meeting.refresh_from_db()
    assert feedback_ends_at(meeting) == ends
