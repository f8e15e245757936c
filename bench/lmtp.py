"""Row: how many letters a second are kept for good, on one connection."""

import smtplib
import sys
import time

from bench.letters import letter
from bench.options import Options
from bench.server import free_port, installation, running
from bench.table import Row, Series, in_turn

LETTERS = 400
SERIES = "letters/s"


def rows(options: Options) -> list[Row]:
    floor_port = free_port()
    floor_command = [sys.executable, "-m", "bench.floors.lmtp", str(floor_port)]
    with installation(postgres=options.postgres) as ours, running(floor_command, port=floor_port):
        ours.fill("group", "tarn", 10)
        with ours.serving():
            batches = iter(range(1000))
            push(ours.lmtp, 50, "warm")
            push(floor_port, 50, "warm")
            kept, nothing = in_turn(
                options.rounds,
                lambda: push(ours.lmtp, LETTERS, f"a{next(batches)}"),
                lambda: push(floor_port, LETTERS, f"b{next(batches)}"),
            )
    row = Row(
        "Letters kept, one LMTP connection, 5 kB",
        Series(kept, SERIES),
        Series(nothing, SERIES),
        "aiosmtpd, keeps nothing",
        "≥ 0.5 of the floor",
    )
    return [judged(row, 0.5)]


def judged(row: Row, least: float) -> Row:
    """The row with its verdict: at least so much of the floor."""
    return Row(**{**vars(row), "met": (row.ratio or 0) >= least})


def push(port: int, number: int, batch: str, *, to: str = "tarn@localhost") -> float:
    """Hand over letters one after the other; returns how many a second were taken."""
    letters = [letter(count, to=to, batch=batch)[1] for count in range(number)]
    with smtplib.LMTP("127.0.0.1", port, "bench") as client:
        began = time.monotonic()
        for one in letters:
            client.sendmail("writer@example.org", [to], one)
        return number / (time.monotonic() - began)
