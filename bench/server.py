"""Installations of their own to measure, and other programs beside them."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds for a program to come up


class Installation:
    """A Folkmoot in a folder of its own, with its own ports."""

    def __init__(self, home: Path, *, database: str = "", smtp: str = "") -> None:
        self.home, self.database = home, database
        self.web, self.lmtp = free_port(), free_port()
        self.environment = plain_environment() | {
            "FOLKMOOT_HOME": str(home),
            "FOLKMOOT_WEB": f"127.0.0.1:{self.web}",
            "FOLKMOOT_LMTP": f"127.0.0.1:{self.lmtp}",
            "FOLKMOOT_DATABASE_URL": database,
            "FOLKMOOT_SMTP_URL": smtp,
            "DJANGO_SETTINGS_MODULE": "folkmoot.config.settings",
        }

    def run(self, *arguments: str | int) -> Any:
        """Run `python -m ARGUMENTS` in this installation; returns the JSON that it prints."""
        command = [sys.executable, "-m", *map(str, arguments)]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return json.loads(done.stdout or "null")

    def fill(self, *arguments: str | int) -> Any:
        """Put something into the database; see bench/fill.py."""
        return self.run("bench.fill", *arguments)

    @contextmanager
    def serving(self) -> Iterator[int]:
        """Run all its processes; yields the parent's number."""
        log = self.home / "serve.log"
        with running([sys.executable, "-m", "folkmoot", "serve"], port=self.web, env=self.environment, log=log) as pid:
            wait_for_port(self.lmtp)
            yield pid


@contextmanager
def installation(*, postgres: bool = False, smtp: str = "") -> Iterator[Installation]:
    """Make an installation with empty tables; everything of it is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="folkmoot-bench-"))
    try:
        with database(postgres) as address:
            made = Installation(home, database=address, smtp=smtp)
            made.run("django", "migrate", "--verbosity", 0)
            yield made
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(postgres: bool) -> Iterator[str]:
    """Yield the address of an empty database: none for SQLite, else a PostgreSQL server of our own."""
    if not postgres:
        yield ""
        return
    sys.path.append(str(ROOT / "bin"))
    import _postgres  # type: ignore[import-not-found]  # a script of bin/, found since the line before

    # Here a commit is on the disk, unlike in the tests.
    _postgres.FAST = ["shared_buffers=256MB", "max_connections=200", "log_min_messages=fatal"]
    with _postgres.server() as address:
        yield address


@contextmanager
def running(
    command: Sequence[str], *, port: int, env: dict[str, str] | None = None, log: Path | None = None
) -> Iterator[int]:
    """Run a program until the block is done; begins when it listens at the port."""
    said = log.open("ab") if log else None
    quiet = said or subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=env or plain_environment(), stdout=quiet, stderr=said)
    try:
        wait_for_port(port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def plain_environment() -> dict[str, str]:
    """The environment without settings of an installation that may run here anyway."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLKMOOT_")}
    return kept | {"PYTHONPATH": str(ROOT)}


def free_port() -> int:
    with socket.socket() as looking:
        looking.bind(("127.0.0.1", 0))
        port: int = looking.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[bytes] | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        except OSError:
            if time.monotonic() > end or (process is not None and process.poll() is not None):
                raise
            time.sleep(0.02)


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    """Fetch one page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def memory(pid: int) -> float:
    """What a process and its children take, in MB; shared pages count once (PSS)."""
    return sum(_pss(one) for one in family(pid)) / 1024


def _pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
