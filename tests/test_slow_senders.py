"""Who sends slowly, or too much, keeps nobody waiting but himself."""

import asyncio
import http.client
import socket
from contextlib import ExitStack

import pytest

from folkmoot.config.asgi import LARGEST_BODY, BodiesFirst
from tests.processes.running import Installation

COOKIE = f"csrftoken={'x' * 32}"  # without it, Django refuses before it reads
ORIGIN = "http://127.0.0.1:{}"
HALF = (
    f"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nlogin=a"
).encode()


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with Installation(tmp_path_factory.mktemp("home")).serving() as installation:
        yield installation


def ask(here, method, path, **request):
    connection = http.client.HTTPConnection("127.0.0.1", here.web, timeout=10)
    try:
        connection.request(method, path, **request)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def halves(here, stack, *, start=HALF):
    """Twenty senders who stop in the middle and stay."""
    for _ in range(20):
        one = stack.enter_context(socket.create_connection(("127.0.0.1", here.web), timeout=10))
        one.sendall(start)


@pytest.mark.processes
@pytest.mark.parametrize("start", [HALF, HALF.replace(b"POST", b"GET")], ids=["POST", "GET"])
def test_twenty_half_sent_requests_stop_nobody_else(here, start):
    with ExitStack() as stack:
        halves(here, stack, start=start)

        assert [ask(here, "GET", "/healthz") for _ in range(10)] == [(200, b"ok")] * 10


@pytest.mark.processes
def test_a_form_that_is_sent_whole_is_read(here):
    form = f"csrfmiddlewaretoken={'x' * 32}&login=nobody@example.org".encode()
    headers = {"Cookie": COOKIE, "Content-Type": "application/x-www-form-urlencoded", "Origin": ORIGIN.format(here.web)}

    assert ask(here, "POST", "/account/login/", body=form, headers=headers)[0] == 302


@pytest.mark.processes
def test_what_is_too_large_is_refused_before_it_is_sent(here):
    status, words = ask(here, "POST", "/account/login/", headers={"Content-Length": str(LARGEST_BODY + 1)})

    assert status == 413
    assert b"more than can be sent" in words


@pytest.mark.processes
def test_who_sends_too_much_to_the_end_still_reads_why_not(here):
    assert ask(here, "POST", "/account/login/", body=b"x" * (LARGEST_BODY + 1))[0] == 413
    assert ask(here, "POST", "/account/login/", body=iter([b"x" * 1_000_000] * 32), encode_chunked=True)[0] == 413


def answered(events, *, method="POST", headers=(), **options):
    """What a program behind it has read, and the status of its answer; `events` end in silence."""
    read, sent = [], []
    waiting = iter(events)

    async def receive():
        for event in waiting:
            return event
        return await asyncio.Future()

    async def program(scope, receive, send):
        event = {"more_body": True}
        while event["more_body"]:
            event = await receive()
            read.append(event["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(event):
        sent.append(event)

    scope = {"type": "http", "method": method, "headers": headers}
    asyncio.run(BodiesFirst(program, **{"largest": 200_000, "deadline": 0.01, **options})(scope, receive, send))
    return b"".join(read), sent[0]["status"]


def piece(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.mark.parametrize("size", [0, 1, 65_536, 100_000, 131_072, 200_000])
def test_a_body_reaches_the_program_as_it_was_sent(size):
    body = bytes(at % 251 for at in range(size))
    pieces = [piece(body[at : at + 30_000], more=True) for at in range(0, size, 30_000)]

    assert answered([*pieces, piece(b"", more=False)], deadline=10) == (body, 200)


def test_a_body_that_waits_on_the_disk_is_the_same():
    body = bytes(at % 251 for at in range(3_000_000))

    assert answered([piece(body, more=False)], deadline=10, largest=5_000_000) == (body, 200)


def test_what_does_not_arrive_in_time_is_refused_and_reaches_nobody():
    assert answered([piece(b"half", more=True)]) == (b"", 408)
    assert answered([piece(b"half", more=True), {"type": "http.disconnect"}], deadline=10) == (b"", 408)


def test_what_is_too_large_reaches_nobody():
    too_much = [piece(b"x" * 150_000, more=True), piece(b"x" * 150_000, more=True)]

    assert answered([*too_much, piece(b"", more=False)], deadline=10) == (b"", 413)
    assert answered(too_much) == (b"", 413)
    assert answered([], headers=[(b"content-length", b"200001")]) == (b"", 413)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nobody_waits_for_the_body_of_a_get(method):
    assert answered([], method=method, headers=[(b"content-length", b"100000")]) == (b"", 200)
