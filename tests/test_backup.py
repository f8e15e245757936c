"""Back up and restore whole installations with the command, as an operator does, each in a folder of its own."""

import gzip
import hashlib
import io
import json
import os
import re
import resource
import socket
import subprocess
import sys
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import database
from tests.database import SERVER

ROOT = Path(__file__).resolve().parent.parent
REFUSED = 3

pytestmark = pytest.mark.timeout(240)  # each command is a process of its own

FILL = """
import random
from folkmoot.conversations.operations import Letterhead, main_channel, reply, start_topic
from folkmoot.conversations.rendering import keep_file
from tests import make
ann = make.person("Ann Ünal")
group = make.group(ann)
topic = make.topic(group, author=ann, title="Plan", body="# Für alle\\n" + "x" * 100_000)
for number in range(30):
    content = random.Random(number).randbytes(100_000)
    kept = keep_file(f"{number}.bin", content, said_kind="application/octet-stream")
    reply(topic, author=ann, body=f"No. {number}", via="mail",
          letterhead=Letterhead(f"<{number}@example.org>", files=[kept]))
from folkmoot.doors.mail.transport import Copy, MaildirTransport, Sheet
MaildirTransport().send([Copy("a@b", "c@d", Sheet(b"Subject: hi\\r\\n\\r\\nhello\\r\\n"))])
"""
TELL = """
import hashlib, json
from folkmoot.conversations.models import Post
from folkmoot.store import files, search
posts = Post.objects.order_by("pk").prefetch_related("attachments__file")
told = [[p.pk, p.title, p.body, p.html, p.message_id, str(p.posted_at), p.author.name,
         [[a.name, hashlib.sha256(files.where(a.file.sha256).read_bytes()).hexdigest()] for a in p.attachments.all()]]
        for p in posts]
print(json.dumps([told, sorted(search.find("alle", scopes=[p.channel_id for p in posts]))]))
"""


class Installation:
    """A data folder and a database of its own, and the `folkmoot` command for it."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("FOLKMOOT_", "DJANGO_"))}
        self.env |= {"FOLKMOOT_HOME": str(home), "PYTHONPATH": str(ROOT), "FOLKMOOT_WEB": "127.0.0.1:0"}
        self.env |= {"FOLKMOOT_LMTP": "127.0.0.1:0", "DJANGO_SETTINGS_MODULE": "folkmoot.config.settings"}
        self.env["FOLKMOOT_DATABASE_URL"] = database_url

    def run(self, *arguments, **options):
        command = [sys.executable, "-m", "folkmoot", *map(str, arguments)]
        return subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False, **options)

    def python(self, code):
        command = [sys.executable, "-c", "import django; django.setup()\n" + code]
        return subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    def says(self):
        return json.loads(self.python(TELL))

    def state(self):
        """What lies in the folder, byte for byte, and the groups in a database that lies elsewhere."""
        paths = [path for path in sorted(self.home.rglob("*")) if path.is_file()]
        kept = [path for path in paths if not re.search(r"-(wal|shm|writers)$|last-backup", path.name)]
        state = {str(path.relative_to(self.home)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}
        if SERVER:
            with psycopg.connect(self.env["FOLKMOOT_DATABASE_URL"]) as connection:
                state["groups"] = connection.execute("SELECT count(*), max(slug) FROM groups_group").fetchone()
        return state


@contextmanager
def installation(home):
    with database.of_its_own(home.name) as address:
        yield Installation(home, address)


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory(prefix="folkmoot-backup-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def filled(folder):
    """An installation with a long post, thirty files and a letter."""
    with installation(folder / "filled") as one:
        assert one.run("group", "list").returncode == 0
        one.python(FILL)
        yield one


@pytest.fixture(scope="module")
def backup(filled, folder):
    path = folder / "backup.tar.gz"
    done = filled.run("backup", path)
    assert done.returncode == 0, done.stderr
    assert "people 2, groups 1, posts 31, files 30" in done.stdout
    return path


@pytest.fixture
def empty(folder, request):
    with installation(folder / hashlib.sha256(request.node.name.encode()).hexdigest()[:8]) as one:
        yield one


@pytest.fixture(scope="module")
def other(folder):
    """An installation with a group of its own, which no failed restore may touch."""
    with installation(folder / "other") as one:
        assert one.run("group", "create", "fell", "--owner", "olga@example.org").returncode == 0
        yield one


def test_a_backup_brings_everything_back(filled, backup, empty):
    done = empty.run("restore", backup, "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["posts"] == 31
    assert empty.says() == filled.says()
    assert (empty.home / "secret").read_text() == (filled.home / "secret").read_text()
    outgoing = {name: digest for name, digest in filled.state().items() if name.startswith("outgoing/")}
    assert len(outgoing) == 1
    assert outgoing.items() <= empty.state().items()
    assert not list(empty.home.glob("*restore*"))
    modes = {path.stat().st_mode & 0o077 for path in (backup, *empty.home.rglob("*")) if "writers" not in path.name}
    assert modes == {0}


def test_what_came_back_goes_on(filled, backup, empty):
    """Counters go on where they were: a new row takes nobody's number."""
    assert empty.run("restore", backup).stderr == ""

    empty.python("from tests import make; from folkmoot.groups.models import Group; make.topic(Group.objects.get())")

    assert [post[0] for post in empty.says()[0]] == [post[0] for post in filled.says()[0]] + [32]


