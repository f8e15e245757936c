"""Rows: from a fresh copy to the first page, a later start, and what all processes take when nothing happens."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.options import Options
from bench.server import ROOT, free_port, get, memory, plain_environment, running
from bench.table import Row, Series

LATER = 3  # starts after the first
SETTLED = 5  # seconds after which the processes count as idle


def rows(options: Options) -> list[Row]:
    with _fresh_copy() as copy:
        first, _used = _start(copy, settle=0)
        later = [_start(copy, settle=SETTLED if number == 0 else 0) for number in range(LATER)]
    seconds, used = [one for one, _used in later], later[0][1]
    return [
        Row(
            "bin/run on a fresh copy, to the first page",
            Series([first], "s", 1),
            target="< 60 s",
            met=first < 60,
            notes=[_pip_cache()],
        ),
        Row("A later start, to the first page", Series(seconds, "s", 1), target="< 3 s", met=max(seconds) < 3),
        Row("All processes, idle (PSS)", Series([used], "MB"), target="< 300 MB (Mailman 948)", met=used < 300),
    ]


def _start(copy: Path, *, settle: float) -> tuple[float, float]:
    """Returns how long it took to the first page, and the memory of all processes then."""
    port = free_port()
    env = {name: value for name, value in plain_environment().items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    env |= {"FOLKMOOT_WEB": f"127.0.0.1:{port}", "FOLKMOOT_LMTP": f"127.0.0.1:{free_port()}"}
    began = time.monotonic()
    with running([str(copy / "bin" / "run")], port=port, env=env) as pid:
        status, _page = get(port, "/")
        took = time.monotonic() - began
        if status != 200:
            raise RuntimeError(f"the first page answered {status}")
        time.sleep(settle)
        return took, memory(pid)


@contextmanager
def _fresh_copy() -> Iterator[Path]:
    """What a clone would have, with the changes that are not committed yet."""
    folder = Path(tempfile.mkdtemp(prefix="folkmoot-bench-"))
    list_them = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(list_them, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    try:
        for name in filter(None, names):
            if (ROOT / name).exists():  # else it is deleted, but not committed
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, folder / name)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pip_cache() -> str:
    """Whether the packages had to come over the network."""
    said = subprocess.run(["python3", "-m", "pip", "cache", "info"], capture_output=True, text=True, check=False)
    facts = [line for line in said.stdout.splitlines() if "size" in line or line.startswith("Number of HTTP")]
    with_uv = " (uv is on the PATH and was tried first)" if shutil.which("uv") else ""
    return f"pip's cache as it was{with_uv}: {'; '.join(facts) or 'none'}"
