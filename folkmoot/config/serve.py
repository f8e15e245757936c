"""`folkmoot serve`: all processes of an installation on one machine, forked from one loaded parent."""

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
import uvloop
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from folkmoot.accounts.operations import make_start_link
from folkmoot.config import worker
from folkmoot.doors.mail import listener
from folkmoot.store.durability import let_progress_be_repeated
from folkmoot.store.migrating import migrate

logger = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>
GRACE = 20  # seconds that processes have to finish what they are doing


@dataclass(frozen=True)
class Job:
    """A process to keep running."""

    name: str
    run: Callable[[], None]


def serve() -> int:
    """Serve until told to stop (SIGINT, SIGTERM); returns the exit code. Children that die are started again."""
    prepare()
    web, lmtp = _listen(settings.WEB), _listen(settings.LMTP)
    from folkmoot.config.asgi import application  # after the tables are there: loads every view

    jobs = [Job(f"web {number}", lambda: _run_web(application, web)) for number in range(settings.WEB_PROCESSES)]
    jobs += [Job("lmtp", lambda: _run_lmtp(lmtp)), Job("worker in", lambda: _run_worker(worker.take_in))]
    jobs += [Job("worker out", lambda: _run_worker(worker.send_out))]
    jobs += [Job("worker files", lambda: _run_worker(worker.make_files))]
    _welcome()
    connections.close_all()
    gc.collect()
    gc.freeze()  # what is loaded now stays shared between the processes
    return _Supervisor(jobs).run()


def prepare() -> None:
    """Bring the database and the static files up to date."""
    migrate()
    call_command("createcachetable", verbosity=0)
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    sources = settings.ROOT / "folkmoot" / "web" / "static"
    newest = max((path.stat().st_mtime for path in sources.rglob("*")), default=0)
    if not settings.DEBUG and (not manifest.exists() or manifest.stat().st_mtime < newest):
        call_command("collectstatic", interactive=False, verbosity=0)


def _welcome() -> None:
    print(f"Folkmoot serves at {settings.SITE}  (letters by LMTP at {_shown(settings.LMTP)}; data in {settings.HOME})")
    token = make_start_link()
    if token:
        print(f"\nOpen this link once to become the first administrator:\n\n    {settings.SITE}/start?token={token}\n")
    print("Ctrl-C stops all of it.", flush=True)


class _Supervisor:
    def __init__(self, jobs: list[Job]) -> None:
        self._jobs = jobs
        self._running: dict[int, tuple[Job, float]] = {}
        self._stopping = False

    def run(self) -> int:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        for job in self._jobs:
            self._start(job)
        while self._running:
            self._reap()
        return 0

    def _start(self, job: Job) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _child(job)
        self._running[pid] = (job, time.monotonic())
        if self._stopping:  # told so in the meantime
            os.kill(pid, signal.SIGTERM)

    def _reap(self) -> None:
        try:
            pid, status = os.wait()
        except InterruptedError:
            return
        job, started = self._running.pop(pid, (None, 0.0))
        if job is None or self._stopping:
            return
        logger.warning("%s ended (%s); starting it again", job.name, os.waitstatus_to_exitcode(status))
        if time.monotonic() - started < 1:
            time.sleep(1)  # not a storm of processes that can't start
        self._start(job)

    def _stop(self, number: int, frame: object) -> None:
        """Pass the wish on; a second one, or too long a wait, ends it at once."""
        sign = signal.SIGKILL if self._stopping else signal.SIGTERM
        self._stopping = True
        for pid in list(self._running):
            os.kill(pid, sign)
        signal.signal(signal.SIGALRM, self._stop)
        signal.alarm(GRACE)


def _child(job: Job) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent tells us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        _tie_to_parent(job.name)
    code = 1
    try:
        job.run()
        code = 0
    except Exception:
        logger.exception("%s failed", job.name)
    finally:
        os._exit(code)


def _tie_to_parent(name: str) -> None:
    """Let `ps` show what this process does, and let it end with its parent, even when that is killed."""
    Path("/proc/self/comm").write_text(f"fm {name}")
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _run_web(application: object, listening: socket.socket) -> None:
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=10,
        forwarded_allow_ips="127.0.0.1",
        server_header=False,
    )
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # uvicorn handles both; the parent sends only SIGTERM
    gc.set_threshold(20_000, 50, 50)  # a page makes thousands of objects, and hardly any that refer in circles
    uvicorn.Server(config).run(sockets=[listening])


def _run_lmtp(listening: socket.socket) -> None:
    uvloop.run(_lmtp(listening))


async def _lmtp(listening: socket.socket) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(listener.protocol_factory(), sock=listening)
    await stop.wait()
    server.close()


def _run_worker(work: Callable[[threading.Event], None]) -> None:
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    let_progress_be_repeated()
    work(stop)


def _listen(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
    except OSError as error:
        raise SystemExit(f"Can't listen at {_shown(address)}: {error.strerror}. Is Folkmoot running already?") from None
    listening.listen(1024)
    listening.set_inheritable(True)
    return listening


def _shown(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
