from datetime import timedelta

import pytest
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Post
from folkmoot.meetings.models import Feedback, Meeting, Minutes, Point
from folkmoot.meetings.operations.agenda import add_item
from folkmoot.meetings.operations.attending import Coming, note_coming
from folkmoot.meetings.operations.minutes import begin_minutes, publish_minutes, save_minutes, submit_minutes
from folkmoot.meetings.operations.points import add_point, close_point
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def meeting(ann):
    return make.meeting(make.group(ann, make.person("Bob")), starts_in=timedelta(hours=-1))


@pytest.fixture
def olga(meeting):
    return meeting.group.memberships.get(person__name="Olga").person


@pytest.fixture
def organiser(client, olga):
    client.force_login(olga)
    return client


def text(answer):
    return answer.content.decode()


def test_minutes_are_begun_written_approved_and_then_seen_by_all(client, organiser, meeting, ann):
    address = f"/meetings/{meeting.pk}/minutes"
    assert "Begin the minutes" in text(organiser.get(address))
    organiser.post(address)
    minutes = Minutes.objects.get()
    organiser.post(f"/minutes/{minutes.pk}", {"body": "We **met**.\r\nTwice.", "version": 0})
    organiser.post(
        f"/meetings/{meeting.pk}/points",
        {"sort": "action", "words": "Buy chairs", "owner": "@ann", "due_on": "2030-01-05"},
    )
    organiser.post(f"/minutes/{minutes.pk}/approvals", {"people": "@ann\n\n"})
    client.logout()
    assert "<strong>met<" not in text(client.get(address))

    client.force_login(ann)
    assert "You are asked whether they are right." in text(client.get(address))
    client.post(f"/minutes/{minutes.pk}/approval", {"version": 1, "object": 1, "objection": "Thrice."})
    assert "Thrice." in text(client.get(address))
    client.post(f"/minutes/{minutes.pk}/approval", {"version": 1})
    client.logout()

    page = text(client.get(address))
    assert "<strong>met</strong>" in page
    assert "Buy chairs" in page
    assert "Thrice" not in page
    assert Minutes.objects.get().body == "We **met**.\nTwice."


def test_who_saves_second_sees_both_texts_and_saves_again(organiser, meeting):
    minutes = begin_minutes(meeting, **BY)
    save_minutes(minutes, body="The first text.", version=0, **BY)

    answer = organiser.post(f"/minutes/{minutes.pk}", {"body": "My own text.", "version": 0})

    page = text(answer)
    assert answer.status_code == 422
    assert "The first text.</textarea>" in page
    assert "My own text.</textarea>" in page
    assert 'name="version" value="1"' in page
    organiser.post(f"/minutes/{minutes.pk}", {"body": "Both.", "version": 1})
    assert Minutes.objects.get().body == "Both."


@pytest.mark.parametrize(
    ("part", "sent", "words"),
    [
        ("", {"body": "x", "version": "x"}, "whole number"),
        ("", {"body": "x" * 100_001, "version": 0}, "at most 100000"),
        ("/approvals", {"people": "nobody"}, "No member of this group is called nobody."),
    ],
)
def test_what_can_not_be_kept_comes_back(organiser, meeting, part, sent, words):
    minutes = begin_minutes(meeting, **BY)

    answer = organiser.post(f"/minutes/{minutes.pk}{part}", sent)

    assert answer.status_code == 422
    assert words in text(answer)
    assert Minutes.objects.get().version == 0


def test_minutes_are_published_by_hand(client, organiser, meeting):
    minutes = begin_minutes(meeting, **BY)

    organiser.post(f"/minutes/{minutes.pk}/publish")

    client.logout()
    assert meeting.title in text(client.get(f"/meetings/{meeting.pk}/minutes")).split("prose")[1]


def test_open_points_stand_by_whose_they_are_and_are_closed_with_what_came_of_them(client, organiser, meeting, ann):
    add_point(meeting, sort="action", words="Buy chairs", owner=ann, due_on=localdate() - timedelta(days=1), **BY)
    add_point(meeting, sort="question", words="Who has the key?", **BY)
    client.force_login(ann)
    page = text(client.get("/g/tarn/points"))
    assert "Buy chairs" in page
    assert "Who has the key?" not in page  # minutes are a draft

    client.post(f"/points/{Point.objects.get(owner=ann).pk}/close", {"outcome": "Ten of them"})
    client.force_login(meeting.group.memberships.get(person__name="Olga").person)

    page = text(client.get("/g/tarn/points"))
    assert page.index("Who has the key?") < page.index("Ten of them")
    client.post(f"/points/{Point.objects.get(owner=ann).pk}/close/remove")
    assert Point.objects.open().count() == 2


