from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.yaml_trees import DEEPEST, LARGEST, read


def test_what_is_written_stays_the_words_that_it_is():
    text = "- id: x\n  time: 19:00\n  day: 2024-03-05\n  is_on: no\n  nothing: ~\n  words: |\n    Two\n    lines\n"

    assert read(text.encode()) == [
        {"id": "x", "time": "19:00", "day": "2024-03-05", "is_on": "no", "nothing": "~", "words": "Two\nlines\n"}
    ]


def test_an_empty_file_holds_nothing():
    assert read(b"---\n") in (None, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &a [x, x]\nb: [*a, *a]\n", "line 2: it refers to another part"),
        ("a: &a {x: y}\nb:\n  <<: *a\n", "line 3: it refers to another part"),
        ("a: [x\nb: y", "line 2"),
        ("? [a, b]\n: c\n", "unhashable"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "too deep"),
        ("[" * 100_000, "nest"),
        ("- a\n" * 210_000, "too much"),
        ("x" * (LARGEST + 1), "larger than 5 MB"),
        ("a: \x00", "not allowed"),
    ],
)
def test_what_is_no_plain_tree_is_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        read(text.encode())


def test_no_tag_makes_an_object(tmp_path):
    there = tmp_path / "made"

    assert read(f"!!python/object/apply:pathlib.Path.touch ['{there}']".encode()) == [str(there)]
    assert read(b"!!python/name:os.system ''") == ""
    assert not there.exists()


def test_other_letters_than_utf_8_are_refused():
    with pytest.raises(ValueError, match="UTF-8"):
        read("name: Århus".encode("latin-1"))


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data):
    with suppress(ValueError):
        read(data)
