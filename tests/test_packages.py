"""A group as one file: all that is its own, nothing that is an id here, and nothing that is others' secret."""

import json
import os
from datetime import timedelta
from hashlib import sha256
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from django.utils.timezone import now

from folkmoot.accounts.models import Person
from folkmoot.config.cli.packages import export_group
from folkmoot.config.packages import TABLES, pack
from folkmoot.conversations.models import Attachment, Channel, OldTopic, Post, ScheduledPost, StoredFile, Topic
from folkmoot.conversations.operations import hold_post, keep_draft, schedule
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.groups.models import Group, HistoryEntry, Invitation, PlacementRule
from folkmoot.groups.operations import note_export
from folkmoot.groups.operations.reach import lay_reach
from folkmoot.kit.errors import Refused
from folkmoot.store import files
from tests import make
from tests.planted import OF_OFFICE, OF_THEM, plant_governing


@pytest.fixture
def tarn(settings, tmp_path):
    """A group with something in every table, and one below it."""
    settings.FILES = tmp_path / "kept"
    ann = make.person("Ann")
    group = make.group(ann)
    below = make.group(ann, slug="below")
    Group.objects.filter(pk=below.pk).update(parent=group)
    lay_reach(Group.objects.get(pk=below.pk))
    topic = make.topic(group, author=ann, title="Boats", body="**Which?**")
    post = make.post(topic, body="This one.")
    file = StoredFile.objects.create(sha256=files.keep(b"a boat"), size=6, kind="text/plain")
    Attachment.objects.create(post=post, file=file, name="boat.txt")
    make.topic(below, author=ann, title="Below")
    plant_governing(ann, group, Person.objects.at("olga@example.org"))
    Invitation.objects.create(group=group, address="eve@example.org", token="secrettoken")
    return group


def read(path):
    with ZipFile(path) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def rows(parts, name):
    return [json.loads(line) for line in parts[f"{name}.jsonl"].splitlines()]


def test_it_holds_the_group_and_those_below(tarn, tmp_path):
    packed = pack(tarn, tmp_path / "tarn.zip")
    parts = read(tmp_path / "tarn.zip")

    assert [(one["slug"], one["parent"]) for one in rows(parts, "groups")] == [("tarn", None), ("below", 1)]
    assert [one["title"] for one in rows(parts, "topics")] == ["Boats", "Below"]
    first, second = rows(parts, "posts")[:2]
    assert (first["author"], first["topic"], first["body"], first["markup"]) == ("ann", 1, "**Which?**", "markdown")
    assert second["topic"] == 1
    assert rows(parts, "attachments")[0]["file"] == sha256(b"a boat").hexdigest()
    assert parts[f"files/{sha256(b'a boat').hexdigest()}"] == b"a boat"
    assert {one["handle"]: one["address"] for one in rows(parts, "people")} == {
        "ann": "ann@example.org",
        "olga": "olga@example.org",
    }
    assert b"Subject: Boats" in parts["mbox/tarn.mbox"]
    assert packed.rows["posts"] == len(rows(parts, "posts"))
    assert {f"{table.name}.jsonl" for table in TABLES} <= set(parts)
    text = b"".join(parts.values()).decode()
    of_the_installation = {"wallaroofounding", "yapokfounding", "ayeayefounding"}
    assert {one for one in [*OF_THEM, *OF_OFFICE] if one not in text} == of_the_installation
    assert "secrettoken" not in text


def test_its_hashes_are_true_and_the_same_content_is_the_same_file(tarn, tmp_path):
    pack(tarn, tmp_path / "one.zip")
    note_export(tarn, by=Person.objects.at("olga@example.org"), via="test")
    pack(tarn, tmp_path / "two.zip")
    parts = read(tmp_path / "one.zip")
    about = json.loads(parts["package.json"])

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert about["format"] == "folkmoot-group"
    assert about["parts"] == {name: sha256(parts[name]).hexdigest() for name in about["parts"]}
    assert set(parts) - set(about["parts"]) == {"package.json", "numbers.jsonl", "mbox/tarn.mbox", "mbox/below.mbox"}

    make.post(Post.objects.get(title="Below").topic, body="More.")
    assert pack(tarn, tmp_path / "three.zip").content_hash != about["content_hash"]


def test_who_spoke_without_a_name_stays_without_one(tarn, tmp_path):
    ann = Person.objects.at("ann@example.org")
    Post.objects.filter(title="Below").update(is_anonymous=True, removed_by=ann)

    pack(tarn, tmp_path / "tarn.zip")

    said = [one for one in rows(read(tmp_path / "tarn.zip"), "posts") if one["is_anonymous"]]
    assert [(one["author"], one["removed_by"]) for one in said] == [(None, None)]


