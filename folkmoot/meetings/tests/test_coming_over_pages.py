"""The pages by which meetings, people and their counts come over from elsewhere."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import Move
from folkmoot.groups.operations import begin_move, come_by, end_move
from folkmoot.meetings.models import Attendance, Meeting, Mirror
from folkmoot.meetings.operations import bring_meetings_along, change_from, change_meeting
from folkmoot.meetings.plans import Plan
from tests import make

HERE = "/g/tarn/manage/joining/over"
THERE = {"name": "Meetup", "address": "https://meetup.example/tarn", "members": 610}
CSV = "title,start,venue,going,eventUrl\nBurrows,2024-05-06T19:00,Barn,12,https://meetup.example/e/1\nHay,soon,,,\n"


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(make.person("Ann"), owner=olga)


@pytest.fixture
def move(group, olga):
    return begin_move(group, **THERE, by=olga, via="test")


@pytest.fixture
def as_olga(client, group, olga):
    client.force_login(olga)
    return client


def text(response):
    return response.content.decode()


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", text(response).split("<main")[-1]).split())


def test_an_organiser_opens_the_page_and_reads_the_counts(as_olga, group):
    as_olga.post(HERE, THERE | {"ends_on": f"{localdate() + timedelta(days=60)}"})
    move = Move.objects.get()
    as_olga.post(HERE, THERE | {"members": 600, "ends_on": f"{localdate() + timedelta(days=70)}"})
    come_by(move.link, person=make.person("Zoe"), via="web")

    shown = as_olga.get(HERE)

    assert "1 of 600 reached, 1 joined" in words(shown)
    assert f"localhost:8000/over/{move.link.token}" in words(shown)
    assert "Openings are counted, not people" in words(shown)
    assert group.memberships.count() == 3


def test_what_can_not_be_comes_back_with_words(as_olga):
    wrong = as_olga.post(HERE, THERE | {"address": "javascript:alert(1)", "ends_on": "2020-01-01"})

    assert wrong.status_code == 422
    assert "Meetup" in text(wrong)
    late = as_olga.post(HERE, THERE | {"ends_on": "2020-01-01"})
    assert (late.status_code, "in a year at most" in text(late)) == (422, True)
    assert not Move.objects.exists()


def test_the_way_to_the_page_is_a_poster_and_a_picture(as_olga, group, move):
    make.meeting(group, title="First evening here")

    poster = as_olga.get(f"/moves/{move.pk}/poster")
    picture = as_olga.get(f"/moves/{move.pk}/qr.png")

    assert f"/over/{move.link.token}" in words(poster)
    assert "First evening here" in words(poster)
    assert "<svg" in text(poster).split("poster__picture")[1]
    assert picture.content.startswith(b"\x89PNG")
    assert "attachment" in picture.headers["Content-Disposition"]
    as_olga.post(f"/moves/{move.pk}/end")
    assert as_olga.get(f"/moves/{move.pk}/poster").status_code == 404
    assert "It ended on" in words(as_olga.get(HERE))


def test_others_learn_nothing_of_it(client, group, move):
    client.force_login(group.memberships.get(person__name="Ann").person)

    for address in (HERE, f"/moves/{move.pk}/poster", f"/moves/{move.pk}/qr.png"):
        assert client.get(address).status_code == 404
    for address in (f"/moves/{move.pk}/end", f"/moves/{move.pk}/calendar"):
        assert client.post(address).status_code == 404
    assert Move.objects.get().ended_at is None


def test_the_calendar_there_is_named_and_what_is_wrong_with_it_is_told(as_olga, move):
    assert as_olga.post(f"/moves/{move.pk}/calendar", {"calendar": "ftp://x"}).status_code == 422
    as_olga.post(f"/moves/{move.pk}/calendar", {"calendar": "https://meetup.example/tarn.ics"})
    Mirror.objects.update(trouble=Mirror.Trouble.NO_HOST, detail="meetup.example")

    assert "There is no server meetup.example." in words(as_olga.get(HERE))
    assert "Einen Server meetup.example gibt es nicht." in words(as_olga.get(HERE, headers={"accept-language": "de"}))
    as_olga.post(f"/moves/{move.pk}/calendar", {"calendar": ""})
    assert not Mirror.objects.exists()


def test_what_was_changed_here_and_there_is_named(as_olga, group, move, olga):
    as_olga.post(f"/moves/{move.pk}/calendar", {"calendar": "https://meetup.example/tarn.ics"})
    one = Plan(uid="one@x", title="Cheese", starts=datetime.fromisoformat("2031-05-01 19:00"), zone="UTC")
    weekly = replace(one, uid="two@x", title="Weekly", rule="FREQ=WEEKLY;COUNT=2")
    bring_meetings_along(group, [one, weekly], by=olga, via="test")
    change_meeting(Meeting.objects.get(uid="one@x"), title="Ours", by=olga, via="web")
    change_from(Meeting.objects.filter(title="Weekly").order_by("slot")[0], minutes=60, by=olga, via="web")
    assert "stay as they are here" not in words(as_olga.get(HERE))
    bring_meetings_along(group, [replace(one, title="Bread"), replace(weekly, minutes=90)], by=olga, via="test")

    assert "2 were changed there and here, and stay as they are here Weekly : the time Ours : the title" in words(
        as_olga.get(HERE)
    )
    history = words(as_olga.get("/g/tarn/manage/history"))
    assert "left a meeting as it was changed here, though it was changed elsewhere, too: Ours" in history


def test_its_link_is_not_listed_among_the_others(as_olga, move):
    assert move.link.token not in text(as_olga.get("/g/tarn/manage/joining/links"))


def test_a_people_s_list_asks_whether_they_are_from_there_only_while_the_group_comes_over(as_olga, group, olga, move):
    assert "They are from Meetup" in text(as_olga.get("/g/tarn/manage/members/import"))
    said = {"people": "zoe@example.net", "how": "add", "is_moved": "on", "act": "import"}
    as_olga.post("/g/tarn/manage/members/import", said)
    assert "1 of 610 reached, 1 joined" in words(as_olga.get(HERE))

    end_move(move, by=olga, via="test")
    assert "They are from" not in text(as_olga.get("/g/tarn/manage/members/import"))


def test_meetings_are_shown_first_and_then_brought(as_olga, group):
    first = as_olga.post("/g/tarn/meetings/bring", {"text": CSV})
    assert "1 meeting is new" in words(first)
    assert not Meeting.objects.exists()

    done = as_olga.post("/g/tarn/meetings/bring", {"text": CSV, "act": "bring"})

    meeting = Meeting.objects.get()
    assert (meeting.counted, meeting.venue.name, meeting.elsewhere) == (12, "Barn", "https://meetup.example/e/1")
    assert "1 part can’t be read" in words(done)
    assert 'href="https://meetup.example/e/1"' in text(as_olga.get(meeting.get_absolute_url()))
    assert "12 counted elsewhere" in words(as_olga.get("/g/tarn/meetings/figures"))


def test_a_list_that_is_brought_again_names_what_stays_as_it_was_changed_here(as_olga, group, olga):
    as_olga.post("/g/tarn/meetings/bring", {"text": CSV, "act": "bring"})
    change_meeting(Meeting.objects.get(), title="Ours", by=olga, via="web")

    shown = as_olga.post("/g/tarn/meetings/bring", {"text": CSV.replace("Burrows", "Holes")})

    assert "What stays Ours the title" in words(shown)
    assert not group.history.filter(kind="meeting.kept").exists()


def test_a_calendar_is_known_as_one(as_olga):
    lines = "BEGIN:VCALENDAR BEGIN:VEVENT UID:1@x DTSTART:20240506T190000Z SUMMARY:Hay END:VEVENT END:VCALENDAR"
    ics = "\r\n".join(lines.split())

    as_olga.post("/g/tarn/meetings/bring", {"text": ics, "act": "bring"})

    assert Meeting.objects.get().title == "Hay"


def test_more_meetings_than_can_be_looked_at_at_once_are_refused(as_olga):
    rows = "".join(f"{n},2024-05-06T19:00\n" for n in range(2_001))

    refused = as_olga.post("/g/tarn/meetings/bring", {"text": f"title,start\n{rows}", "act": "bring"})

    assert refused.status_code == 422
    assert "At most 2000 meetings at once" in words(refused)
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("said", ["", "{", "[1,", "\0", "BEGIN:VCALENDAR"])
def test_what_is_no_list_of_meetings_brings_none(as_olga, said):
    assert as_olga.post("/g/tarn/meetings/bring", {"text": said, "act": "bring"}).status_code in {200, 422}
    assert not Meeting.objects.exists()


def test_who_came_is_shown_row_by_row_and_then_noted(as_olga, group):
    starts = (now() - timedelta(days=9)).replace(tzinfo=None, microsecond=0)
    bring_meetings_along(group, [Plan(uid="1@x", title="Old", starts=starts, zone="UTC")], by=OPERATOR, via="test")
    meeting = Meeting.objects.get()
    said = {"meeting": meeting.pk, "text": "Ann\nZoe\n"}

    first = as_olga.post("/g/tarn/meetings/attendees", said)
    assert "Bring 2 people along" in words(first)
    assert not Attendance.objects.exists()
    table = as_olga.post("/g/tarn/meetings/attendees", said | {"act": "file"})
    assert text(table).splitlines()[1:] == ["1,Ann,Old,person,", "2,Zoe,Old,name,"]
    done = as_olga.post("/g/tarn/meetings/attendees", said | {"act": "bring"})

    assert "Done" in words(done)
    assert meeting.attendances.count() == 2
    assert "Zoe" in words(as_olga.get(f"/meetings/{meeting.pk}/door"))
    elsewhere = make.meeting(make.group(slug="loom"))
    assert as_olga.post("/g/tarn/meetings/attendees", said | {"meeting": elsewhere.pk}).status_code == 422