def test_an_installation_in_use_is_replaced_only_with_yes_and_kept_aside(backup, empty):
    empty.run("group", "create", "fell", "--owner", "olga@example.org")
    before = empty.state()

    refused = empty.run("restore", backup)

    assert (refused.returncode, "--yes" in refused.stderr) == (REFUSED, True)
    assert empty.state() == before

    done = empty.run("restore", backup, "--yes")

    assert done.returncode == 0, done.stderr
    assert "tarn" in empty.run("group", "list").stdout
    aside = next(empty.home.glob("before-restore-*"))
    assert str(aside) in done.stdout
    assert (aside / "secret").exists()
    assert SERVER or (aside / "folkmoot.sqlite3").exists()


def test_a_backup_overwrites_nothing_and_names_itself_in_a_folder(filled, backup, folder):
    again = filled.run("backup", backup)
    (folder / "nightly").mkdir()
    nightly = filled.run("backup", folder / "nightly")

    assert (again.returncode, "is there already" in again.stderr) == (REFUSED, True)
    assert nightly.returncode == 0
    assert [path.name for path in (folder / "nightly").iterdir()] == [Path(nightly.stdout.split(" (")[0]).name]


def cut_short(content):
    return content[: len(content) // 2]


def without_its_end(content):
    return content[:-4]


def with_a_wrong_byte(content):
    place = len(content) // 3
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


def with_another_file(content):
    return rewritten(content, {"files/00/00/" + "0" * 64: b"not what its name says"})


def with_an_altered_letter(content):
    return rewritten(content, change=lambda name, one: one + b"!" if name.startswith("outgoing/") else one)


def with_a_way_out(content):
    return rewritten(content, {"files/../../escaped": b"from above"})


def with_an_absolute_name(content):
    return rewritten(content, {"/tmp/folkmoot-escaped": b"from above"})


def with_a_link(content):
    return rewritten(content, link="files/" + "aa/aa/" + "a" * 64)


def of_another_database(content):
    kind = b"sqlite" if SERVER else b"postgresql"
    ours = b"postgresql" if SERVER else b"sqlite"
    return rewritten(content, change=manifest(lambda one: one.replace(b'"%s"' % ours, b'"%s"' % kind, 1)))


def of_a_newer_version(content):
    return rewritten(content, change=manifest(lambda one: one.replace(b'"migrations": [', b'"migrations": ["x.9_y", ')))


def of_a_newer_format(content):
    return rewritten(content, change=manifest(lambda one: one.replace(b'"format": 1', b'"format": 2, "new": 1')))


def with_too_few_rows(content):
    return rewritten(content, change=manifest(lambda one: one.replace(b'_post": 31', b'_post": 32')))


def not_one_at_all(content):
    return b"From ann@example.org Mon Jan  1\n\nHello\n"


def manifest(change):
    return lambda name, one: change(one) if name == "manifest.json" else one


def rewritten(content, more=(), change=lambda name, one: one, link=""):
    """The same archive with other members; its own checksums are right."""
    with tarfile.open(fileobj=io.BytesIO(content)) as old:
        members = [(one.name, old.extractfile(one).read()) for one in old]
    new = io.BytesIO()
    with gzip.open(new, "wb") as zipped, tarfile.open(fileobj=zipped, mode="w|") as tar:
        for name, one in [*dict(more).items(), *members]:
            info = tarfile.TarInfo(name)
            content = change(name, one)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        if link:
            info = tarfile.TarInfo(link)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    return new.getvalue()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut_short, "damaged"),
        (without_its_end, "damaged"),
        (with_a_wrong_byte, "damaged"),
        (with_another_file, "damaged"),
        (with_an_altered_letter, "damaged"),
        (with_a_way_out, "has no place in it"),
        (with_an_absolute_name, "has no place in it"),
        (with_a_link, "has no place in it"),
        (of_another_database, "the same kind of database"),
        (of_a_newer_version, "newer than this version"),
        (of_a_newer_format, "format 2"),
        (with_too_few_rows, "should have 32 rows" if SERVER else "damaged"),
        (not_one_at_all, "no backup of Folkmoot"),
    ],
)
def test_what_is_no_whole_backup_of_ours_changes_nothing(damage, words, backup, other, folder):
    path = folder / f"{damage.__name__}.tar.gz"
    path.write_bytes(damage(backup.read_bytes()))
    before = other.state()

    done = other.run("restore", path, "--yes")

    assert (done.returncode, done.stdout) == (REFUSED, "")
    assert words in done.stderr
    assert other.state() == before
    assert not (folder / "escaped").exists()


