"""Measure Folkmoot, each figure beside what stands under it.

bin/bench                       every row, on SQLite
bin/bench lmtp pages            these rows
bin/bench --postgres            on a PostgreSQL of our own
bin/bench --rounds 3            fewer rounds (5)
bin/bench --corpora FOLDER      import that folder's real archive, not a made-up one
bin/bench --posts 100000        how many posts the full database has (1,000,000)
bin/bench --write               also put the table into docs/performance.md
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import (
    board,
    governing,
    importing,
    inbox,
    list_mail,
    lmtp,
    meetings,
    pages,
    posting,
    searching,
    starting,
    strangers,
)
from bench.options import Options
from bench.server import ROOT
from bench.table import Row, as_markdown, as_text, joined, machine

DOCUMENT = ROOT / "docs" / "performance.md"
ROWS: dict[str, Callable[[Options], list[Row]]] = {
    "lmtp": lmtp.rows,
    "few": list_mail.few_rows,
    "many": list_mail.many_rows,
    "import": importing.rows,
    "pages": pages.rows,
    "board": board.rows,
    "inbox": inbox.rows,
    "posting": posting.rows,
    "search": searching.rows,
    "governing": governing.rows,
    "meetings": meetings.rows,
    "starting": starting.rows,
    "strangers": strangers.rows,
}


def main(arguments: Sequence[str]) -> int:
    wanted = _read(arguments)
    options = Options(wanted.rounds, wanted.postgres, wanted.corpora, wanted.posts)
    facts, rows = machine(), []
    for name in wanted.names or ROWS:
        print(f"-- {name}", flush=True)
        try:
            made = ROWS[name](options)
        except Exception as trouble:  # the other rows are worth having
            print(f"{name} failed: {trouble!r}", flush=True)
            continue
        rows += made
        print("\n".join(as_text(row) for row in made), flush=True)
    table = as_markdown(rows, " ".join(["bin/bench", *arguments]), facts)
    print(f"\n{table}")
    if wanted.write:
        _write(table, "PostgreSQL" if wanted.postgres else "SQLite")
    return 0


def _write(table: str, database: str) -> None:
    """Put the table where the one of that database stood, and leave the rows there that were not measured anew."""
    begin, end = f"<!-- {database}: bin/bench writes from here -->\n", f"<!-- {database}: to here -->\n"
    before, _begin, rest = DOCUMENT.read_text().partition(begin)
    old, _end, after = rest.partition(end)
    DOCUMENT.write_text(f"{before}{begin}\n{joined(table, old)}\n{end}{after}")


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *ROWS], metavar="NAME", help=", ".join(ROWS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--corpora", type=Path)
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
