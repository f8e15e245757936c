"""Two lists' whole archives, brought and taken out: counts and threads against what others count."""

import os
import re
import signal
import subprocess
import sys
import time
from email.parser import BytesHeaderParser
from pathlib import Path

import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Post, Topic
from folkmoot.doors.mail.archives.bringing import bring
from folkmoot.doors.mail.archives.rehearsing import rehearse
from folkmoot.doors.mail.archives.taking import take_out
from folkmoot.kit import mbox, msgid
from tests import make

ROOT = Path(__file__).resolve().parent.parent.parent
LISTS = {  # messages, posts, doubles, clashes, topics, answers to a letter that is there
    "usrp-users/20*": (7051, 7047, 4, 0, 2157, 4876),
    "twisted-web/*": (5374, 5372, 2, 1, 1625, 3741),
}


def files(corpora, pattern):
    return sorted((corpora / "mail-archives").glob(pattern))


def run(paths, group):
    return bring(paths, group, by=OPERATOR, via="command", watch=lambda *_: None)


def threads_of(paths):
    """Which letters belong together, worked out by other means: the standard library's headers, and sets.

    Only what an odd id is called here is taken from us.
    """
    sets = {}
    own = set()
    for raw in (message.raw for path in paths for message in mbox.messages(mbox.open_mbox(path))):
        fields = BytesHeaderParser().parsebytes(raw)
        names = [
            msgid.clean(closed or broken_off)
            for field in ("Message-ID", "References", "In-Reply-To")
            for closed, broken_off in re.findall(r"(?s)<([^<>]+)>|<([^<>\s]+)", str(fields[field] or ""))
        ]
        own.add(names[0])
        together = set(names).union(*(sets[name] for name in names if name in sets))
        sets.update(dict.fromkeys(together, together))
    return {frozenset(one & own) for one in sets.values()} - {frozenset()}


def threads_here(group):
    found = {}
    for topic, message_id in Post.objects.filter(channel__group=group).values_list("topic", "message_id"):
        found.setdefault(topic, set()).add(message_id)
    return {frozenset(one) for one in found.values()}


def everything(group):
    posts = Post.objects.filter(channel__group=group).select_related("topic", "author", "answers")
    return {
        (
            *(post.message_id, post.title, post.body, post.markup, post.html, post.references, post.said_at),
            *(post.author.name, post.author.emailaddress_set.all()[0].email, post.posted_at),
            *(post.topic.title, post.topic.post_count, post.topic.started_at, post.topic.last_post_at),
            post.answers.message_id if post.answers else "",
            tuple(sorted((one.name, one.file.sha256, one.file.kind, one.content_id) for one in post.attachments.all())),
        )
        for post in posts.prefetch_related("attachments__file", "author__emailaddress_set")
    }


@pytest.mark.database
@pytest.mark.parametrize("pattern", LISTS)
def test_a_list_is_brought_whole_and_taken_out_whole(corpora, tmp_path, pattern):
    paths, group = files(corpora, pattern), make.group()
    told = rehearse(paths, group, watch=lambda *_: None)
    done = run(paths, group)

    answered = Post.objects.exclude(answers=None).count()
    counts = (done.messages, done.posts, done.doubles, done.clashes, done.topics, answered)
    assert counts == LISTS[pattern]
    assert told.facts() == done.facts()
    assert Topic.objects.filter(posts=None).count() == 0
    assert without_spare(threads_here(group)) == threads_of(paths)

    take_out(group, tmp_path / "out.mbox", watch=lambda _: None)
    other = make.group(slug="fen")
    run([tmp_path / "out.mbox"], other)
    before, after = everything(group), everything(other)
    assert len(before) == done.posts
    assert after == before


def without_spare(threads):
    """Another text under a known id has an id that no letter names."""
    return {frozenset(name for name in one if not name.endswith("@double.invalid>")) for one in threads}


@pytest.mark.database
def test_the_order_of_the_files_makes_no_difference(corpora):
    paths, one, two = files(corpora, "usrp-users/202[12]*"), make.group(), make.group(slug="fen")
    run(paths, one)
    run(paths[::-1], two)

    assert threads_here(two) == threads_here(one)
    assert {without_names(row) for row in everything(two)} == {without_names(row) for row in everything(one)}


def without_names(row):
    """Who writes under several names is called what the first letter says, whichever that is."""
    return row[:7] + row[8:]


def test_killed_at_any_moment_it_goes_on(corpora, tmp_path):
    env = {**os.environ, "FOLKMOOT_HOME": str(tmp_path / "home")}
    paths = files(corpora, "usrp-users/20*")[:2]
    folkmoot = [sys.executable, "-m", "folkmoot"]
    create = [*folkmoot, "group", "create", "usrp", "--owner", "olga@example.org"]
    subprocess.run(create, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    command = [*folkmoot, "import", "mbox", *map(str, paths), "--group", "usrp"]
    for seconds in (2.5, 3.3, 4.1, 4.9, 5.7):
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True) as child:
            time.sleep(seconds)
            child.send_signal(signal.SIGKILL)

    done = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout
    again = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout

    assert "3,442 messages in 2 file(s)" in done
    assert "3,438 posts in " in done
    assert "4 doubles" in done
    assert "3,442 had been dealt with before" in again
    assert again.splitlines()[2:] == [line for line in done.splitlines()[1:] if "before" not in line]
