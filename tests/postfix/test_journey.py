"""A conversation through a real mail server and real mail programs, there and back, by mail and on the web."""

import json
import re
import subprocess
import tempfile
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.postfix import server
from tests.postfix.programs import reply_with_mutt, reply_with_s_nail, swaks, threads
from tests.processes.running import Installation, wait_until

pytestmark = [pytest.mark.postfix, pytest.mark.processes, pytest.mark.timeout(300)]

TELL = """
import json
from folkmoot.conversations.models import Topic
print(json.dumps({t.title: [[p.author.name, p.via, p.body, p.answers_id and p.answers.body]
                            for p in t.posts.in_order()] for t in Topic.objects.all()}))
"""


@pytest.fixture(scope="module")
def postfix():
    with server.running() as one:
        yield one


@pytest.fixture(scope="module")
def place(postfix):
    """Folkmoot behind that Postfix, with a group of three; set up as the guide says."""
    with tempfile.TemporaryDirectory(prefix="folkmoot-behind-") as name:
        place = Installation(Path(name), smtp_port=postfix.port)
        place.env |= {"FOLKMOOT_HOST": "groups.example", "FOLKMOOT_SITE": f"http://127.0.0.1:{place.web}"}
        place.env |= {"FOLKMOOT_AUTHSERV_ID": "mail.groups.example"}
        postfix.setup("--host", "groups.example", "--lmtp", f"127.0.0.1:{place.lmtp}", "--write")
        place.command("group", "create", "tarn", "--owner", "olga@example.org")
        for one in ("ann", "bea"):
            place.command("member", "add", "tarn", f"{one}@example.org", "--name", one.title())
        with ExitStack() as place.running:
            place.running.enter_context(place.serving())
            yield place


def said(place):
    return json.loads(place.python(TELL))


def test_a_conversation_goes_through_a_real_mail_server_and_back(postfix, place):
    swaks(postfix, "--h-Subject", "Boats", "--body", "Who has one?", sender="ann@example.org", to="tarn@groups.example")
    wait_until(lambda: postfix.letters("bea"), seconds=30)
    copy = postfix.letters("bea")[0]
    assert said(place)["Boats"] == [["Ann", "mail", "Who has one?", None]]
    assert "\nList-Id: <tarn.groups.example>" in copy
    assert "\nReceived: from groups.example" in copy
    assert copy.startswith("Return-Path: <tarn+bounces-")

    Web(place, postfix, "bea").reply("Boats", "I have *two*.")
    wait_until(lambda: letters_about(postfix, "ann", "Boats"), seconds=30)

    reply_with_mutt(postfix, "ann", "Boats", "From mutt: lend me one?")
    wait_until(lambda: len(said(place)["Boats"]) == 3, seconds=30)
    wait_until(lambda: len(letters_about(postfix, "bea", "Boats")) == 2, seconds=30)

    reply_with_s_nail(postfix, "bea", "Re: Boats", "From s-nail: gladly.")
    wait_until(lambda: len(said(place)["Boats"]) == 4, seconds=30)
    wait_until(lambda: len(letters_about(postfix, "olga", "Boats")) == 4, seconds=30)

    assert said(place)["Boats"] == [
        ["Ann", "mail", "Who has one?", None],
        ["Bea", "web", "I have *two*.", None],
        ["Ann", "mail", "From mutt: lend me one?", "I have *two*."],
        ["Bea", "mail", "From s-nail: gladly.", "From mutt: lend me one?"],
    ]
    assert [depth(line) for line in threads(postfix.mailbox("olga"))] == [0, 1, 2, 3]
    assert "Mail queue is empty" in postfix.queue()


def test_an_address_that_does_not_exist_is_refused_before_the_letter_is_taken(postfix, place):
    answer = swaks(postfix, sender="eve@example.com", to="fell@groups.example", code=24)

    assert "<** 550 5.1.1 <fell@groups.example>" in answer, answer
    assert "there is no such address here" in answer

    place.command("group", "create", "fell", "--owner", "olga@example.org")
    wait_until(lambda: "<-  250 2.1.5" in try_to_write(postfix, "fell@groups.example"), seconds=60)


