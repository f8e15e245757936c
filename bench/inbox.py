"""Row: what a member of fifty groups has to catch up on, beside a bare Django page."""

from bench import load
from bench.lmtp import judged
from bench.options import Options
from bench.pages import SECONDS, UNIT, floors
from bench.server import Installation, get, installation
from bench.table import Row, Series, in_turn

READER = "catching-up@example.net"
GROUPS, TOPICS = 50, 10_000


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        return [_row(options, ours)]


def _row(options: Options, ours: Installation) -> Row:
    ours.fill("group", "tarn", 50)
    bare_topic = ours.fill("topics", "tarn", 1)
    filled = ours.fill("inbox", READER, GROUPS, TOPICS, max(1, options.posts // TOPICS))
    cookie = ours.fill("session", READER)["cookie"]
    with ours.serving(), floors(ours) as (bare, _granian):
        queries = ours.fill("queries", "/inbox", READER)["queries"]
        theirs = f"/topics/{bare_topic['topic']}"
        size = _size(ours.web, cookie)
        pages, floor = in_turn(
            options.rounds,
            lambda: load.pages_per_second(ours.web, "/inbox", SECONDS, Cookie=cookie),
            lambda: load.pages_per_second(bare, theirs, SECONDS),
        )
        slowest = load.slowest((ours.web, "/inbox"), (bare, theirs), cookie)
    what = f"Catch up of {GROUPS} groups, {TOPICS:,} conversations, {filled['posts']:,} posts"
    least = "≥ 0.7 of the floor"
    notes = [
        f"{queries} queries; {size / 1000:.0f} kB, {filled['unread']:,} posts unread",
        slowest,
        load.with_what(),
    ]
    return judged(
        Row(what, Series(pages, UNIT), Series(floor, UNIT), "bare page, same server", least, notes=notes), 0.7
    )


def _size(port: int, cookie: str) -> int:
    status, page = get(port, "/inbox", Cookie=cookie)
    if status != 200 or page.count(b"data-topic=") != 40:
        raise RuntimeError(f"/inbox answered {status} with {page.count(b'data-topic=')} conversations")
    return len(page)
