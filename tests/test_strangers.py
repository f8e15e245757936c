"""Whole pages kept for strangers: never another's, never an old one."""

import asyncio
import gzip
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from folkmoot.config import strangers
from folkmoot.config.strangers import StrangersPages
from tests import make
from tests.database import of_its_own
from tests.processes.running import Installation


class Program:
    """A program that counts how often it is asked, and may be asked for a page that is not to be kept."""

    def __init__(self, *headers, status=200, body=b"Page ", takes=0.0):
        self.asked, self.takes = 0, takes
        self.headers, self.status, self.body = [(b"folkmoot-keep", b"yes"), *headers], status, body

    async def __call__(self, scope, receive, send):
        self.asked += 1
        await asyncio.sleep(self.takes)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await send({"type": "http.response.body", "body": str(self.asked).encode()})


async def ask(pages, path="/", *, method="GET", query=b"", **headers):
    said, events = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()], []
    scope = {"type": "http", "method": method, "scheme": "http", "path": path, "raw_path": path.encode()}

    async def send(event):
        events.append(event)

    await pages({**scope, "query_string": query, "headers": [(b"host", b"localhost"), *said]}, None, send)
    body = b"".join(event.get("body", b"") for event in events[1:])
    return events[0]["status"], dict(events[0]["headers"]), body


