"""Groups that go from one installation to another, by the command; and one that is killed while it comes."""

import subprocess
import sys
import time

import pytest

from tests import database
from tests.processes.running import ROOT, Installation

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]

ROOTS = """
from folkmoot.groups.models import Group
print(*Group.objects.filter(parent=None).order_by("pk").values_list("slug", flat=True))
"""
COUNTS = """
from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post
from folkmoot.groups.models import Group
print(Group.objects.count(), Person.objects.count(), Post.objects.count())
"""
LETTERS = """
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.outbox.relay import drain
drain(SUBSCRIBERS)
print(OutgoingLetter.objects.count())
"""


def installation(folder, url=""):
    folder.mkdir()
    return Installation(folder, database_url=url)


def export(here, slug, path):
    return here.command("export", "group", slug, str(path))["content_hash"]


def test_the_demo_goes_elsewhere_and_is_what_it_was(tmp_path):
    """From SQLite, where the tests run on PostgreSQL to that, and on to SQLite again."""
    first, last = installation(tmp_path / "first"), installation(tmp_path / "last")
    first.command("demo")
    with database.of_its_own("packages") as url:
        there = installation(tmp_path / "there", url)
        for slug in first.python(ROOTS).split():
            told = export(first, slug, tmp_path / f"{slug}-1.zip")
            there.command("import", "group", str(tmp_path / f"{slug}-1.zip"))
            assert export(there, slug, tmp_path / f"{slug}-2.zip") == told
            last.command("import", "group", str(tmp_path / f"{slug}-2.zip"))
            assert export(last, slug, tmp_path / f"{slug}-3.zip") == told
        assert there.python(LETTERS).strip() == "0"


def test_killed_in_the_middle_it_leaves_nothing_and_is_brought_again(tmp_path):
    first = installation(tmp_path / "first")
    first.command("demo")
    slug = first.python(ROOTS).split()[0]
    told = export(first, slug, tmp_path / "group.zip")
    with database.of_its_own("killed") as url:
        here = installation(tmp_path / "here", url)
        assert (
            here.python("from django.core.management import call_command; call_command('migrate', verbosity=0)") == ""
        )
        began = time.monotonic()
        here.command("import", "group", str(tmp_path / "group.zip"), "--dry-run")
        took = time.monotonic() - began
        for share in (0.4, 0.55, 0.7, 0.85):
            kill(here, tmp_path / "group.zip", took * share)
            groups, people, posts = here.python(COUNTS).split()
            if groups != "0":
                break  # it was quicker, and all of it is there
            assert (people, posts) == ("0", "0")
        else:
            here.command("import", "group", str(tmp_path / "group.zip"))
        assert export(here, slug, tmp_path / "again.zip") == told


def kill(here, path, after):
    """Begin to bring it, and stop that for good."""
    line = [sys.executable, "-m", "folkmoot", "import", "group", str(path)]
    with subprocess.Popen(
        line, env=here.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(after)
        process.kill()