def test_an_owner_is_named_to_those_who_may_see_the_members(client, organiser, meeting, ann, olga):
    point = add_point(meeting, sort="action", words="Buy chairs", owner=ann, **BY)
    publish_minutes(begin_minutes(meeting, **BY), by=olga, via="web")
    pages = (f"/meetings/{meeting.pk}/minutes", "/g/tarn/points", meeting.get_absolute_url())
    assert all("Ann" in text(organiser.get(page)).split("<main")[1] for page in pages)

    client.logout()

    for page in pages:
        seen = text(client.get(page)).split("<main")[1]
        assert "Buy chairs" in seen
        assert "Ann" not in seen
    assert "Ann" not in Post.objects.get(body__contains="Buy chairs").body
    assert point.owner == ann


def test_a_member_takes_on_what_is_nobodys_and_organisers_say_whose_it_is(client, organiser, meeting, ann):
    point = add_point(meeting, sort="question", words="Who has the key?", **BY)
    publish_minutes(begin_minutes(meeting, **BY), **BY)
    assert organiser.post(f"/points/{point.pk}/owner", {"owner": "@nobody"}).status_code == 422
    organiser.post(f"/points/{point.pk}/owner", {"owner": ""})
    client.force_login(ann)

    assert "I’ll do it" in text(client.get("/g/tarn/points"))
    client.post(f"/points/{point.pk}/owner", {"take": 1})

    assert Point.objects.get().owner == ann
    assert "I’ll do it" not in text(client.get("/g/tarn/points"))


def test_a_point_that_can_not_be_comes_back(organiser, meeting):
    begin_minutes(meeting, **BY)

    answer = organiser.post(f"/meetings/{meeting.pk}/points", {"sort": "action", "words": "", "owner": "nobody"})

    assert answer.status_code == 422
    assert "No member of this group has this handle." in text(answer)
    assert not Point.objects.exists()


def test_feedback_is_asked_of_those_who_came_and_shown_from_three_answers_on(client, organiser, meeting, ann, olga):
    bob = meeting.group.memberships.get(person__name="Bob").person
    address = f"/meetings/{meeting.pk}/feedback"
    for number, person in enumerate((ann, bob, olga)):
        note_coming(meeting, entries=[Coming(f"k{number}", now(), person=person.pk)], **BY)
    for person, rating in ((ann, 5), (bob, 2)):
        client.force_login(person)
        client.post(address, {"rating": rating, "words": f"Words of {person.name}"})
        assert "What people thought" not in text(client.get(address))
    client.force_login(olga)
    assert "2 answers so far" in text(client.get(address))
    assert client.post(address, {"rating": 9}).status_code == 422

    client.post(address, {"rating": 5})
    assert "Words of Bob" not in text(client.get(address))
    Meeting.objects.filter(pk=meeting.pk).update(starts_at=now() - timedelta(days=9), ends_at=now() - timedelta(days=8))

    page = text(client.get(address))
    assert "4.0 of 5" in page
    assert "Words of Bob" in page
    assert client.post(address, {"rating": 1}).status_code == 422
    assert Feedback.objects.filter(rating=5).count() == 2


def test_who_did_not_come_finds_no_form(client, meeting, ann):
    client.force_login(ann)

    assert client.get(f"/meetings/{meeting.pk}/feedback").status_code == 404


def test_figures_are_for_organisers_and_ask_little(client, organiser, meeting, ann, django_assert_max_num_queries):
    Meeting.objects.filter(pk=meeting.pk).update(ends_at=now())
    note_coming(meeting, entries=[Coming("k", now(), person=ann.pk)], **BY)

    with django_assert_max_num_queries(30):
        assert meeting.title in text(organiser.get("/g/tarn/meetings/figures"))
    client.force_login(ann)
    assert client.get("/g/tarn/meetings/figures").status_code == 404


def test_minutes_that_wait_and_points_that_are_late_are_to_do(organiser, meeting, ann):
    minutes = begin_minutes(meeting, **BY)
    submit_minutes(minutes, to=[ann], **BY)
    late = add_point(meeting, sort="action", words="Buy chairs", due_on=localdate() - timedelta(days=1), **BY)
    page = text(organiser.get("/g/tarn/manage/todo"))
    assert "Minutes to approve" in page
    assert "Buy chairs" in page

    close_point(late, **BY)
    assert "Buy chairs" not in text(organiser.get("/g/tarn/manage/todo"))


def test_the_page_of_a_meeting_has_its_agenda_by_its_own_clock_and_its_minutes(client, organiser, ann):
    abroad = make.meeting(make.group(ann, slug="loom"), starts_in=timedelta(hours=-1), zone="Asia/Tokyo")
    add_item(abroad, title="Welcome", **BY)
    minutes = begin_minutes(abroad, **BY)
    save_minutes(minutes, body="We **met**.", version=0, **BY)
    client.logout()
    assert "<strong>met<" not in text(client.get(abroad.get_absolute_url()))

    publish_minutes(minutes, **BY)

    page = text(client.get(abroad.get_absolute_url()))
    assert f">{abroad.starts:%H:%M}</b>" in page
    assert "<strong>met<" in page