def test_what_has_not_been_said_stays_here(tarn, tmp_path):
    """It is its author's alone, or a moderator's to decide; elsewhere it would be said in somebody's name, unasked."""
    ann, topic = Person.objects.at("ann@example.org"), Topic.objects.get(title="Boats")
    Channel.objects.filter(pk=topic.channel_id).update(allows_scheduled=True)
    topic.refresh_from_db()
    later = {"author": ann, "due_at": now() + timedelta(days=1), "via": "web"}
    schedule(topic.channel, topic=topic, body="okapilater", **later)
    schedule(topic.channel, title="kiangtitle", body="bontebokbody", **later)
    hold_post(topic.channel, topic=topic, author=ann, body="gerenukheld", via="web")
    keep_draft(ann, f"topic-{topic.pk}", body="nilgaidraft")
    assert send(sender="kim@example.net", body="sitatungaletter").outcome == "held"

    pack(tarn, tmp_path / "tarn.zip", closed=True)

    assert ScheduledPost.objects.count() == 3
    text = b"".join(read(tmp_path / "tarn.zip").values()).decode()
    words = ["okapilater", "kiangtitle", "bontebokbody", "gerenukheld", "nilgaidraft", "sitatungaletter"]
    assert [one for one in words if one in text] == []
    assert "This one." in text


def test_a_rule_about_who_is_elsewhere_stays_here(tarn, tmp_path):
    other, below = make.group(slug="loom"), Group.objects.get(slug="below")
    rules = PlacementRule.objects
    rules.create(group=tarn, about="group", of_group=other)
    rules.create(group=tarn, about="domain", value="acme.example", of_group=other)
    rules.create(group=below, about="group", of_group=tarn)
    rules.create(group=tarn, about="domain", value="all.example")

    pack(tarn, tmp_path / "tarn.zip")

    said = rows(read(tmp_path / "tarn.zip"), "placement-rules")
    assert [(one["group"], one["about"], one["of_group"]) for one in said] == [(2, "group", 1), (1, "domain", None)]


def closed(slug):
    Group.objects.filter(slug=slug).update(inherits_roles=False)
    lay_reach(Group.objects.get(slug=slug))


def test_what_closed_itself_comes_only_by_command(tarn, tmp_path):
    closed("below")

    pack(tarn, tmp_path / "owner.zip")
    pack(tarn, tmp_path / "all.zip", closed=True)

    parts = read(tmp_path / "owner.zip")
    assert "mbox/below.mbox" not in parts
    assert [one["slug"] for one in rows(parts, "groups")] == ["tarn"]
    assert [one["title"] for one in rows(parts, "topics")] == ["Boats"]
    parts = read(tmp_path / "all.zip")
    assert [one["slug"] for one in rows(parts, "groups")] == ["tarn", "below"]
    assert [one["title"] for one in rows(parts, "topics")] == ["Boats", "Below"]


@pytest.mark.parametrize("gone", [Post, Topic])
def test_what_goes_while_it_is_written_lets_no_row_name_another(tarn, tmp_path, gone):
    path = tmp_path / "tarn.zip"

    with pytest.raises(Refused, match="changed meanwhile"):
        pack(tarn, path, watch=lambda _percent: gone.objects.filter(title="Below").delete())

    assert list(tmp_path.glob("*.zip*")) == []


def test_a_handle_that_changes_while_it_is_written_is_noticed(tarn, tmp_path):
    ann = Person.objects.filter(handle="ann")

    with pytest.raises(Refused, match="changed meanwhile"):
        pack(tarn, tmp_path / "tarn.zip", watch=lambda percent: percent > 80 and ann.update(handle="anna"))


def test_what_comes_while_it_is_written_is_not_in_it(tarn, tmp_path):
    ann = Person.objects.get(handle="ann")

    def more(percent):
        if percent == 0:
            OldTopic.objects.create(number=999_000, topic=make.topic(tarn, author=ann, title="New"))

    pack(tarn, tmp_path / "tarn.zip", watch=more)

    parts = read(tmp_path / "tarn.zip")
    assert [one["title"] for one in rows(parts, "topics")] == ["Boats", "Below"]
    assert len(rows(parts, "numbers")) == len(rows(parts, "topics")) + len(rows(parts, "posts"))


def test_by_command(tarn, tmp_path):
    file = tmp_path / "tarn.zip"

    done = CliRunner().invoke(export_group, ["tarn", str(file), "--json"])

    assert json.loads(done.output)["content_hash"] == json.loads(read(file)["package.json"])["content_hash"]
    assert file.stat().st_mode & 0o077 == 0
    assert HistoryEntry.objects.get(kind="group.exported").via == "command"
    assert [one.name for one in tmp_path.glob(".tarn*")] == []
    assert CliRunner().invoke(export_group, ["tarn", str(file)]).exit_code == 2  # it is there already
    assert CliRunner().invoke(export_group, ["nothing", str(tmp_path / "x.zip")]).exit_code == 4
    assert not (tmp_path / "x.zip").exists()


def test_what_a_killed_run_left_is_in_nobody_s_way(tarn, tmp_path):
    (tmp_path / f".tarn.zip.{os.getpid()}").write_bytes(b"half")

    pack(tarn, tmp_path / "tarn.zip")

    assert [one.name for one in tmp_path.glob("*tarn.zip*")] == ["tarn.zip"]
    assert b"Boats" in read(tmp_path / "tarn.zip")["topics.jsonl"]


def test_a_file_that_is_lost_is_named(tarn, tmp_path):
    name = sha256(b"a boat").hexdigest()
    files.where(name).unlink()

    assert pack(tarn, tmp_path / "tarn.zip").lost == [name]
