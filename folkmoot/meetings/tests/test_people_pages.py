import csv

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.meetings.models import Venue, Wish
from folkmoot.meetings.operations import add_venue, answer, ask
from tests import make

pytestmark = pytest.mark.django_db


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(ann):
    return make.group(ann, make.person("Bob"), owner=make.person("Olga"))


@pytest.fixture
def organiser(client, group):
    client.force_login(group.memberships.get(person__name="Olga").person)
    return client


def test_an_answer_by_telephone_is_noted_with_who_noted_it(organiser, group, ann):
    meeting = make.meeting(group, guests=1)

    organiser.post(f"/meetings/{meeting.pk}/answers", {"who": "ann@example.org", "answer": "yes", "guests": "1"})
    organiser.post(f"/meetings/{meeting.pk}/answers", {"who": "@bob", "answer": "no", "note": "Ill"})

    assert set(meeting.rsvps.values_list("person__name", "answer", "guests", "by__name", "note")) == {
        ("Ann", "yes", 1, "Olga", ""),
        ("Bob", "no", 0, "Olga", "Ill"),
    }
    page = text(organiser.get(f"{meeting.get_absolute_url()}/people"))
    assert "noted by Olga" in page
    assert "Ill" in page


@pytest.mark.parametrize("who", ["eve@example.org", "@nobody", "", "x" * 300])
def test_who_is_no_member_is_named(organiser, group, who):
    make.person("Eve")
    meeting = make.meeting(group)

    answered = organiser.post(f"/meetings/{meeting.pk}/answers", {"who": who, "answer": "yes"})

    assert answered.status_code == 422
    assert not meeting.rsvps.exists()


def test_a_seat_is_given_by_hand_and_an_answer_taken_away(organiser, group, ann):
    bob = group.memberships.get(person__name="Bob").person
    meeting = make.meeting(group, seats=1, policy="hand")
    first = answer(meeting, person=bob, answer="yes", via="web")
    waiting = answer(meeting, person=ann, answer="yes", via="web")

    full = organiser.post(f"/rsvps/{waiting.pk}/seat")
    organiser.post(f"/rsvps/{first.pk}/remove")
    organiser.post(f"/rsvps/{waiting.pk}/seat")

    assert full.status_code == 422
    assert [one.person for one in meeting.rsvps.all().coming()] == [ann]
    assert meeting.rsvps.count() == 1


def test_the_file_has_all_answers_and_no_formula(organiser, group, ann):
    meeting = make.meeting(group)
    wish = ask(meeting, words="What do you eat?", by=OPERATOR, via="test")
    answer(meeting, person=ann, answer="yes", note="=1+1", via="mail", wishes={wish.pk: "Soup"})

    file = organiser.get(f"{meeting.get_absolute_url()}/people.csv")

    head, row = csv.reader(text(file).splitlines())
    said = dict(zip(head, row, strict=True))
    assert said["name"] == "Ann"
    assert (said["answer"], said["via"], said["note"]) == ("yes", "mail", "'=1+1")
    assert said["What do you eat?"] == "Soup"
    assert "no-store" in file.headers["Cache-Control"]


def test_questions_are_asked_from_the_page(organiser, group):
    meeting = make.meeting(group)

    organiser.post(f"/meetings/{meeting.pk}/questions", {"words": "By train?", "is_required": "on"})
    empty = organiser.post(f"/meetings/{meeting.pk}/questions", {"words": " "})

    wish = Wish.objects.get()
    assert (wish.words, wish.is_required, empty.status_code) == ("By train?", True, 422)
    organiser.post(f"/wishes/{wish.pk}/remove")
    assert not Wish.objects.exists()


def test_places_are_added_changed_and_offered_no_more(organiser, group):
    said = {"name": "Old barn", "city": "Bochum", "country": "de", "is_step_free": "yes", "latitude": "51.5"}
    half = organiser.post("/g/tarn/manage/venues", said)
    organiser.post("/g/tarn/manage/venues", said | {"longitude": "7.2"})
    barn = Venue.objects.get()
    organiser.post(
        f"/g/tarn/manage/venues/{barn.pk}", said | {"longitude": "7.2", "is_step_free": "no", "name": "Barn"}
    )
    organiser.post(f"/venues/{barn.pk}/retire")

    assert half.status_code == 422
    barn.refresh_from_db()
    assert (barn.name, barn.country, barn.is_step_free, barn.has_hearing_loop) == ("Barn", "DE", False, None)
    assert barn.retired_at is not None
    assert "Bring it back" in text(organiser.get("/g/tarn/manage/venues"))
    organiser.post(f"/venues/{barn.pk}/retire/remove")
    assert list(Venue.objects.in_use()) == [barn]


def test_a_form_that_nobody_touched_changes_no_place(organiser, group):
    barn = add_venue(group, name="Barn", is_step_free=True, seats=4, by=OPERATOR, via="test")
    form = organiser.get(f"/g/tarn/manage/venues/{barn.pk}").context["form"]

    organiser.post(f"/g/tarn/manage/venues/{barn.pk}", {name: form[name].value() or "" for name in form.fields})

    assert not group.history.filter(kind="venue.changed").exists()


@pytest.mark.parametrize(
    ("city", "country", "found"),
    [("münchen", "", (48.137, 11.575, "DE")), ("Paris", "us", (33.661, -95.556, "US")), ("Nowhere at all", "", None)],
)
def test_a_town_puts_a_place_on_the_map(organiser, group, city, country, found):
    organiser.post("/g/tarn/manage/venues", {"name": "Barn", "city": city, "country": country})

    barn = Venue.objects.get()
    on_the_map = (barn.latitude, barn.longitude, barn.country) if barn.latitude is not None else None
    assert on_the_map == found
