import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.ballots import labels, read

DAYS = ["Monday", "Tuesday, late", "Friday"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("2", [2]),
        (" 2. \n", [2]),
        ("#3", [3]),
        ("1)", [1]),
        ("2, 3", [2, 3]),
        ("3 1", [3, 1]),
        ("3\n1\n\n2", [3, 1, 2]),
        ("friday", [3]),
        ("Tuesday,  late", [2]),
        ("Friday, Monday", [3, 1]),
        ("Friday\nTuesday, late", [3, 2]),
        ("9", [9]),
        ("", None),
        ("2024", None),
        ("2 of us come", None),
        ("Monday is fine", None),
        ("+1", None),
        ("-", None),
        ("I can't on 2", None),
        ("2" * 3000, None),
    ],
)
def test_a_vote_is_numbers_or_the_words_of_choices_and_nothing_else(text, places):
    assert read(text, DAYS) == places


def test_where_choices_are_numbers_letters_name_them():
    assert labels(["4", "6"]) == ["A", "B"]
    assert read("b", ["4", "6"]) == [2]
    assert read("6", ["4", "6"]) == [2]
    assert read("2", ["4", "6"]) is None


@given(st.text(max_size=300), st.lists(st.text(max_size=30), min_size=2, max_size=20))
def test_whatever_comes_it_is_read_or_not(text, choices):
    places = read(text, choices)

    assert places is None or all(0 <= one <= 999 for one in places)