def test_what_a_sender_says_about_who_is_forged_counts_for_nothing(postfix, place):
    forged = "mail.groups.example; dmarc=fail header.from=example.org"

    swaks(postfix, "--h-Subject", "Really", "--add-header", f"Authentication-Results: {forged}", "--add-header",
          f"Authentication-Results: (x) {forged}", sender="ann@example.org", to="tarn@groups.example")  # fmt: skip

    wait_until(lambda: "Really" in said(place), seconds=30)


def test_letters_wait_in_the_mail_server_while_folkmoot_is_away(postfix, place):
    with away(place):
        swaks(postfix, "--h-Subject", "Patience", sender="ann@example.org", to="tarn@groups.example")
        wait_until(lambda: "Connection refused" in postfix.queue(), seconds=30)

    wait_until(lambda: "Patience" in said(place), seconds=60)


def test_the_doctor_is_content_and_its_letter_arrives(postfix, place):
    found = place.command("doctor", "--no-dns", "--send", "olga@example.org")

    states = {one["name"]: one["state"] for one in found["checks"]}
    assert {name: states[name] for name in ("worker", "mail out", "senders", "sending", "backlog")} == {
        "worker": "ok",
        "mail out": "ok",
        "senders": "ok",
        "sending": "ok",
        "backlog": "ok",
    }
    wait_until(lambda: letters_about(postfix, "olga", "A letter from groups.example"), seconds=30)


def test_setting_up_twice_changes_nothing(postfix, place):
    before = (postfix.config / "main.cf").read_text()

    told = postfix.setup("--host", "groups.example", "--lmtp", f"127.0.0.1:{place.lmtp}", "--write")

    assert "All of it is set already." in told
    assert (postfix.config / "main.cf").read_text() == before
    assert "$mydomain" not in postfix.postconf("-h", "mydestination")


def try_to_write(postfix, address):
    """What the server says to a recipient, whatever it is."""
    options = ["--from", "eve@example.com", "--to", address, "--quit-after", "RCPT", "--helo", "client.example.org"]
    command = ["swaks", "--server", "127.0.0.1", "--port", str(postfix.port), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def letters_about(postfix, name, subject):
    return [one for one in postfix.letters(name) if re.search(f"^Subject: (Re: )?{subject}$", one, re.M)]


def depth(line):
    """How far s-nail moves a line to the right: one place for each letter above, and an arrow of two."""
    return max(0, len(re.match("[ ┣┗┃▸]*", line)[0]) - 1)


@contextmanager
def away(place):
    place.running.close()
    yield
    place.running.enter_context(place.serving())


class Web:
    """A browser without JavaScript, signed in with a code from the mailbox."""

    def __init__(self, place, postfix, name):
        self.place = place
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        before = len(postfix.letters(name))
        self.submit("/account/login/", login=f"{name}@example.org")
        wait_until(lambda: len(postfix.letters(name)) > before, seconds=30)
        code = re.search(r"^Subject: Your code: (\S+)", postfix.letters(name)[-1], re.M)[1]
        self.submit("/account/login/code/confirm/", code=code)

    def get(self, path):
        with self.opener.open(f"http://127.0.0.1:{self.place.web}{path}", timeout=10) as answer:
            return answer.read().decode()

    def submit(self, path, *, page="", **fields):
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(page or path))[1]
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        headers = {"Origin": f"http://127.0.0.1:{self.place.web}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.place.web}{path}", data, headers)
        with self.opener.open(request, timeout=10) as answer:
            return answer.read().decode()

    def reply(self, title, body):
        """Answer on the conversation's page; the board leads to the first unread post where there is one."""
        number = re.search(rf'href="(?:/g/tarn)?/topics/(\d+)/[^"]*"[^>]*>{title}<', self.get("/g/tarn/topics"))[1]
        self.submit(f"/topics/{number}/replies", page=f"/topics/{number}/reply", body=body)
