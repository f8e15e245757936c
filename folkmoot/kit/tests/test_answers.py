import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.answers import WORDS, Said, read


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("yes", Said("yes")),
        ("Yes!\n\nOn Tue, Olga wrote:\n> Do you come?", Said("yes")),
        ("Ja, +1", Said("yes", 1)),
        ("ja, gerne! 🎉", Said("yes")),
        ("Yes, with 2 guests", Said("yes", 2)),
        ("Ja, mit 2 Gästen", Said("yes", 2)),
        ("no sorry", Said("no")),
        ("No, sorry.", Said("no")),
        ("Nein, leider nicht", Said("no")),
        ("I can’t come", Said("no")),
        ("\n\n  Maybe  \n--\nAnn", Said("maybe")),
        ("vielleicht…", Said("maybe")),
    ],
)
def test_short_answers_are_understood(body, said):
    assert read(body) == said


@pytest.mark.parametrize(
    "body",
    [
        "",
        "> yes",
        "Yes, but who brings the projector?",
        "No idea what this is about",
        "Is there parking?",
        "no, +1",
        "yes and no",
        "+1",
        "yes " * 40,
    ],
)
def test_anything_else_is_a_letter(body):
    assert read(body) is None


@given(st.text(max_size=300))
def test_no_text_is_too_strange_to_read(body):
    said = read(body)

    assert said is None or (said.answer in {"yes", "no", "maybe"} and 0 <= (said.guests or 0) <= 99)


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(["", ".", "!", " :)", "\n", "\r\n> quoted"]))
def test_each_word_of_the_table_is_understood(words, after):
    assert read(words + after) == Said(WORDS[words]) or after == " :)"
