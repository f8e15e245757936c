"""Rows: new posts a second on the web, and how long one takes while the mail of a lively list is worked off."""

import http.client
import statistics
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

from bench.lmtp import push
from bench.options import Options
from bench.pages import floors
from bench.server import Installation, installation
from bench.sink import sink
from bench.table import Row, Series, in_turn

LETTERS, READERS = 500, 50
EVERY = 0.1  # seconds between two posts
QUIET = 50  # posts that the floor is made of
WRITERS, SECONDS = 8, 3
LENGTH = 1000  # characters of a post
TOKEN = "b" * 32


def rows(options: Options) -> list[Row]:
    return [*_many(options), *_beside_mail(options)]


def _many(options: Options) -> list[Row]:
    """As many posts as the web takes, from writers who each wait for their answer."""
    with installation(postgres=options.postgres) as ours:
        ours.fill("group", "tarn", 0)
        topic = ours.fill("topics", "tarn", 1)["topic"]
        cookie = ours.fill("session", "writer@example.org")["cookie"]
        alone = ours.fill("replies", topic, 500)["a_second"]
        with ours.serving(), floors(ours) as (bare, _granian):
            made, floor = in_turn(
                options.rounds,
                lambda: _posts_per_second(ours.web, f"/topics/{topic}/replies", cookie),
                lambda: _posts_per_second(bare, f"/topics/{topic}", ""),
            )
    ours_a_second = Series(made, "posts/s")
    row = Row(
        f"New posts of {LENGTH} characters on the web, {WRITERS} writers",
        ours_a_second,
        Series(floor, "posts/s"),
        "a bare Django insert, same server",
        "≥ 300/s",
        ours_a_second.median >= 300,
        notes=[f"the operation alone, in one process: {alone:.0f} posts/s"],
    )
    return [row]


def _posts_per_second(port: int, path: str, cookie: str) -> float:
    end, counts = time.monotonic() + SECONDS, [0] * WRITERS
    threads = [threading.Thread(target=_write, args=(port, path, cookie, end, counts, one)) for one in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def _write(port: int, path: str, cookie: str, end: float, counts: list[int], number: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}
    while time.monotonic() < end:
        words = f"Post {counts[number]} of {number}. ".ljust(LENGTH, "x")
        connection.request("POST", path, urlencode({"body": words, "csrfmiddlewaretoken": TOKEN}), headers)
        response = connection.getresponse()
        response.read()
        if response.status != 302:
            raise RuntimeError(f"a post was answered with {response.status}")
        counts[number] += 1


def _beside_mail(options: Options) -> list[Row]:
    with sink() as end, installation(postgres=options.postgres, smtp=end.url) as ours:
        ours.fill("group", "tarn", READERS)
        ours.fill("group", "quiet", 0)
        topic = ours.fill("topics", "quiet", 1)["topic"]
        cookie = ours.fill("session", "writer@example.org")["cookie"]
        with ours.serving():
            quiet = _post(ours, topic, cookie, until=lambda made: made >= QUIET)
            letters = threading.Thread(target=push, args=(ours.lmtp, LETTERS, "letters"))
            letters.start()
            busy = _post(ours, topic, cookie, until=lambda made: end.count() >= LETTERS * READERS)
            letters.join()
    worst, slow = max(busy), _p95(busy)
    return [
        Row(
            f"A post on the web, p95, while {LETTERS} letters go to {READERS} readers",
            Series([slow], "ms", 1),
            Series([_p95(quiet)], "ms", 1),
            "the same post while nothing else happens",
            "p95 < 100 ms, none over 1 s",
            slow < 100 and worst < 1000,
            notes=[
                f"{len(busy)} posts: median {statistics.median(busy):.1f} ms, slowest {worst:.0f} ms; "
                f"the quiet ones: median {statistics.median(quiet):.1f} ms, slowest {max(quiet):.0f} ms"
            ],
        )
    ]


def _post(ours: Installation, topic: int, cookie: str, *, until: Callable[[int], bool]) -> list[float]:
    """Post every tenth of a second until told enough; returns how long each took, in ms."""
    connection = http.client.HTTPConnection("127.0.0.1", ours.web, timeout=60)
    headers = {"Cookie": f"{cookie}; csrftoken={TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}
    took: list[float] = []
    while not until(len(took)):
        body = urlencode({"body": f"Post {len(took)}: see you there.", "csrfmiddlewaretoken": TOKEN})
        began = time.monotonic()
        connection.request("POST", f"/topics/{topic}/replies", body, headers)
        response = connection.getresponse()
        response.read()
        took.append(1000 * (time.monotonic() - began))
        if response.status != 302:
            raise RuntimeError(f"a post was answered with {response.status}")
        time.sleep(max(0.0, EVERY - took[-1] / 1000))
    return took


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]
