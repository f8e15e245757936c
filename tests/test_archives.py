"""The commands that bring archives and take them out, as a person types them."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from folkmoot.config.cli.archives import bringing, taking
from folkmoot.conversations.models import Post
from folkmoot.kit import mbox
from tests import make


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "2005.mbox"
    with path.open("wb") as file:
        for name in ("<one@example.org>", "<two@example.org>"):
            mbox.write(file, make.letter(message_id=name), "ann@example.org", datetime(2005, 3, 1, tzinfo=UTC))
        mbox.write(file, b"\n \n", "nobody@example.org", datetime(2005, 3, 1, tzinfo=UTC))
    return str(path)


def run(group, *arguments):
    done = CliRunner().invoke(group, arguments)
    return done.exit_code, done.output


def test_an_archive_goes_in_and_out_by_command(archive, tmp_path):
    make.group()

    code, told = run(bringing, "mbox", archive, "--group", "tarn", "--dry-run")
    assert (code, told.splitlines()[0]) == (0, "3 messages in 1 file(s), nothing written:")
    assert not Post.objects.exists()

    code, told = run(bringing, "mbox", archive, "--group", "tarn")
    assert code == 0
    assert "  2 posts in 2 topics, with 0 attached files" in told
    assert "2005.mbox, message 3: unreadable, the letter is empty" in told

    code, told = run(bringing, "mbox", archive, "--group", "tarn", "--json")
    facts = json.loads(told)
    assert (code, facts["messages"], facts["before"], facts["posts"], facts["unreadable"]) == (0, 3, 3, 2, 1)

    code, told = run(taking, "mbox", "--group", "tarn", str(tmp_path / "out.mbox"))
    assert (code, told.strip()) == (0, f"2 posts with 0 attached files are in {tmp_path}/out.mbox")


def test_what_cannot_be_done_is_said_with_a_code(archive, tmp_path):
    make.group()
    empty = tmp_path / "empty.txt"
    empty.write_text("There is no mail in this.\n")

    assert run(bringing, "mbox", archive, "--group", "fen")[0] == 4
    assert run(bringing, "mbox", str(empty), "--group", "tarn")[0] == 6
    assert run(bringing, "mbox", str(tmp_path / "nowhere"), "--group", "tarn")[0] == 2
    assert run(taking, "mbox", "--group", "tarn", archive)[0] == 2
    assert run(taking, "mbox", "--group", "tarn", str(tmp_path / "nowhere/out"))[0] == 2
    assert not Post.objects.exists()
