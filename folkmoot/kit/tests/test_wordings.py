import time

from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.wordings import LONGEST, compared


def test_what_went_and_what_came_is_told_apart_word_by_word():
    assert compared("We meet on Monday.", "We meet on Tuesday, all.") == [
        ("same", "We meet on "),
        ("old", "Monday"),
        ("new", "Tuesday, all"),
        ("same", "."),
    ]


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_both_wordings_can_be_read_out_of_it(old, new):
    parts = compared(old, new)

    assert "".join(text for kind, text in parts if kind != "new") == old
    assert "".join(text for kind, text in parts if kind != "old") == new


def test_long_texts_are_compared_by_lines_or_not_at_all():
    began = time.perf_counter()

    by_lines = compared("a b c d\n" * 1000, "a b c d\n" * 999 + "e\n")
    not_at_all = compared("a\n" * (LONGEST + 1), "b\n" * (LONGEST + 1))

    assert time.perf_counter() - began < 5
    assert by_lines[0].kind == "same"
    assert [part.kind for part in not_at_all] == ["old", "new"]
