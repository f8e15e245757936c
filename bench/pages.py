"""Rows: a conversation's page of fifty posts, to somebody who is signed in, beside a bare Django page."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import load
from bench.lmtp import judged
from bench.options import Options
from bench.server import Installation, free_port, get, installation, running
from bench.table import Row, Series, in_turn

READER = "tarn-0@example.net"  # a member like most; whoever runs the group asks one thing more: how many letters wait
FEW = 1_000
UNIT = "pages/s"
SECONDS = 3


def rows(options: Options) -> list[Row]:
    made = []
    for posts in sorted({FEW, max(FEW, options.posts)}):
        with installation(postgres=options.postgres) as ours:
            made += _rows(options, ours, posts)
    flat = made[-1].ours.median / made[0].ours.median
    made[-1].notes.append(f"with {options.posts:,} posts it is {flat:.2f} times as fast as with {FEW:,}")
    return made


def _rows(options: Options, ours: Installation, posts: int) -> list[Row]:
    ours.fill("group", "tarn", 50)
    topic = ours.fill("topics", "tarn", posts // 50)
    cookie = ours.fill("session", READER)["cookie"]
    with ours.serving(), floors(ours) as (bare, granian):
        queries = ours.fill("queries", topic["path"], READER)["queries"]
        theirs = f"/topics/{topic['topic']}"
        sizes = [size(ours.web, topic["path"], cookie), size(bare, theirs, "")]
        pages, packed, floor, beside = in_turn(
            options.rounds,
            lambda: load.pages_per_second(ours.web, topic["path"], SECONDS, Cookie=cookie),
            lambda: load.pages_per_second(
                ours.web, topic["path"], SECONDS, **{"Cookie": cookie, "Accept-Encoding": "gzip"}
            ),
            lambda: load.pages_per_second(bare, theirs, SECONDS),
            lambda: load.pages_per_second(granian, theirs, SECONDS),
        )
        slowest = load.slowest((ours.web, topic["path"]), (bare, theirs), cookie)
    row = judged(
        Row(
            f"Conversation of 50 posts, signed in, of {posts:,} posts",
            Series(pages, UNIT),
            Series(floor, UNIT),
            "bare page, same server",
            "≥ 0.7 of the floor",
            notes=[
                f"{queries} queries (target ≤ 8: {'met' if queries <= 8 else 'MISSED'}); "
                f"{sizes[0] / 1000:.0f} kB, the bare page {sizes[1] / 1000:.0f} kB",
                slowest,
                f"to a browser that takes gzip: {Series(packed, UNIT)}",
                f"the bare page under granian, WSGI, 2 workers: {Series(beside, UNIT)}",
                load.with_what(),
            ],
        ),
        0.7,
    )
    return [row]


def size(port: int, path: str, cookie: str) -> int:
    status, page = get(port, path, Cookie=cookie)
    if status != 200 or page.count(b"<article") != 50:
        raise RuntimeError(f"{path} answered {status} with {page.count(b'<article')} posts")
    return len(page)


@contextmanager
def floors(ours: Installation) -> Iterator[tuple[int, int]]:
    """The bare page twice: under our server, and under granian."""
    env = ours.environment | {"DJANGO_SETTINGS_MODULE": "bench.floors.settings"}
    bare, granian = free_port(), free_port()
    by_granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--no-ws"]
    by_granian += ["--log-level", "error", "--port", str(granian), "bench.floors.web:wsgi"]
    with (
        running([sys.executable, "-m", "bench.floors.web", str(bare)], port=bare, env=env),
        running(by_granian, port=granian, env=env),
    ):
        yield bare, granian