def run(coroutine):
    """Run it in a thread of its own: where a browser test was before, this one has a loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def asked_twice(program, first, second, **settings):
    """How often the program is asked for two requests, once after the other."""

    async def both():
        pages = StrangersPages(program, **settings)
        answers = [await ask(pages, **first), await ask(pages, **second)]
        assert all(b"folkmoot-keep" not in headers for _status, headers, _body in answers)

    run(both())
    return program.asked


SAME = [
    ({}, {}),
    ({}, {"cookie": ""}),
    ({"cookie": "theme=dark"}, {"cookie": "theme=dark"}),
    ({"accept_language": "fr-FR, en"}, {"accept_language": "en-GB"}),
    ({}, {"method": "HEAD"}),
]
OTHERS = [
    ({}, {"path": "/other"}),
    ({}, {"query": b"page=2"}),
    ({}, {"host": "elsewhere"}),
    ({}, {"accept_language": "de"}),
    ({}, {"accept_encoding": "gzip"}),
    ({}, {"cookie": "theme=dark"}),
    ({"cookie": "sessionid=x"}, {"cookie": "sessionid=x"}),
    ({"cookie": "sessionid=x"}, {}),
    ({}, {"cookie": "theme=dark; sessionid=x"}),
    ({}, {"cookie": "csrftoken=x"}),
    ({}, {"cookie": "messages=x"}),
    ({}, {"cookie": "\x00;;="}),
    ({}, {"authorization": "Basic x"}),
    ({}, {"hx_request": "true"}),
    ({}, {"range": "bytes=0-1"}),
    ({"method": "POST"}, {"method": "POST"}),
    ({"method": "HEAD"}, {}),
    ({"path": "/static/x"}, {"path": "/static/x"}),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_the_same_page_is_made_once(first, second):
    assert asked_twice(Program(), first, second) == 1


@pytest.mark.parametrize(("first", "second"), OTHERS)
def test_whatever_may_look_otherwise_is_made_for_itself(first, second):
    assert asked_twice(Program(), first, second) == 2


@pytest.mark.parametrize(
    "program",
    [
        Program((b"set-cookie", b"sessionid=x")),
        Program(status=404),
        Program(status=302),
        Program(body=b"x" * (strangers.LARGEST + 1)),
    ],
    ids=["cookie", "missing", "redirect", "too large"],
)
def test_what_is_no_page_for_all_is_not_kept(program):
    assert asked_twice(program, {}, {}) == 2


def test_nothing_is_kept_that_no_view_asked_to_keep():
    program = Program()
    program.headers = []

    assert asked_twice(program, {}, {}) == 2


def test_a_page_that_has_not_changed_is_not_sent_again():
    async def both():
        pages = StrangersPages(Program((b"content-type", b"text/html"), (b"vary", b"Cookie")))
        _status, headers, body = await ask(pages)
        return headers, body, await ask(pages, if_none_match=f'"x", {headers[b"etag"].decode()}')

    headers, body, (status, again, nothing) = run(both())

    assert body == b"Page 1"
    assert headers[b"content-length"] == b"6"
    assert headers[b"vary"] == b"Cookie, Accept-Encoding, Accept-Language"
    assert (status, nothing, again[b"etag"]) == (304, b"", headers[b"etag"])


def test_memory_is_bounded_and_the_least_asked_for_goes_first():
    async def visits():
        program = Program(body=b"x" * 4000)
        pages = StrangersPages(program, most=11_000)
        for path in ("/a", "/b", "/a", "/c", "/a", "/b"):
            await ask(pages, path)
        return program.asked, pages._size

    assert run(visits()) == (4, 2 * 5001)


@pytest.mark.processes  # PostgreSQL's snapshot tells of other tests' commits, too
@pytest.mark.django_db(transaction=True)
def test_after_a_commit_a_page_is_made_anew_and_not_before(transactional_db):
    olga = make.person("Olga")

    def commit():
        make.group(owner=olga)
        connection.close()  # this thread's own

    async def visits():
        program, made = Program(), []
        pages = StrangersPages(program, at_most_every=0.0)
        for commits in (False, False, False, True, False):
            if commits:
                await asyncio.to_thread(commit)
            await asyncio.sleep(2 * strangers.LOOK_EVERY)
            await ask(pages)
            made.append(program.asked)
        await asyncio.to_thread(pages._looker.close)
        return made

    # The second visit finds out what the database's version is; the first page was older than that, for all it knew.
    assert run(visits()) == [1, 2, 2, 3, 3]


@pytest.mark.django_db(transaction=True)
def test_while_others_write_a_page_is_made_once_a_second_at_most(transactional_db):
    program = Program()

    assert asked_twice(program, {}, {}, at_most_every=1.0) == 1


@pytest.mark.processes  # PostgreSQL's snapshot tells of other tests' commits, too
@pytest.mark.django_db(transaction=True)
def test_those_who_come_while_a_page_is_made_anew_wait_for_it(transactional_db):
    async def visits():
        program = Program(takes=0.05)
        pages = StrangersPages(program, at_most_every=0.0)
        await ask(pages)
        answers = await asyncio.gather(*(ask(pages) for _ in range(20)))
        await asyncio.to_thread(pages._looker.close)
        return program.asked, {body for _status, _headers, body in answers}

    assert run(visits()) == (2, {b"Page 2"})


@pytest.mark.processes
@pytest.mark.timeout(120)
def test_a_running_installation_shows_strangers_what_is_true_now_and_nothing_of_others(tmp_path):
    with of_its_own("strangers") as address, Installation(tmp_path, database_url=address).serving() as here:
        made = json.loads(here.python(FOUND))
        first = get(here, made["path"])
        again = get(here, made["path"], **{"If-None-Match": first[1]["ETag"]})
        packed = get(here, made["path"], **{"Accept-Encoding": "gzip"})
        mine = get(here, made["path"], Cookie=made["cookie"])
        stranger = get(here, made["path"])
        here.python(CHANGED)
        time.sleep(1.2)
        other = get(here, made["path"])
        here.python(CLOSED)
        time.sleep(1.2)

        assert (first[0], again[0], again[2]) == (200, 304, b"")
        assert gzip.decompress(packed[2]) == first[2] == stranger[2]
        assert b"Olga, your settings" in mine[2]
        assert "ETag" not in mine[1]
        assert b"Olga, your settings" not in stranger[2]
        assert b"<p>Other</p>" in other[2]
        assert b"<p>Other</p>" not in first[2]
        assert get(here, made["path"])[0] == 404
        assert "Set-Cookie" not in first[1]


FOUND = """
import json
from django.test import Client
from django.conf import settings
from tests import make
olga = make.person("Olga")
topic = make.topic(make.group(owner=olga), title="Hello", body="Hello all. " * 200)
client = Client()
client.force_login(olga)
print(json.dumps({
    "path": topic.get_absolute_url(),
    "cookie": f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}",
}))
"""


CHANGED = """
from folkmoot.conversations.models import Post
Post.objects.update(html="<p>Other</p>", version=9)
"""
CLOSED = """
from folkmoot.groups.models import Group, RolePermission
RolePermission.objects.filter(name="topics.read").delete()
Group.objects.update(access_version=1, visibility="hidden")
"""


def get(here, path, **headers):
    asking = http.client.HTTPConnection("127.0.0.1", here.web, timeout=10)
    try:
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        asking.close()