def test_nothing_is_restored_while_it_serves(backup, other):
    before = other.state()
    with socket.create_server(("127.0.0.1", 0)) as serving:
        other.env["FOLKMOOT_WEB"] = f"127.0.0.1:{serving.getsockname()[1]}"
        done = other.run("restore", backup, "--yes")
        other.env["FOLKMOOT_WEB"] = "127.0.0.1:0"

    assert (done.returncode, "Stop `folkmoot serve` first" in done.stderr) == (REFUSED, True)
    assert other.state() == before


HOLD = """
from folkmoot.groups.models import Group
print(Group.objects.count(), flush=True)
input()
"""


def test_nothing_is_restored_while_somebody_has_the_database_open(backup, other):
    """Like a worker on another machine, which listens at no address here."""
    before = other.state()
    code = "import django; django.setup()\n" + HOLD
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], env=other.env, cwd=ROOT, **pipes) as holding:
        holding.stdout.readline()
        done = other.run("restore", backup, "--yes")
        holding.communicate(b"\n")

    assert (done.returncode, "stop `folkmoot serve`" in done.stderr) == (REFUSED, True), done.stderr
    assert other.state() == before


@pytest.mark.parametrize("most", [100_000, 2_000_000])
def test_a_full_disk_leaves_no_half_backup(most, filled, folder):
    """No room for the database, no room for the files."""
    place = folder / f"small-{most}"
    place.mkdir()

    done = filled.run("backup", place / "b.tar.gz", preexec_fn=lambda: files_up_to(most))

    assert done.returncode == REFUSED, done.stderr
    assert "Traceback" not in done.stderr
    assert "folkmoot: " in done.stderr
    assert list(place.iterdir()) == []


def test_a_full_disk_stops_a_restore_before_it_begins(backup, other):
    before = other.state()

    done = other.run("restore", backup, "--yes", preexec_fn=lambda: files_up_to(100_000))

    assert (done.returncode, "no room left" in done.stderr) == (REFUSED, True), done.stderr
    assert other.state() == before


def files_up_to(size):
    """As on a full disk: a write past this many bytes of a file fails."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


WRITE = """
import sys, threading, time
from tests import make
from folkmoot.groups.models import Group
from folkmoot.conversations.models import Topic
from folkmoot.conversations.operations import reply
topic = Topic.objects.first()
print("ready", flush=True)
slowest = written = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    began = time.monotonic()
    reply(topic, author=topic.posts.first().author, body="meanwhile", via="web")
    slowest, written = max(slowest, time.monotonic() - began), written + 1
print(written, slowest)
"""


def test_people_go_on_writing_during_a_backup(backup, empty, folder):
    assert empty.run("restore", backup).stderr == ""
    code = "import django, select; django.setup()\n" + WRITE
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], env=empty.env, cwd=ROOT, **pipes) as writing:
        writing.stdout.readline()
        done = empty.run("backup", folder / "meanwhile.tar.gz", "--json")
        written, slowest = writing.communicate(b"\n")[0].split()

    facts = json.loads(done.stdout)
    assert 31 < facts["posts"] <= 31 + int(written)
    assert float(slowest) < 2
    assert empty.run("restore", folder / "meanwhile.tar.gz", "--yes").returncode == 0
    assert len(empty.says()[0]) == facts["posts"]
