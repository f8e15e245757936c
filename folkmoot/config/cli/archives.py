"""A mailing list's past as mbox files: in, out, and what an import would do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.shared import answer, as_json, command, fail, group_named
from folkmoot.doors.mail.archives.bringing import Watch, bring
from folkmoot.doors.mail.archives.report import Report

VIA = "command"
EMPTY = 6  # there is no mail in the file
SMALL = 2_000_000  # bytes that are read sooner than processes are started
SHOWN = 20  # remarks

existing = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@click.group("import")
def bringing() -> None:
    """Bring things along from elsewhere."""


@click.group("export")
def taking() -> None:
    """Take things out."""


@bringing.command("mbox")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=existing)
@click.option("--group", "slug", required=True, help="The group whose past it is.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only tell what would happen.")
@as_json
@command
def import_mbox(files: tuple[Path, ...], slug: str, is_dry: bool, wants_json: bool) -> None:
    """Bring a mailing list's archive into a group. FILE is an mbox, packed or not, also Mailman's monthly text files.

    It may be stopped at any time; the same command goes on where it was.
    """
    group = group_named(slug)
    size = sum(path.stat().st_size for path in files)
    processes = min(2, os.cpu_count() or 1) if size > SMALL else 0
    with _progress(files, size) as watch:
        report = bring(files, group, by=OPERATOR, via=VIA, processes=processes, watch=watch)
    if not report.messages:
        fail("there is no mail in it; an mbox begins with a line like “From ann@example.org Mon Jul  1 11:26:48 2019”", EMPTY)
    answer(report.facts(), _words(report, is_dry=is_dry), wants_json=wants_json)


@contextmanager
def _progress(files: tuple[Path, ...], size: int) -> Iterator[Watch]:
    """A bar for people who look on; programs get none."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(files[0].name, total=size, messages=0)
        starts = [sum(path.stat().st_size for path in files[:number]) for number in range(len(files))]
        done = 0

        def watch(number: int, offset: int, count: int) -> None:
            nonlocal done
            done += count
            progress.update(task, completed=starts[number] + offset, description=files[number].name, messages=done)

        yield watch


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        done, took = task.fields["messages"], task.elapsed or 0
        return Text(f"{done:,} messages, {done / took:,.0f}/s" if took else "")


def _words(report: Report, *, is_dry: bool) -> str:
    return str(report.facts())
