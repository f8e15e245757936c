"""Row: a board of fifty conversations, to somebody who is signed in, beside a bare Django page of fifty posts."""

from bench import load
from bench.lmtp import judged
from bench.options import Options
from bench.pages import READER, SECONDS, UNIT, floors
from bench.server import get, installation
from bench.table import Row, Series, in_turn

BOARD, ON_A_PAGE = "/g/tarn/topics", 50
ROW = b'<li class="row'


def rows(options: Options) -> list[Row]:
    conversations = max(ON_A_PAGE, options.posts // 50)
    with installation(postgres=options.postgres) as ours:
        ours.fill("group", "tarn", 50)
        bare_topic = ours.fill("topics", "tarn", conversations)
        cookie = ours.fill("session", READER)["cookie"]
        with ours.serving(), floors(ours) as (bare, _granian):
            queries = ours.fill("queries", BOARD, READER)["queries"]
            theirs = f"/topics/{bare_topic['topic']}"
            size = _size(ours.web, cookie)
            pages, floor = in_turn(
                options.rounds,
                lambda: load.pages_per_second(ours.web, BOARD, SECONDS, Cookie=cookie),
                lambda: load.pages_per_second(bare, theirs, SECONDS),
            )
            slowest = load.slowest((ours.web, BOARD), (bare, theirs), cookie)
    what = f"Board, a page of {ON_A_PAGE} of {conversations:,} conversations, signed in"
    notes = [f"{queries} queries; {size / 1000:.0f} kB", slowest, load.with_what()]
    least = "≥ 0.7 of the floor"
    row = Row(what, Series(pages, UNIT), Series(floor, UNIT), "bare page, same server", least, notes=notes)
    return [judged(row, 0.7)]


def _size(port: int, cookie: str) -> int:
    status, page = get(port, BOARD, Cookie=cookie)
    if status != 200 or page.count(ROW) != ON_A_PAGE:
        raise RuntimeError(f"{BOARD} answered {status} with {page.count(ROW)} conversations")
    return len(page)
