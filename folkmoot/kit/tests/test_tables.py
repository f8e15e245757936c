import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit import tables

TEXT = "Name;Ort\nJürgen Groß;Köln\nÅsa;Århus\n"


def cells(text):
    return [row.cells for row in tables.rows(text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_a_file_is_read_in_whatever_encoding_it_was_saved(encoding):
    assert tables.decode(TEXT.encode(encoding)).removeprefix("\ufeff") == TEXT


@pytest.mark.parametrize("by", list(",;\t|"))
def test_the_separator_is_found(by):
    assert cells(f"name{by}mail\nAnn{by}a@example.org\n") == [("name", "mail"), ("Ann", "a@example.org")]


def test_a_comma_inside_of_quotes_separates_nothing():
    assert cells('name;mail\n"Groß, Ann";a@example.org\n"Ö, B";b@example.org') == [
        ("name", "mail"),
        ("Groß, Ann", "a@example.org"),
        ("Ö, B", "b@example.org"),
    ]


def test_the_line_that_table_programs_write_first_says_the_separator():
    assert cells("sep=;\na;b,c,d\n1;2,3,4") == [("a", "b,c,d"), ("1", "2,3,4")]


def test_rows_know_on_which_line_they_begin_whatever_ends_them():
    text = 'a,b\r\n\r\n"two\r\nlines",c\rd,e\n'

    assert [(row.line, row.cells) for row in tables.rows(text)] == [
        (1, ("a", "b")),
        (3, ("two lines", "c")),
        (5, ("d", "e")),
    ]


def test_a_quote_that_never_ends_swallows_nothing():
    text = 'name,mail\n"Ann,a@example.org\n' + "".join(f"P{n},p{n}@example.org\n" for n in range(60))

    assert len(cells(text)) == 62


def test_a_cell_that_is_too_long_is_cut():
    assert [len(cell) for cell in cells("a,b\n" + "x" * 300_000 + ",c")[1]] == [tables.LONGEST_CELL, 1]


@given(st.binary(max_size=400))
def test_no_bytes_are_too_broken(raw):
    text = tables.decode(raw)

    for row in tables.rows(text):
        assert any(row.cells)
        assert 1 <= row.line <= len(raw) + 1


plain = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp", "Zs", "Cf"]), min_size=1, max_size=12)
WIDE = st.integers(2, 5).flatmap(lambda n: st.lists(st.lists(plain, min_size=n, max_size=n), min_size=2, max_size=12))


@given(WIDE, st.sampled_from(["utf-8-sig", "utf-16"]), st.sampled_from(",;\t"))
def test_what_a_program_wrote_is_read_as_it_was(table, encoding, by):
    out = io.StringIO()
    csv.writer(out, delimiter=by, quoting=csv.QUOTE_ALL).writerows(table)

    text = tables.decode(out.getvalue().encode(encoding))

    assert [list(row.cells) for row in tables.rows(text)] == table
