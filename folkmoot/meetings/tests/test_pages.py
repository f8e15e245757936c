import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.meetings.operations import add_venue, announce, answer, ask, cancel, plan_series
from folkmoot.web.strangers import KEEP
from tests import make

pytestmark = pytest.mark.django_db
LINK = "https://meet.example/room"


def text(response):
    return response.content.decode()


def words_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", text(response).split("<main")[1]).split())


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann, time_zone="Europe/Berlin")


def count(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_list_names_time_zone_place_figures_and_the_own_answer(client, group, ann):
    barn = add_venue(group, name="Old barn", city="Bochum", by=OPERATOR, via="test")
    meeting = make.meeting(group, title="Backups", venue=barn, room="")
    answer(meeting, person=ann, answer="yes", via="mail")
    client.force_login(ann)

    page = words_of(client.get("/g/tarn/meetings"))

    for words in ("Backups", "Berlin time", "Old barn , Bochum", "1 comes", "You come"):
        assert words in page


def test_a_hidden_group_shows_strangers_nothing(client, ann):
    hidden = make.group(ann, slug="den", visibility="hidden")
    meeting = make.meeting(hidden, title="Wombats")

    assert client.get("/g/den/meetings").status_code == 404
    assert client.get(meeting.get_absolute_url()).status_code == 404


def test_a_listed_group_says_that_members_see_them(client, ann):
    make.meeting(make.group(ann, slug="den", visibility="listed"), title="Wombats")

    page = text(client.get("/g/den/meetings"))

    assert "Wombats" not in page
    assert "Members see the meetings" in page


def test_past_ones_and_months_have_their_pages(client, group):
    over = make.meeting(group, title="Long ago", starts_in=-timedelta(days=3))
    make.meeting(group, title="Ahead")

    assert "Long ago" not in text(client.get("/g/tarn/meetings"))
    assert "Ahead" not in text(client.get("/g/tarn/meetings?when=past"))
    assert "Long ago" in text(client.get("/g/tarn/meetings?when=past"))
    month = text(client.get(f"/g/tarn/meetings?month={over.starts:%Y-%m}"))
    assert "Long ago" in month
    assert '<th scope="col">' in month


@pytest.mark.parametrize("month", ["2026-13", "x", "0001-01", "9999-12", "2026-1", "٢٠٢٦-٠١"])
def test_no_such_month(client, group, month):
    assert client.get("/g/tarn/meetings", {"month": month}).status_code == 404


def test_the_number_of_queries_of_the_list_does_not_grow(client, group, ann):
    client.force_login(ann)
    answer(make.meeting(group), person=ann, answer="yes", via="web")
    with_one = count(client, "/g/tarn/meetings"), count(client, "/g/tarn/meetings?month=")

    for _ in "ab":
        answer(make.meeting(group), person=ann, answer="yes", via="web")

    assert (count(client, "/g/tarn/meetings"), count(client, "/g/tarn/meetings?month=")) == with_one


def test_many_meetings_are_asked_for_with_three_queries(client, group, ann):
    client.force_login(ann)
    starts = make.meeting(group).starts.replace(tzinfo=None)
    plan_series(group, title="Days", starts=starts, rule="FREQ=DAILY;COUNT=60", by=OPERATOR, via="test")

    for address in ("/g/tarn/meetings?page=2", f"/g/tarn/meetings?month={starts:%Y-%m}"):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        rows = [one["sql"] for one in asked if "meetings_" in one["sql"] and "COUNT(*) AS" not in one["sql"]]
        assert len(rows) <= 3


def test_the_number_of_queries_of_a_meeting_does_not_grow(client, group, ann):
    meeting = make.meeting(group)
    client.force_login(ann)
    answer(meeting, person=ann, answer="yes", via="web")
    with_one = count(client, meeting.get_absolute_url())

    for name in ("Bob", "Cem"):
        make.join(group, make.person(name))
        answer(meeting, person=Person.objects.get(name=name), answer="yes", via="web")

    assert count(client, meeting.get_absolute_url()) == with_one


def test_who_comes_sees_the_way_in_and_nobody_else_does(client, group, ann):
    meeting = make.meeting(group, link=LINK, pin="4711", dial_in="+49 30 1")
    stranger = text(client.get(meeting.get_absolute_url()))
    client.force_login(ann)
    before = text(client.get(meeting.get_absolute_url()))
    answer(meeting, person=ann, answer="yes", place="online", via="web")

    after = text(client.get(meeting.get_absolute_url()))

    for page in (stranger, before):
        assert not any(secret in page for secret in (LINK, "4711", "+49 30 1"))
    assert all(secret in after for secret in (LINK, "4711", "+49 30 1"))


def test_strangers_see_no_names_and_get_structured_data(client, group, ann):
    barn = add_venue(
        group, name="Old barn", city="Bochum", country="DE", latitude=51.5, longitude=7.2, by=OPERATOR, via="test"
    )
    meeting = make.meeting(group, title="Back</script>ups", venue=barn, link=LINK, seats=30, about="About *restoring*.")
    answer(meeting, person=ann, answer="yes", via="web")

    response = client.get(meeting.get_absolute_url())
    page = text(response)

    assert response.headers[KEEP] == "yes"
    assert ">Ann<" not in page
    data = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
    assert data["@type"] == "Event"
    assert data["name"] == "Back</script>ups"
    assert data["eventAttendanceMode"].endswith("MixedEventAttendanceMode")
    assert data["location"][1]["address"]["addressCountry"] == "DE"
    assert data["description"] == "About restoring."
    assert LINK not in json.dumps(data)
    assert "geo:51.50000,7.20000" in page
    assert "Sign in to answer" in page
    assert "csrfmiddlewaretoken" not in page


def test_the_clocks_of_the_reader_are_named_where_they_differ(client, group, ann):
    meeting = make.meeting(group)
    client.force_login(ann)
    assert "For you:" not in text(client.get(meeting.get_absolute_url()))
    Person.objects.filter(pk=ann.pk).update(time_zone="America/Sao_Paulo")

    page = words_of(client.get(meeting.get_absolute_url()))

    assert "For you:" in page
    assert "America/Sao Paulo" in page
    assert "Europe/Berlin" in page


def test_one_of_a_series_says_its_rule_and_leads_to_the_next(client, group):
    first = make.meeting(group).starts.replace(tzinfo=None)
    series = plan_series(group, title="Weeks", starts=first, rule="FREQ=WEEKLY;COUNT=3", by=OPERATOR, via="test")
    one, two, three = series.meetings.order_by("slot")

    page = text(client.get(two.get_absolute_url()))

    assert "at " in page
    assert ", 3 times" in page
    assert f'rel="prev" href="{one.get_absolute_url()}"' in page
    assert f'rel="next" href="{three.get_absolute_url()}"' in page


def test_a_meeting_that_is_called_off_says_so_and_why(client, group, ann):
    meeting = make.meeting(group)
    cancel(meeting, why="No heating", by=OPERATOR, via="test")
    client.force_login(ann)

    page = words_of(client.get(meeting.get_absolute_url()))

    assert "This meeting does not take place. No heating" in page
    assert "Are you coming" not in page


def test_its_conversation_is_linked(client, group):
    olga = Person.objects.get(name="Olga")
    meeting = make.meeting(group)
    type(meeting).objects.filter(pk=meeting.pk).update(by=olga)
    told = announce(meeting)

    assert f'href="{told.topic.get_absolute_url()}"' in text(client.get(meeting.get_absolute_url()))


def test_an_answer_is_given_with_guests_a_note_and_answers_to_questions(client, group, ann):
    meeting = make.meeting(group, guests=2, link=LINK)
    wish = ask(meeting, words="What do you eat?", is_required=True, by=OPERATOR, via="test")
    client.force_login(ann)
    sent = {"answer": "online", "guests": "2", "note": "Late", f"wish_{wish.pk}": "Soup"}

    done = client.post(f"/meetings/{meeting.pk}/answer", sent, follow=True)

    mine = meeting.rsvps.get()
    assert (mine.answer, mine.place, mine.guests, mine.note, mine.via) == ("yes", "online", 2, "Late", "web")
    assert mine.wishes.get().words == "Soup"
    assert "You join online." in text(done)


def test_an_answer_that_does_not_fit_comes_back_with_words(client, group, ann):
    meeting = make.meeting(group, guests=2)
    wish = ask(meeting, words="What do you eat?", is_required=True, by=OPERATOR, via="test")
    client.force_login(ann)

    too_many = client.post(f"/meetings/{meeting.pk}/answer", {"answer": "yes", "guests": "9"})
    nothing = client.post(f"/meetings/{meeting.pk}/answer", {"answer": "perhaps"})
    unanswered = client.post(f"/meetings/{meeting.pk}/answer", {"answer": "yes", f"wish_{wish.pk}": ""})

    assert [one.status_code for one in (too_many, nothing, unanswered)] == [422, 422, 422]
    assert "Please answer the questions that are marked." in text(unanswered)
    assert not meeting.rsvps.exists()


def test_who_waits_reads_their_place_in_the_line(client, group, ann):
    bob = make.person("Bob")
    make.join(group, bob)
    meeting = make.meeting(group, seats=1)
    answer(meeting, person=bob, answer="yes", via="web")
    client.force_login(ann)

    page = client.post(f"/meetings/{meeting.pk}/answer", {"answer": "yes"}, follow=True)

    assert "You are number 1 on the waiting list." in text(page)
    assert "1 of 1 seats taken" in text(page)


def test_a_stranger_who_answers_is_asked_to_sign_in(client, group):
    meeting = make.meeting(group)

    done = client.post(f"/meetings/{meeting.pk}/answer", {"answer": "yes"})

    assert done.status_code == 302
    assert not meeting.rsvps.exists()


def test_a_place_has_a_page_where_a_meeting_that_one_sees_is(client, group):
    used, unused = (
        add_venue(group, name=name, contact="Key: 123", by=OPERATOR, via="test") for name in ("Barn", "Hut")
    )
    make.meeting(group, title="Backups", venue=used)

    page = text(client.get(f"/g/tarn/venues/{used.pk}"))

    assert "Backups" in page
    assert "Key: 123" not in page
    assert client.get(f"/g/tarn/venues/{unused.pk}").status_code == 404
