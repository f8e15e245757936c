import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.cities import find
from folkmoot.kit.zones import names


@pytest.mark.parametrize("words", ["Munich", "münchen", "MUNCHEN", "慕尼黑", "Mün"])
def test_a_town_is_found_by_what_people_call_it(words):
    assert "Munich" in {city.name for city in find(words)}


def test_the_whole_name_comes_before_longer_ones_and_the_larger_before_the_smaller():
    found = find("Paris")

    assert (found[0].name, found[0].country) == ("Paris", "FR")
    assert [city.population for city in found[:2]] == sorted((city.population for city in found[:2]), reverse=True)
    assert {city.country for city in find("Paris", country="us")} == {"US"}


@given(st.text(max_size=200))
def test_no_words_break_it(words):
    assert len(find(words)) <= 10


def test_what_is_nowhere_is_nothing():
    assert find("Xyzzyville") == []
    assert find("  ") == []


def test_each_town_has_a_zone_that_we_know():
    unknown = {city.zone for letter in "abcdefghijklmnopqrstuvwxyz" for city in find(letter, most=100)} - names()

    assert not unknown
