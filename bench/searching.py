"""Row: searches of one to three words among the talk of twenty groups, by somebody who may read half of them."""

import json
import statistics

from bench.options import Options
from bench.server import installation
from bench.table import Row, Series

POSTS = 100_000
AIMS = {False: (15, 150), True: (30, 300)}  # median and p99 in ms: SQLite, PostgreSQL


def rows(options: Options) -> list[Row]:
    with installation(postgres=options.postgres) as ours:
        more = [options.corpora] if options.corpora else []
        filled = ours.run("bench.talk", "fill", min(options.posts, POSTS), *more)
        subjects = ours.home / "subjects.json"
        subjects.write_text(json.dumps(filled["subjects"]))
        asked = ours.run("bench.talk", "ask", subjects)
    middle, slow = AIMS[options.postgres]
    median, p99 = statistics.median(asked["ours"]), _p99(asked["ours"])
    return [
        Row(
            f"A search among {filled['posts']:,} posts, median of {len(asked['ours'])}",
            Series([median], "ms", 1),
            Series([statistics.median(asked["bare"])], "ms", 1),
            "the bare index ranks, nobody asks who may read",
            f"median < {middle} ms, p99 < {slow} ms",
            median < middle and p99 < slow,
            [
                f"p99 {p99:.0f} ms, slowest {max(asked['ours']):.0f} ms (“{asked['slowest']}”); "
                f"the bare index: p99 {_p99(asked['bare']):.0f} ms, slowest {max(asked['bare']):.0f} ms"
            ],
        )
    ]


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
