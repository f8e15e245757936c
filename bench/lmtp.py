"""Rows: how many letters a second are kept for good, on one connection."""

import os
import signal
import smtplib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bench.letters import letter
from bench.options import Options
from bench.server import family, free_port, installation, running
from bench.sink import Sink, sink
from bench.table import Row, Series, in_turn

LETTERS, READERS = 300, 10
UNIT = "letters/s"
FLOOR_IS = "aiosmtpd, keeps nothing"


def rows(options: Options) -> list[Row]:
    floor_port = free_port()
    floor_command = [sys.executable, "-m", "bench.floors.lmtp", str(floor_port)]
    with (
        sink() as end,
        installation(postgres=options.postgres, smtp=end.url) as ours,
        running(floor_command, port=floor_port),
    ):
        ours.fill("group", "tarn", READERS)
        with ours.serving() as pid:
            batches = iter(range(1000))

            def alone() -> float:
                _finish(end)
                with _workers_at_rest(pid):
                    return push(ours.lmtp, LETTERS, f"a{next(batches)}")

            def busy() -> float:
                _finish(end)
                return push(ours.lmtp, LETTERS, f"b{next(batches)}")

            def nothing_kept() -> float:
                _finish(end)
                return push(floor_port, LETTERS, f"c{next(batches)}")

            push(ours.lmtp, LETTERS, "warm")
            push(floor_port, LETTERS, "warm")
            kept, meanwhile, nothing = in_turn(options.rounds, alone, busy, nothing_kept)
    floor = Series(nothing, UNIT)
    return [
        judged(Row("Letters kept, one connection", Series(kept, UNIT), floor, FLOOR_IS, "≥ 0.5 of the floor"), 0.5),
        Row("Letters kept while the workers deal with them", Series(meanwhile, UNIT), floor, FLOOR_IS),
    ]


def judged(row: Row, least: float) -> Row:
    """The row with its verdict: at least so much of the floor."""
    return replace(row, met=(row.ratio or 0) >= least)


def push(port: int, number: int, batch: str, *, to: str = "tarn@localhost") -> float:
    """Hand over letters of 5 kB one after the other; returns how many a second were taken."""
    letters = [letter(count, to=to, batch=batch)[1] for count in range(number)]
    with smtplib.LMTP("127.0.0.1", port, "bench") as client:
        began = time.monotonic()
        for one in letters:
            client.sendmail("writer@example.org", [to], one)
        return number / (time.monotonic() - began)


@contextmanager
def _workers_at_rest(pid: int) -> Iterator[None]:
    """Stop the workers, as if they were on another machine. They must be idle: one stopped at work keeps its locks."""
    workers = [one for one in family(pid) if "worker" in Path(f"/proc/{one}/comm").read_text()]
    for one in workers:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in workers:
            os.kill(one, signal.SIGCONT)


def _finish(end: Sink) -> float:
    """Wait until the workers have done what there was; the next round begins at rest."""
    seen, quiet = -1, time.monotonic()
    while time.monotonic() - quiet < 1:
        if (count := end.count()) != seen:
            seen, quiet = count, time.monotonic()
        time.sleep(0.1)
    return seen
