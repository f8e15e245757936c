"""Processes that work ahead of one that writes. What they return comes back in order."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import Protocol, TypeVar

from django.db import connections

AHEAD = 3  # tasks per process that are in hand at once: what memory holds

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Protocol):
    def __call__(self, work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]: ...


@contextmanager
def crew(processes: int) -> Iterator[Crew]:
    """Start so many processes; with none, the caller does the work."""
    if not processes:
        yield _one_by_one
        return
    connections.close_all()  # a process must not inherit one: what it closes is closed for both
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_prepare) as pool:
        pool.submit(os.getpid).result()  # this starts all of them, before anybody opens a connection again
        try:
            yield lambda work, tasks: _in_order(pool, work, tasks, AHEAD * processes)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _one_by_one(work: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
    yield from map(work, tasks)


def _in_order(
    pool: ProcessPoolExecutor, work: Callable[[Task], Result], tasks: Iterable[Task], most: int
) -> Iterator[Result]:
    waiting: deque[Future[Result]] = deque()
    for task in tasks:
        waiting.append(pool.submit(work, task))
        if len(waiting) >= most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _prepare() -> None:
    """Leave Ctrl-C to the one that writes; end when it does, however it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
