import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit.search_words import LONGEST, MOST_IN_PHRASE, MOST_PARTS, Query, hits, parse, snippet, words_of
from folkmoot.kit.text import without_marks

ASKED = st.one_of(
    st.text(max_size=2 * LONGEST),
    st.lists(st.sampled_from('author: in: before: after:2024-02-30 - " "a b" -"x 日本語 ไทย * ( AND İ ß'.split())).map(
        " ".join
    ),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Größe, naïve CAFÉ!", ["grosse", "naive", "cafe"]),
        ("foo_bar rhein-ruhr", ["foo", "bar", "rhein", "ruhr"]),
        ("検索機能", ["検索", "索機", "機能", "能"]),
        ("Python入門", ["python", "入門", "門"]),
        ("Ναί, Привет", ["ναι", "привет"]),
        ("...", []),
    ],
)
def test_words_are_compared_without_case_and_accents(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ("Backup replica", Query(words=(("backup",), ("replica",)), is_open=True)),
        ('"dead letter"', Query(words=(("dead", "letter"),))),
        ('"never closed', Query(words=(("never", "closed"),))),
        ("replica -backup", Query(words=(("replica",),), without=(("backup",),))),
        ("is it up", Query(words=(("is",), ("it",), ("up",)))),
        ("rhein-ruhr", Query(words=(("rhein", "ruhr"),), is_open=True)),
        ("author:ann x", Query(words=(("x",),), authors=("ann",))),
        ('author:"Ann Lee"', Query(authors=("Ann Lee",))),
        ("in:Tarn+Ops IN:loom", Query(places=("tarn+ops", "loom"))),
        ("before:2024-05-01 after:2023-01-31", Query(before=date(2024, 5, 1), after=date(2023, 1, 31))),
        ("before:yesterday", Query(words=(("before", "yesterday"),), is_open=True)),
        ("検索", Query(words=(("検索",),))),
        ("検索機", Query(words=(("検索", "索機"),))),
        ("検", Query(words=(("検",),), is_open=True)),
        ("in:", Query(words=(("in",),))),
        ("- -- *", Query()),
    ],
)
def test_a_query_is_read(asked, query):
    assert parse(asked) == query


@given(ASKED)
def test_reading_a_query_never_fails_and_is_bounded(asked):
    query = parse(asked)

    assert len(query.words) + len(query.without) + len(query.authors) + len(query.places) <= MOST_PARTS
    assert all(0 < len(phrase) <= MOST_IN_PHRASE for phrase in query.words + query.without)
    assert all(re.fullmatch(r"[^\W_]+", word) for phrase in query.words for word in phrase)


@given(ASKED, st.text())
def test_a_snippet_is_a_piece_of_the_text(asked, text):
    pieces = snippet(text, parse(asked))
    said = "".join(words for words, _marked in pieces).removeprefix("… ").removesuffix(" …")

    assert said.strip() in " ".join(without_marks(text).split()) or ">" in text
    assert len(said) <= 400
    assert hits(text, parse(asked)) >= 0


@given(st.text())
def test_whoever_searches_for_a_whole_text_of_one_line_finds_all_its_words(text):
    there = set(words_of(text))
    query = parse(f'"{text[:60].replace(chr(34), " ")}"')

    assert {word for phrase in query.words for word in phrase[:-1]} <= there


def test_a_snippet_shows_where_the_words_stand_together_and_marks_them():
    text = (
        "> backup replica, somebody quoted\n"
        + "Once a backup. "
        + "Dull words. " * 60
        + "Then the BACKUP of a réplica lags."
    )

    pieces = snippet(text, parse("backup replic"))

    assert [words for words, marked in pieces if marked] == ["BACKUP", "réplica"]
    assert "quoted" not in "".join(words for words, _marked in pieces)


def test_what_stands_without_spaces_is_marked_too():
    assert [words for words, marked in snippet("日本語の検索機能です", parse("検索機")) if marked] == ["検索機"]
