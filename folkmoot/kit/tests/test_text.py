import pytest

from folkmoot.kit.text import gist, without_marks


@pytest.mark.parametrize(
    "body",
    [
        "I see.",
        "On 27/12/2022 13:28, Ann Bee wrote:\n> It is slow.\n\nI see.",
        "On Tue, Dec 27, 2022 at 1:28 PM Ann Bee\n<ann@example.org> wrote:\n\n> It is slow.\n\nI see.",
        "Ann wrote:\n\n> It is slow.\n\nI *see*.\n-- \nBob, somewhere",
    ],
)
def test_the_gist_is_what_its_author_said(body):
    assert gist(body) == "I see."


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("## What *is* `max_rows`?", "What is max_rows?"),
        ("See [the **guide**](https://example.org/a_b) first", "See the guide first"),
        ("- one\n- two", "one\ntwo"),
        ("2 * 3 = 6, a_b_c and C#", "2 * 3 = 6, a_b_c and C#"),
        ("~~never~~ __always__", "never always"),
    ],
)
def test_without_its_marks_markdown_is_words(markdown, words):
    assert without_marks(markdown) == words
