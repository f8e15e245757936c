"""Rows: from a letter in to the last copy out, for few and for many readers."""

import smtplib
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.letters import letter
from bench.lmtp import judged, push
from bench.options import Options
from bench.server import Installation, free_port, installation, running
from bench.sink import Sink, sink
from bench.table import Row, Series, in_turn

READERS = 10
UNLOADED, PAUSE = 30, 0.3  # letters; seconds between them
BURST = 300
MANY = (1_000, 10_000)
FLOOR_IS = "aiosmtpd hands on by smtplib, keeps nothing"


def rows(options: Options) -> list[Row]:
    return [*few_rows(options), *many_rows(options)]


def few_rows(options: Options) -> list[Row]:
    """Rows for a list of ten: how long a lone letter takes, and how many letters a second get through."""
    with _set_up(options) as (ours, floor_port, end):
        ours.fill("group", "tarn", READERS)
        with ours.serving():
            names = iter(range(1000))
            _burst(ours.lmtp, end, 20, "warm")
            alone, alone_floor = in_turn(
                max(1, options.rounds // 2),
                lambda: _alone(ours.lmtp, end, f"a{next(names)}"),
                lambda: _alone(floor_port, end, f"b{next(names)}"),
            )
            burst, burst_floor = in_turn(
                options.rounds,
                lambda: _burst(ours.lmtp, end, BURST, f"c{next(names)}"),
                lambda: _burst(floor_port, end, BURST, f"d{next(names)}"),
            )
    middle = statistics.median(alone)
    per_second = statistics.median(burst)
    return [
        Row(
            f"Letter in to last of {READERS} copies, unloaded",
            Series(alone, "ms", 1),
            Series(alone_floor, "ms", 1),
            FLOOR_IS,
            "< 150 ms (Mailman 1,900)",
            middle < 150,
        ),
        Row(
            f"Letters through a list of {READERS}, burst of {BURST}",
            Series(burst, "letters/s"),
            Series(burst_floor, "letters/s"),
            FLOOR_IS,
            "≥ 100, aim 200 (Mailman 21.6)",
            per_second >= 100,
        ),
    ]


def many_rows(options: Options) -> list[Row]:
    """Rows for long lists: each reader a copy of their own, with a return path that names them."""
    return [_many(options, readers) for readers in MANY]


def _many(options: Options, readers: int) -> Row:
    with _set_up(options) as (ours, _floor_port, end):
        ours.fill("group", "tarn", readers)
        with ours.serving():
            names = iter(range(1000))
            _burst(ours.lmtp, end, 1, "warm", readers=readers)
            copy = end.letter()
            sent, bare = in_turn(
                options.rounds,
                lambda: readers * _burst(ours.lmtp, end, 1, f"a{next(names)}", readers=readers),
                lambda: _bare_client(end, copy, readers),
            )
    row = Row(
        f"Own copies (VERP) to {readers:,} readers",
        Series(sent, "copies/s"),
        Series(bare, "copies/s"),
        "smtplib, same letters, one connection",
        "≥ 0.5 of the floor (Mailman 60)",
    )
    return judged(row, 0.5)


@contextmanager
def _set_up(options: Options) -> Iterator[tuple[Installation, int, Sink]]:
    port = free_port()
    with sink() as end, installation(postgres=options.postgres, smtp=end.url) as ours:
        command = [sys.executable, "-m", "bench.floors.lmtp", str(port), str(end.port), str(READERS)]
        with running(command, port=port):
            yield ours, port, end


def _alone(port: int, end: Sink, batch: str) -> float:
    """Send letters one by one with pauses; returns the median from the first byte in to the last copy out, in ms."""
    end.reset()
    began = {}
    with smtplib.LMTP("127.0.0.1", port, "bench") as client:
        for count in range(UNLOADED):
            name, raw = letter(count, to="tarn@localhost", batch=batch)
            began[name] = time.monotonic()
            client.sendmail("writer@example.org", ["tarn@localhost"], raw)
            time.sleep(PAUSE)
    end.wait(UNLOADED * READERS)
    report = end.report()
    _check(report, UNLOADED, READERS)
    return statistics.median(1000 * (report[name]["last_at"] - at) for name, at in began.items())


def _burst(port: int, end: Sink, letters: int, batch: str, *, readers: int = READERS) -> float:
    """Send letters as fast as they are taken; returns letters a second until the last copy is out."""
    end.reset()
    began = time.monotonic()
    push(port, letters, batch)
    end.wait(letters * readers)
    _check(end.report(), letters, readers)
    return letters / (end.last_at() - began)


def _bare_client(end: Sink, letter: bytes, copies: int) -> float:
    """Push one letter to many recipients with smtplib; returns copies a second."""
    end.reset()
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", end.port, "bench") as client:
        for number in range(copies):
            client.sendmail(f"bounces-{number}@example.org", [f"reader-{number}@example.net"], letter)
    end.wait(copies)
    return copies / (end.last_at() - began)


def _check(report: dict[str, dict[str, float]], letters: int, readers: int) -> None:
    """Figures of wrong work are worth nothing: each letter to each reader, once."""
    wrong = [name for name, one in report.items() if one["copies"] != readers or one["recipients"] != readers]
    if len(report) != letters or wrong:
        raise RuntimeError(f"{len(report)} of {letters} letters came; not once to each reader: {wrong[:3]}")
