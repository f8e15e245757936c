import bz2
import gzip
import io
import lzma
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit import mbox

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TWO = b"""From ann@example.org Wed Mar  4 12:00:00 2026
Subject: one

Hello
>From here it goes on

From the hall to the station it is a mile.

From bob@example.org Wed Mar  4 12:01:00 2026
Subject: two

Bye
"""


def read(raw: bytes, **options):
    return list(mbox.messages(io.BytesIO(raw), **options))


def test_each_message_comes_with_its_place_and_without_quoting():
    first, second = read(TWO)

    assert first.raw.endswith(b"Hello\nFrom here it goes on\n\nFrom the hall to the station it is a mile.\n")
    assert second.raw == b"Subject: two\n\nBye\n"
    assert (first.number, second.number) == (0, 1)
    assert TWO[second.position :].startswith(b"From bob@")
    assert second.envelope == "From bob@example.org Wed Mar  4 12:01:00 2026"


def test_a_line_like_an_envelope_splits_only_before_headers():
    fake = b"From a@b Wed Mar  4 12:00:00 2026\n"

    assert len(read(fake + b"A: b\n\ntext\n\n" + fake + b"more text\n")) == 1
    assert len(read(fake + b"A: b\n\ntext\n" + fake + b"C: d\n\nmore text\n")) == 1
    assert len(read(fake + b"A: b\n\ntext\n\n" + fake + b"C: d\n\nmore text\n")) == 2


def test_a_pipermail_archive_splits_without_a_blank_line_when_the_sender_stands_twice():
    archive = (
        b"From ann at example.org  Wed Mar  4 12:00:00 2026\nFrom: ann at example.org (Ann)\n\nURL: <x/signature.bin>\n"
        b"From bob at example.org  Wed Mar  4 12:00:00 2026\nFrom: bob at example.org (Bob)\n\nbye\n"
    )

    found = read(archive)

    assert len(found) == 2
    assert all(mbox.is_pipermail(message) for message in found)
    assert not mbox.is_pipermail(read(TWO)[0])


def test_an_oversized_message_is_cut_and_says_so():
    first, second = read(TWO.replace(b"Hello", b"x" * 500_000), largest=1000)

    assert first.oversized
    assert len(first.raw) == 1000
    assert not second.oversized


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_archives_open_however_they_are_packed(tmp_path, pack):
    path = tmp_path / "archive"
    path.write_bytes(pack(TWO))

    with mbox.open_mbox(path) as file:
        assert [message.raw for message in mbox.messages(file)] == [message.raw for message in read(TWO)]


lines = st.sampled_from(
    [
        b"From ",
        b">From x\n",
        b">>From a@b Wed Mar  4 12:00:00 2026\n",
        b"\n",
        b"\r\n",
        b"From a@b Wed Mar  4 12:00:00 2026\n",
    ]
)
bodies = st.lists(st.one_of(lines, st.binary(max_size=40)), max_size=12).map(b"".join)


@given(st.lists(bodies, min_size=1, max_size=5))
def test_what_is_written_is_read_again(bodies):
    file = io.BytesIO()
    raws = [b"Subject: x\n\n" + body for body in bodies]
    for raw in raws:
        mbox.write(file, raw, "ann@example.org", NOON)

    once = [message.raw for message in read(file.getvalue())]
    again = io.BytesIO()
    for raw in once:
        mbox.write(again, raw, "", NOON)

    assert once == [raw if raw.endswith(b"\n") else raw + b"\n" for raw in raws]
    assert [message.raw for message in read(again.getvalue())] == once
