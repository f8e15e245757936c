import json
from datetime import timedelta

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.badges import Badge
from folkmoot.meetings.models import Attendance, Meeting
from folkmoot.meetings.operations import answer
from folkmoot.meetings.operations.agenda import add_item
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.tickets import ticket
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def meeting(ann):
    meeting = make.meeting(make.group(ann, make.person("Bob")), starts_in=timedelta(minutes=-10))
    answer(meeting, person=ann, answer="yes", **BY)
    return meeting


@pytest.fixture
def at_door(client, meeting):
    client.force_login(meeting.group.memberships.get(person__name="Olga").person)
    return client


def text(response):
    return response.content.decode()


def send(client, meeting, came):
    return client.post(f"/meetings/{meeting.pk}/door", json.dumps({"came": came}), content_type="application/json")


def test_one_tap_checks_in_and_one_takes_it_back(at_door, meeting, ann):
    address = f"/meetings/{meeting.pk}/door"

    page = text(at_door.post(address, {"person": ann.pk}, follow=True))
    assert "Ann is here." in page
    row = Attendance.objects.get()
    at_door.post(f"/attendances/{row.pk}/remove")

    assert not Attendance.objects.exists()


def test_a_walk_in_is_noted_once_however_often_the_form_is_sent(at_door, meeting):
    sent = {"name": "Zoe", "address": "zoe@example.org", "guests": "1", "key": "k"}
    for _ in "ab":
        at_door.post(f"/meetings/{meeting.pk}/door", sent)

    assert list(Attendance.objects.values_list("name", "address", "guests")) == [("Zoe", "zoe@example.org", 1)]


def test_a_form_without_a_name_comes_back(at_door, meeting):
    answered = at_door.post(f"/meetings/{meeting.pk}/door", {"name": "", "address": "nowhere"})

    assert answered.status_code == 422
    assert not Attendance.objects.exists()


def test_a_ticket_is_shown_read_and_typed(client, at_door, meeting, ann):
    code = ticket(meeting, ann.pk)
    page = text(at_door.get(f"/meetings/{meeting.pk}/door", {"ticket": code}))
    assert page.count(f'data-code="{code}"') == 2
    assert "no ticket" in text(at_door.get(f"/meetings/{meeting.pk}/door", {"ticket": "x"})).split("door-list")[2]

    at_door.post(f"/meetings/{meeting.pk}/door", {"code": code})
    assert Attendance.objects.get().person == ann
    assert at_door.post(f"/meetings/{meeting.pk}/door", {"code": "x"}).status_code == 422

    client.force_login(ann)
    own = text(client.get(f"/meetings/{meeting.pk}/ticket"))
    assert code in own
    assert "<svg" in own


def test_who_does_not_come_has_no_ticket_and_no_door(client, meeting):
    client.force_login(meeting.group.memberships.get(person__name="Bob").person)

    for page in ("ticket", "door", "badges"):
        assert client.get(f"/meetings/{meeting.pk}/{page}").status_code == 404, page


def test_the_list_is_searched_without_scripts(at_door, meeting):
    assert "Nobody on the list has this name." in text(at_door.get(f"/meetings/{meeting.pk}/door", {"q": "zoe"}))
    assert 'data-name="Ann"' in text(at_door.get(f"/meetings/{meeting.pk}/door", {"q": "an"}))


def test_a_batch_says_what_was_noted_and_who_is_here(at_door, meeting, ann):
    came = [
        {"key": "a", "at": now().isoformat(), "person": ann.pk, "name": "Ann"},
        {"key": "b", "at": "yesterday", "name": "Zoe", "guests": 10**30},
        {"key": "c", "person": 10**30, "name": "Zed"},
        {"key": "d"},
        "nonsense",
    ]

    said = [send(at_door, meeting, came).json() for _ in "ab"]

    assert [one["noted"] for one in said] == [["a", "b", "c", "d"]] * 2
    assert (list(said[1]["here"]), said[1]["count"]) == ([str(ann.pk)], 3)
    assert sorted(Attendance.objects.values_list("person__name", "name"), key=str) == [
        ("Ann", ""),
        (None, "Zed"),
        (None, "Zoe"),
    ]


@pytest.mark.parametrize("body", ["[]", "{", '{"came": 7}', '{"came": null}', "[" * 100_000])
def test_a_batch_that_is_none_is_refused(at_door, meeting, body):
    address = f"/meetings/{meeting.pk}/door"

    assert at_door.post(address, body, content_type="application/json").status_code == 400


def test_a_batch_that_is_too_large_is_refused_in_words(at_door, meeting):
    answered = send(at_door, meeting, [{"key": f"k{n}", "name": "Zoe"} for n in range(2001)])

    assert answered.status_code == 422
    assert "2000" in answered.json()["error"]
    assert not Attendance.objects.exists()


def test_the_worker_of_the_door_is_a_program_for_pages_of_meetings(client):
    answered = client.get("/meetings/door-worker.js")

    assert answered.headers["Content-Type"] == "text/javascript"
    assert b"freshOrKept" in answered.content


def test_whoever_comes_has_a_badge_in_their_own_script(at_door, meeting):
    late = make.person("ליאת")
    make.join(meeting.group, late)
    answer(meeting, person=late, answer="yes", **BY)
    note_coming(meeting, entries=[Coming("z", now(), name="山田太郎")], **BY)

    page = text(at_door.get(f"/meetings/{meeting.pk}/badges"))

    assert all(f'dir="auto">{name}</b>' in page for name in ("Ann", "ליאת", "山田太郎"))


def test_a_long_name_is_printed_smaller():
    names = ("Ann", "山田太郎", "Ann-Kathrin Müller-Lüdenscheidt", "Wolfeschlegelsteinhausen", "Ann " * 40)

    assert [Badge(name, "").size for name in names] == ["xl", "xl", "m", "m", "xs"]


def test_the_screen_says_what_is_on_and_what_is_next(client, meeting):
    for title, minutes in (("Welcome", 5), ("Looms", 20), ("Reeds", 20)):
        add_item(meeting, title=title, minutes=minutes, **BY)

    page = text(client.get(f"/meetings/{meeting.pk}/screen"))

    assert "http-equiv" not in page
    shown = page.split("<main")[1]
    assert shown.index("Now") < shown.index("Looms") < shown.index("Next") < shown.index("Reeds")


def test_a_draft_has_no_screen(client, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(published_at=None)

    assert client.get(f"/meetings/{meeting.pk}/screen").status_code == 404
