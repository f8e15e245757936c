"""A whole installation, running: the real command, its processes, its doors."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Installation:
    """Folkmoot in a folder of its own, on ports of its own."""

    def __init__(self, home: Path, *, smtp_port: int = 0, database_url: str = "") -> None:
        self.web, self.lmtp = free_port(), free_port()
        self.env = {
            **{key: value for key, value in os.environ.items() if not key.startswith("FOLKMOOT_")},
            "FOLKMOOT_HOME": str(home),
            "FOLKMOOT_WEB": f"127.0.0.1:{self.web}",
            "FOLKMOOT_LMTP": f"127.0.0.1:{self.lmtp}",
            "FOLKMOOT_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}" if smtp_port else "",
            "FOLKMOOT_DATABASE_URL": database_url,
        }

    def command(self, *arguments: str) -> object:
        """Run `folkmoot` with these arguments; returns what it says as JSON."""
        line = [sys.executable, "-m", "folkmoot", *arguments, "--json"]
        done = subprocess.run(line, env=self.env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def python(self, code: str) -> str:
        """Run a piece of Python with Django set up, in a process of its own."""
        code = f"import django; django.setup()\n{code}"
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "folkmoot.config.settings"}
        line = [sys.executable, "-c", code]
        done = subprocess.run(line, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def serving(self):
        """Serve until the block ends; then everything must stop by itself."""
        line = [sys.executable, "-m", "folkmoot", "serve"]
        log = (Path(self.env["FOLKMOOT_HOME"]) / "serve.log").open("w")
        self.process = subprocess.Popen(line, env=self.env, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_until(lambda: answers(self.web) and answers(self.lmtp), seconds=60)
            yield self
        finally:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=40)
            log.close()

    def children(self) -> dict[str, int]:
        """The running processes under the first one, by their names."""
        found = {}
        for entry in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            name = Path(f"/proc/{entry}/comm").read_text().strip()
            found[name] = int(entry)
        return found

    def get(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.web}{path}", timeout=10) as answer:
            return answer.read().decode()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def wait_until(is_so, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.1)
