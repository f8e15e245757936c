"""Row: the same conversation's page to strangers, who get it whole from memory, beside the bare page."""

from bench import load
from bench.lmtp import judged
from bench.options import Options
from bench.pages import SECONDS, UNIT, floors, size
from bench.server import installation
from bench.table import Row, Series, in_turn

POSTS = 1_000


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        ours.fill("group", "tarn", 50)
        topic = ours.fill("topics", "tarn", POSTS // 50)
        theirs = f"/topics/{topic['topic']}"
        with ours.serving(), floors(ours) as (bare, _granian):
            sizes = size(ours.web, topic["path"], ""), size(bare, theirs, "")
            pages, packed, floor = in_turn(
                options.rounds,
                lambda: load.pages_per_second(ours.web, topic["path"], SECONDS),
                lambda: load.pages_per_second(ours.web, topic["path"], SECONDS, **{"Accept-Encoding": "gzip"}),
                lambda: load.pages_per_second(bare, theirs, SECONDS),
            )
            slowest = load.slowest((ours.web, topic["path"]), (bare, theirs), "")
    row = Row(
        "Conversation of 50 posts, to strangers",
        Series(pages, UNIT),
        Series(floor, UNIT),
        "bare page, same server",
        "≥ 1.5 × the floor",
        notes=[
            f"to a browser that takes gzip: {Series(packed, UNIT)}",
            f"{sizes[0] / 1000:.0f} kB, the bare page {sizes[1] / 1000:.0f} kB",
            slowest,
            load.with_what(),
        ],
    )
    return [judged(row, 1.5)]
