import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from folkmoot.kit.cities import _places, box_around, find, kilometres, nearest, town_called, town_meant, towns_called
from folkmoot.kit.zones import names


@pytest.mark.parametrize("words", ["Munich", "münchen", "MUNCHEN", "慕尼黑", "Mün"])
def test_a_town_is_found_by_what_people_call_it(words):
    assert "Munich" in {city.name for city in find(words)}


def test_the_whole_name_comes_before_longer_ones_and_the_larger_before_the_smaller():
    found = find("Paris")

    assert (found[0].name, found[0].country) == ("Paris", "FR")
    assert [city.population for city in found[:2]] == sorted((city.population for city in found[:2]), reverse=True)
    assert {city.country for city in find("Paris", country="us")} == {"US"}


def test_a_town_s_own_name_comes_before_another_that_it_goes_by():
    assert find("Boch")[0].name == "Bochum"


@given(st.text(max_size=200))
def test_no_words_break_it(words):
    assert len(find(words)) <= 10


def test_what_is_nowhere_is_nothing():
    assert find("Xyzzyville") == []
    assert find("  ") == []


def test_distances_are_along_the_ground():
    berlin, sydney = (52.52, 13.405), (-33.87, 151.21)

    assert kilometres(berlin, sydney) == pytest.approx(16_090, rel=0.01)
    assert kilometres(berlin, berlin) == 0
    assert kilometres((0, 179.9), (0, -179.9)) == pytest.approx(22.2, rel=0.01)
    assert kilometres((90, 0), (-90, 120)) == pytest.approx(20_015, rel=0.001)


DEGREES = st.floats(-90, 90), st.floats(-180, 180)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ((48.14, 11.58), "Munich"),
        ((-16.8, -179.99), "Labasa"),  # its other side of the date line
        ((90, 0), "Longyearbyen"),
        ((-90, 0), "Ushuaia"),
    ],
)
def test_near_is_near(place, name):
    assert nearest(*place).name == name


def test_a_name_alone_means_a_town_only_where_it_is_plain():
    assert town_meant("Munich").country == "DE"
    assert town_meant("Springfield") is None
    assert town_meant("Xyzzyville") is None


def test_the_nearest_of_a_country_may_be_across_the_river():
    assert nearest(47.56, 7.59).name == "Basel"
    assert nearest(47.56, 7.59, country="DE").country == "DE"


@settings(max_examples=12, deadline=None)
@given(*DEGREES)
def test_no_town_is_nearer_than_the_nearest(latitude, longitude):
    here = (latitude, longitude)

    found = kilometres(here, nearest(*here).place)

    assert found == min(kilometres(here, place[:2]) for place in _places())


@given(*DEGREES, st.floats(1, 2_000))
def test_the_box_around_a_place_holds_all_that_is_near(latitude, longitude, km):
    box = box_around(latitude, longitude, km)

    for north, east, _number in _places()[::37]:
        if kilometres((latitude, longitude), (north, east)) <= km:
            assert box.south <= north <= box.north
            is_between = box.west <= east <= box.east
            assert is_between if box.west <= box.east else (east >= box.west or east <= box.east)


def test_a_box_is_not_much_larger_than_it_has_to_be():
    box = box_around(0, 0, 111.2)

    assert (box.south, box.north, box.west, box.east) == pytest.approx((-1, 1, -1, 1), rel=0.01)


def test_of_towns_with_one_name_the_largest_is_first_and_the_nearest_is_found():
    assert towns_called("london")[0].country == "GB"
    assert town_called("London", near=(43, -81)).country == "CA"
    assert (towns_called("Londo"), town_called("Londo", near=(51, 0))) == ([], None)
    assert {one.country for one in towns_called("Paris", country="US")} == {"US"}


def test_each_town_has_a_zone_that_we_know():
    unknown = {city.zone for letter in "abcdefghijklmnopqrstuvwxyz" for city in find(letter, most=100)} - names()

    assert not unknown
