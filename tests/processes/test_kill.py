"""Kill each process in turn in the middle of a burst; nothing is lost, and hardly anything is doubled."""

import os
import re
import signal
import smtplib
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from tests import make, sink
from tests.processes.running import Installation, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]

LETTERS, SUBSCRIBERS, BATCH = 500, 50, 100
PROCESSES = ("fm worker in", "fm worker out", "fm lmtp", "fm web 0")


@pytest.fixture
def database_url(transactional_db):
    """A database of this test's own where the tests run on PostgreSQL; none on SQLite."""
    if not os.environ.get("FOLKMOOT_DATABASE_URL"):
        yield ""
        return
    name = f"kill_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield re.sub(r"/[^/]*$", f"/{name}", os.environ["FOLKMOOT_DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_killed_at_any_instant_nothing_is_lost(tmp_path, database_url):
    with sink.running() as server:
        here = Installation(tmp_path, smtp_port=server.port, database_url=database_url)
        here.command("group", "create", "tarn", "--owner", "olga@example.org")
        here.python(ADD_MEMBERS.format(last=SUBSCRIBERS - 1))
        with here.serving():
            sender = threading.Thread(target=send_all, args=(here.lmtp,))
            sender.start()
            kills = kill_each_in_turn(here)
            sender.join()
            expected = LETTERS * (SUBSCRIBERS - 1)  # the author gets none
            wait_until(lambda: len(set(copies(server))) == expected, seconds=150)
            wait_until(lambda: here.python(ALL_DONE).strip() == "0 0", seconds=60)

    assert here.python(POSTS).split() == [str(LETTERS), str(LETTERS)]
    seen = Counter(copies(server))
    assert len(seen) == expected
    assert max(seen.values()) <= 1 + kills
    assert sum(seen.values()) - expected <= BATCH * kills


def send_all(port: int) -> None:
    """Send every letter until it is kept, as a mail server does."""
    lmtp: smtplib.LMTP | None = None
    for number in range(LETTERS):
        raw = make.letter(sender="m1@example.org", subject=f"Letter {number}", message_id=f"<{number}@burst>")
        while True:
            try:
                lmtp = lmtp or smtplib.LMTP("127.0.0.1", port)
                lmtp.sendmail("m1@example.org", ["tarn@localhost"], raw)
                break
            except (OSError, smtplib.SMTPException):
                lmtp = None
                time.sleep(0.05)


def kill_each_in_turn(here: Installation) -> int:
    for name in PROCESSES:
        time.sleep(0.7)
        wait_until(lambda name=name: name in here.children(), seconds=20)
        os.kill(here.children()[name], signal.SIGKILL)
    return len(PROCESSES)


def copies(server: sink.Sink) -> list[tuple[str, bytes]]:
    return [(recipient, re.search(rb"(?m)^Message-ID: (\S+)", letter)[1]) for _, recipient, letter in server.letters]


ADD_MEMBERS = """
from folkmoot.accounts.models import OPERATOR
from folkmoot.groups.models import Group
from folkmoot.groups.operations import add_member
for number in range({last}):
    add_member(Group.objects.get(), address=f"m{{number}}@example.org", by=OPERATOR, via="test")
"""
POSTS = """
from folkmoot.conversations.models import Post
print(Post.objects.count(), Post.objects.values("message_id").distinct().count())
"""
ALL_DONE = """
from folkmoot.doors.mail.models import IncomingLetter, Mailing
print(IncomingLetter.objects.exclude(outcome="done").count(), Mailing.objects.filter(done_at=None).count())
"""
