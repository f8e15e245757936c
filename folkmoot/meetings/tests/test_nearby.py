"""Meetings near a town or near the reader, and towns that are found while a place is written down."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from folkmoot.accounts.models import OPERATOR, ProfileEntry
from folkmoot.meetings.models import Venue
from folkmoot.meetings.operations import add_venue, plan_series
from folkmoot.web.strangers import KEEP
from tests import make

pytestmark = pytest.mark.django_db
BY = {"by": OPERATOR, "via": "test"}
TOWNS = {  # and how far they are from Bochum
    "Bochum": (51.48, 7.22),
    "Essen": (51.457, 7.012),  # 14 km
    "Münster": (51.962, 7.626),  # 60 km
    "Berlin": (52.52, 13.405),  # 440 km
    "Suva": (-18.142, 178.442),
    "Apia": (-13.834, -171.769),  # across the date line from there, 1,140 km
}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann, time_zone="Europe/Berlin")


def meet(group, town, **more):
    latitude, longitude = TOWNS[town]
    venue = add_venue(group, name=f"Hall of {town}", latitude=latitude, longitude=longitude, **BY)
    return make.meeting(group, title=f"In {town}", venue=venue, room="", **more)


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode().split("<main")[1]


def listed(html):
    """The meetings of a page in their order, with how far each is."""
    rows = re.findall(r'<li class="row stopped">(.*?)</li>', html, re.DOTALL)
    return [
        (re.search(r'dir="auto">([^<]+)</a>', row)[1], (re.search(r"<b>([^<]* km)</b>", row) or ["", ""])[1])
        for row in rows
    ]


def test_meetings_near_a_town_come_with_their_distance_the_nearest_first(client, tarn):
    for town in ("Berlin", "Münster", "Essen", "Bochum"):
        meet(tarn, town)
    make.meeting(tarn, title="Nowhere", room="Cellar")

    near = listed(page(client, "/meetings?town=Bochum&within=100"))

    assert near == [("In Bochum", "less than 1 km"), ("In Essen", "14 km"), ("In Münster", "60 km")]
    assert listed(page(client, "/meetings?town=Bochum&within=25")) == near[:2]
    assert listed(page(client, "/g/tarn/meetings?town=Bochum&within=25")) == near[:2]
    assert [title for title, _far in listed(page(client, "/meetings"))].count("In Berlin") == 1


def test_they_come_in_the_order_of_time_too(client, tarn):
    for town in ("Münster", "Essen", "Bochum"):
        meet(tarn, town)

    found = listed(page(client, "/meetings?town=bochum&within=100&order=time"))

    assert [title for title, _far in found] == ["In Münster", "In Essen", "In Bochum"]


def test_a_town_is_found_by_any_of_its_names_and_others_of_that_name_are_offered(client, tarn):
    meet(tarn, "Münster")

    assert [far for _title, far in listed(page(client, "/meetings?town=munster"))] == ["less than 1 km"]
    html = page(client, "/meetings?town=Springfield")
    assert "7 other places of this name" in html
    first, second, *_more = re.findall(r'<li><a href="([^"]+at=[^"]+)"', html)
    assert first != second
    assert "Within 50 km of Springfield" in page(client, f"/meetings{second.replace('&amp;', '&')}")


def test_a_town_that_is_not_known_is_said_to_be_so(client, tarn):
    meet(tarn, "Bochum")

    html = page(client, "/meetings?town=%3Cb%3EXyzzyville")

    assert "No town called “&lt;b&gt;Xyzzyville” is known here" in html
    assert listed(html) == []


def test_a_position_is_read_to_a_tenth_of_a_degree_and_the_page_is_not_kept(client, tarn):
    meet(tarn, "Essen")

    answer = client.get("/meetings?at=51.4818,7.2162&within=25")

    html = answer.content.decode()
    assert KEEP not in answer.headers
    assert KEEP in client.get("/meetings").headers
    assert "Within 25 km of you, near Bochum" in html
    assert "51.48" not in html
    assert listed(html) == listed(page(client, "/meetings?at=51.5,7.2&within=25")) == [("In Essen", "about 14 km")]


def test_what_is_across_the_date_line_is_near(client, tarn):
    meet(tarn, "Suva")
    fiji = add_venue(tarn, name="Taveuni", latitude=-16.8, longitude=-179.99, **BY)
    make.meeting(tarn, title="Over the line", venue=fiji, room="")

    found = listed(page(client, "/meetings?at=-17,179.9&within=500"))

    assert [title for title, _far in found] == ["Over the line", "In Suva"]


def test_what_is_online_stands_apart_and_what_is_near_and_online_stands_once(client, tarn):
    meet(tarn, "Bochum", link="https://meet.example/a")
    make.meeting(tarn, title="From anywhere", room="", link="https://meet.example/b")
    meet(tarn, "Berlin", link="https://meet.example/c")

    near, online = page(client, "/meetings?town=Bochum").split("Online, from anywhere")

    assert listed(near) == [("In Bochum", "less than 1 km")]
    assert listed(online) == [("From anywhere", ""), ("In Berlin", "")]
    assert "meet.example" not in near + online


def test_of_a_series_only_the_next_one_is_listed(client, tarn):
    hall = add_venue(tarn, name="Hall", latitude=51.48, longitude=7.22, **BY)
    starts = make.meeting(tarn, title="Once").starts.replace(tzinfo=None)
    plan_series(tarn, title="Weekly", starts=starts, rule="FREQ=WEEKLY;COUNT=9", venue=hall, **BY)

    assert listed(page(client, "/meetings?town=Bochum")) == [("Weekly", "less than 1 km")]


def test_only_what_one_may_see_is_near(client, ann, tarn):
    den = make.group(ann, slug="den", visibility="hidden")
    meet(den, "Bochum")
    meet(tarn, "Essen")
    other = make.group(owner=make.person("Else"), slug="other")
    meet(other, "Münster")

    address = "/meetings?town=Bochum&within=100"
    assert [title for title, _far in listed(page(client, address))] == ["In Essen", "In Münster"]
    client.force_login(ann)
    assert [title for title, _far in listed(page(client, address))] == ["In Bochum", "In Essen"]
    everybody_s = listed(page(client, f"{address}&of=all"))
    assert [title for title, _far in everybody_s] == ["In Bochum", "In Essen", "In Münster"]


@pytest.mark.parametrize(
    "sent",
    [
        "at=91,0", "at=0,181", "at=x", "at=51.5", "at=51.5,7.2,1", "at=nan,inf", "at=1e5,2", "at=" + "9" * 5000,
        "within=-1", "within=99999999999999999999", "within=51", "order=%00", "town=%00", "town=" + "x" * 5000,
        "page=-1", "page=99999999", "of=%FF", "at=51.5,7.2&within=all", "at=90,180", "at=-90,-180&within=500",
    ],
)  # fmt: skip
def test_what_makes_no_sense_breaks_nothing(client, tarn, sent):
    meet(tarn, "Bochum")

    page(client, f"/meetings?{sent}")
    page(client, f"/g/tarn/meetings?{sent}")
    assert client.get(f"/towns?q={sent}").status_code == 200


@pytest.mark.parametrize("address", ["/meetings", "/meetings?town=Bochum&within=500", "/g/tarn/meetings?town=Bochum"])
def test_one_meeting_or_many_take_as_many_queries(client, ann, tarn, address):
    client.force_login(ann)
    meet(tarn, "Bochum", link="https://meet.example/a")
    few = asked(client, address)
    for town in ("Essen", "Münster", "Berlin"):
        meet(make.group(ann, slug=f"g{town[0].lower()}"), town, link="https://meet.example/a")

    assert asked(client, address) == few <= 20


def asked(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        page(client, address)
    return len(queries)


def test_a_hidden_group_answers_a_search_as_one_that_is_not_there(client, ann):
    meet(make.group(ann, slug="den", visibility="hidden"), "Bochum")

    assert client.get("/g/den/meetings?town=Bochum").status_code == 404
    assert client.get("/g/none/meetings?town=Bochum").status_code == 404


def test_a_group_whose_meetings_are_for_members_shows_strangers_none(client, ann):
    meet(make.group(ann, slug="den", visibility="listed"), "Bochum")

    html = page(client, "/g/den/meetings?town=Bochum")

    assert "Members see the meetings" in html
    assert "In Bochum" not in html


def test_the_pages_of_a_meeting_and_a_place_say_how_far_it_is_from_one_s_own_town(client, ann, tarn):
    meeting = meet(tarn, "Essen")
    own = ProfileEntry.objects.create(person=ann, field="place", value="Bochum, Germany")
    pages = [meeting.get_absolute_url(), f"/g/tarn/venues/{meeting.venue_id}"]

    assert not any("where you are" in page(client, one) for one in pages)
    client.force_login(ann)
    assert all("<b>14 km</b> from Bochum, where you are" in page(client, one) for one in pages)
    ProfileEntry.objects.filter(pk=own.pk).update(value="Springfield")
    assert not any("where you are" in page(client, one) for one in pages)


def test_the_own_town_stands_in_the_form_and_is_looked_for_only_when_asked(client, ann, tarn):
    meet(tarn, "Berlin")
    ProfileEntry.objects.create(person=ann, field="place", value="Bochum")
    client.force_login(ann)

    html = page(client, "/meetings")

    assert 'name="town" maxlength="80" required value="Bochum"' in html
    assert listed(html) == [("In Berlin", "")]


def test_towns_are_named_for_those_who_type(client):
    found = json.loads(client.get("/towns?q=Boch").content)["towns"]

    assert found[0] | {"hint": ""} == {
        "name": "Bochum", "label": "Bochum, DE", "country": "DE", "hint": "", "latitude": 51.482, "longitude": 7.216,
        "at": "51.482,7.216",
    }  # fmt: skip
    assert "Berlin time" in found[0]["hint"]
    assert len(json.loads(client.get("/towns?q=s").content)["towns"]) == 8
    assert json.loads(client.get("/towns").content) == {"towns": []}


@pytest.fixture
def olga(client, tarn):
    olga = tarn.memberships.get(person__name="Olga").person
    client.force_login(olga)
    return olga


def test_a_place_s_town_is_found_and_chosen_without_scripts(client, tarn, olga):
    sent = {"name": "Barn", "city": "Springfield", "country": "us", "seats": "30"}

    found = client.post("/g/tarn/manage/venues", sent | {"find": "1"})

    choices = re.findall(
        r'name="town" value="([^"]+)" formnovalidate><bdi translate="no">([^<]+)', found.content.decode()
    )
    assert {name.partition(",")[2] for _at, name in choices} == {" US"}
    assert not Venue.objects.exists()
    chosen = client.post("/g/tarn/manage/venues", sent | {"town": choices[1][0]}).content.decode()
    assert not Venue.objects.exists()
    filled = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]* value="([^"]*)"', chosen)) | {
        name: value for value, name in re.findall(r'<input[^>]*value="([^"]*)"[^>]*name="(\w+)"', chosen)
    }
    filled = {name: filled[name] for name in ("name", "city", "country", "latitude", "longitude", "seats")}
    assert f"{filled['latitude']},{filled['longitude']}" == choices[1][0]
    client.post("/g/tarn/manage/venues", filled)
    made = Venue.objects.get()
    assert (made.name, made.city, made.country, made.seats) == ("Barn", "Springfield", "US", 30)
    assert f"{made.latitude},{made.longitude}" == choices[1][0]


def test_looking_for_a_town_of_a_place_keeps_nothing_and_breaks_on_nothing(client, tarn, olga):
    barn = add_venue(tarn, name="Barn", city="Bochum", **BY)
    address = f"/g/tarn/manage/venues/{barn.pk}"

    none = client.post(address, {"name": "Shed", "city": "Xyzzyville", "find": "1"})
    odd = client.post(address, {"name": "Shed", "city": "\0" * 500, "country": "<b>", "find": "1", "seats": "many"})
    wrong = client.post(address, {"name": "", "city": "Bonn", "town": "999,999"})

    assert (none.status_code, odd.status_code, wrong.status_code) == (200, 200, 422)
    assert "No town of this name is known here." in none.content.decode()
    assert 'value="Shed"' in none.content.decode()
    barn.refresh_from_db()
    assert (barn.name, barn.city) == ("Barn", "Bochum")


def test_who_does_not_organise_finds_no_town_there(client, ann, tarn):
    client.force_login(ann)

    refused = client.post("/g/tarn/manage/venues", {"city": "Bochum", "find": "1"})

    assert refused.status_code == 404
    assert not Venue.objects.exists()
