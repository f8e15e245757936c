"""Row: how many letters of a list's past are brought in a second, and that memory does not grow with them."""

import email
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from bench.letters import prose
from bench.options import Options
from bench.server import ROOT, Installation, installation
from bench.table import Row, Series, in_turn
from folkmoot.kit import mbox

LETTERS = 2_000
TIMES = 4  # how many times as many letters there are for the second look at memory
BEGAN = datetime(2015, 3, 2, 18, 0, tzinfo=UTC)
LEAST = 500  # letters a second
REAL = "mail-archives/usrp-users/20*.mbox.xz"  # in the corpora: a users' list, one file a year


def rows(options: Options) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="folkmoot-bench-") as folder:
        files = sorted(options.corpora.glob(REAL)) if options.corpora else _make(Path(folder), TIMES)
        raw = _read(files)
        peaks: list[float] = []
        brought, parsed = in_turn(options.rounds, lambda: len(raw) / _bring(options, files, peaks), lambda: _parse(raw))
        few = _read(files[:1])
        peak_few: list[float] = []
        _bring(options, files[:1], peak_few)
    least = Series(brought).median >= LEAST
    row = Row(
        f"Letters of {'a real' if options.corpora else 'a made-up'} archive of {len(raw):,} brought in",
        Series(brought, "letters/s"),
        Series(parsed, "letters/s"),
        "email parser alone: subject, from, text",
        f"≥ {LEAST}",
        least,
        [f"peak memory: {peak_few[0]:.0f} MB for {len(few):,} letters, {max(peaks):.0f} MB for {len(raw):,}"],
    )
    return [row]


def _bring(options: Options, files: Sequence[Path], peaks: list[float]) -> float:
    """Import into an empty installation; returns how long it took, and notes the peak of memory in MB."""
    with installation(postgres=options.postgres) as ours:
        ours.fill("group", "tarn", 0)
        took, peak = _run(ours, ["import", "mbox", *map(str, files), "--group", "tarn", "--json"])
        if ours.fill("count")["posts"] == 0:
            raise RuntimeError("nothing was brought in")
    peaks.append(peak)
    return took


def _run(ours: Installation, arguments: list[str]) -> tuple[float, float]:
    command = [sys.executable, "-m", "folkmoot", *arguments]
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=ours.environment, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(process.pid, 0)
    took = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"folkmoot {' '.join(arguments)} ended with {process.returncode}")
    return took, used.ru_maxrss / 1024


def _read(files: Sequence[Path]) -> list[bytes]:
    found = []
    for path in files:
        with mbox.open_mbox(path) as file:
            found += [one.raw for one in mbox.messages(file)]
    return found


def _parse(letters: Sequence[bytes]) -> float:
    """The floor: parse each letter, look at its subject, sender and text; returns letters a second."""
    began = time.monotonic()
    for raw in letters:
        message = email.message_from_bytes(raw, policy=policy.default)
        _facts(message)
    return len(letters) / (time.monotonic() - began)


def _facts(message: EmailMessage) -> tuple[str, str, str]:
    try:
        body = message.get_body(("plain", "html"))
        return str(message["subject"]), str(message["from"]), body.get_content() if body else ""
    except (LookupError, ValueError, AttributeError, KeyError):
        return "", "", ""  # an unknown charset, say; ours reads it all the same


def _make(folder: Path, files: int) -> list[Path]:
    """Archives as mailing lists leave them: threads of several people, a few kB each."""
    made = []
    for part in range(files):
        made.append(folder / f"{part}.mbox")
        made[-1].write_bytes(b"".join(_letter(part * LETTERS + number) for number in range(LETTERS)))
    return made


def _letter(number: int) -> bytes:
    thread = number // 5 * 5
    answers = f"In-Reply-To: <{number - 1}@old.example.org>\n" if number > thread else ""
    at = BEGAN + timedelta(hours=number)
    who = number % 97
    head = (
        f"From person{who}@example.org {at:%a %b %d %H:%M:%S %Y}\n"
        f"From: Person Nr {who} <person{who}@example.org>\nTo: tarn@example.org\n"
        f"Subject: {'Re: ' if answers else ''}{prose(thread, 30).splitlines()[0][:60]}\n"
        f"Message-ID: <{number}@old.example.org>\n{answers}Date: {format_datetime(at)}\n"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
    )
    quoted = "".join(f"> {line}\n" for line in prose(number - 1, 300).splitlines()) if answers else ""
    return f"{head}{quoted}{prose(number, 1500)}\n\n".encode()
