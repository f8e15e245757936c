"""A bar for people who look on while something long is done; programs get none."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Bar:
    """How far it has come, how many things that were, and how many a second."""

    progress: Progress
    task: TaskID

    def advance(self, things: int, *, to: float | None = None, total: float | None = None, words: str = "") -> None:
        """So many things more are done; with `to`, what the bar measures is not their number."""
        done = self.progress.tasks[self.task].fields["things"] + things
        at = done if to is None else to
        self.progress.update(self.task, things=done, completed=at, total=total, description=words or None)


@contextmanager
def bar(words: str, *, total: float | None = None, things: str) -> Iterator[Bar]:
    """Show a bar on standard error; `things` is the word for what is counted beside it."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        _Rate(things),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        yield Bar(progress, progress.add_task(words, total=total, things=0))


class _Rate(ProgressColumn):
    def __init__(self, things: str) -> None:
        super().__init__()
        self._things = things

    def render(self, task: Task) -> Text:
        done, took = task.fields["things"], task.elapsed or 0
        return Text(f"{done:,} {self._things}, {done / took:,.0f}/s" if took else "")
