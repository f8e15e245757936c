"""A mailing list's past as mbox files: in, out, and what an import would do."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.progress import bar
from folkmoot.config.cli.shared import answer, as_json, command, fail, group_named
from folkmoot.doors.mail.archives.bringing import Watch, bring
from folkmoot.doors.mail.archives.rehearsing import rehearse
from folkmoot.doors.mail.archives.report import Report
from folkmoot.doors.mail.archives.taking import posts_of, take_out

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
        if is_dry:
            report = rehearse(files, group, processes=processes, watch=watch)
        else:
            report = bring(files, group, by=OPERATOR, via=VIA, processes=processes, watch=watch)
    if not report.messages:
        fail(
            "there is no mail in it; an mbox begins with a line like “From ann@example.org Mon Jul  1 11:26:48 2019”",
            EMPTY,
        )
    answer(report.facts(), _words(report, is_dry=is_dry), wants_json=wants_json)


@taking.command("mbox")
@click.option("--group", "slug", required=True, help="The group whose conversations you want.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@command
def export_mbox(slug: str, file: Path, wants_json: bool) -> None:
    """Write all conversations of a group into FILE, an mbox; packed if its name ends in .gz, .xz or .bz2.

    It holds everybody's addresses. Imported into an empty Folkmoot it gives the same conversations.
    """
    group = group_named(slug)
    if file.exists():
        raise click.BadParameter(f"{file} is there already", param_hint="FILE")
    if not file.parent.is_dir():
        raise click.BadParameter(f"there is no folder {file.parent}", param_hint="FILE")
    with bar(file.name, total=posts_of(group).count(), things="messages") as shown:
        taken = take_out(group, file, watch=shown.advance)
    facts = {"file": str(file), "posts": taken.posts, "attachments": taken.attachments, "lost": taken.lost}
    words = f"{taken.posts:,} posts with {taken.attachments:,} attached files are in {file}"
    lost = [f"Not on the disk any more: {one}" for one in taken.lost]
    answer(facts, "\n".join([words, *lost]), wants_json=wants_json)


@contextmanager
def _progress(files: tuple[Path, ...], size: int) -> Iterator[Watch]:
    """A bar over the bytes of all files."""
    starts = [sum(path.stat().st_size for path in files[:number]) for number in range(len(files))]
    with bar(files[0].name, total=size, things="messages") as shown:

        def watch(number: int, offset: int, count: int) -> None:
            shown.advance(count, to=starts[number] + offset, words=files[number].name)

        yield watch


def _words(report: Report, *, is_dry: bool) -> str:
    done = [
        f"{report.messages:,} messages in {report.files:,} file(s)" + (", nothing written:" if is_dry else ":"),
        *([f"  {report.before:,} had been dealt with before"] if report.before else []),
        f"  {report.posts:,} posts in {report.topics:,} topics, with {report.attachments:,} attached files",
        f"  {report.doubles:,} doubles: here already, or twice in the files",
        f"  {report.unreadable:,} unreadable" + (f", kept in {report.kept_in}" if report.kept_in else ""),
        f"Authors: {report.members:,} members, {report.known:,} known by their address, {report.new:,} new",
    ]
    if report.first and report.last:
        done.append(f"From {report.first:%Y-%m-%d} to {report.last:%Y-%m-%d}")
    done += [f"There is no mail in {name}" for name in report.empty]
    done += [f"{one.file}, message {one.number}: {one.kind}, {one.words}" for one in report.remarks[:SHOWN]]
    more = report.unreadable + report.clashes - len(report.remarks[:SHOWN])
    return "\n".join([*done, *([f"and {more:,} more like these; --json lists them"] if more > 0 else [])])
