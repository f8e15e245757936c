import functools
import os
import signal
import socket
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from folkmoot.accounts.models import Person
from folkmoot.config.cli.shared import REFUSED, UNREADY, answer, as_json, fail
from folkmoot.config.doctor import examine, report
from folkmoot.conversations.models import Post, StoredFile
from folkmoot.groups.models import Group
from folkmoot.kit.errors import Refused
from folkmoot.store import backup as backups

COUNTED = {"people": Person, "groups": Group, "posts": Post, "files": StoredFile}
SICK = 6  # doctor found something broken


def careful(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn refusals into words and exit codes. Unlike other commands these leave the tables as they are."""

    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        os.umask(0o077)
        signal.signal(
            signal.SIGTERM, lambda number, frame: sys.exit(128 + number)
        )  # and so take away what is half done
        try:
            return function(*args, **kwargs)
        except Refused as refusal:
            fail(refusal, REFUSED)
        except OperationalError as error:
            fail(f"the database can't be reached: {error}", UNREADY)

    return run


@click.command()
@click.option("--send", "send_to", metavar="ADDRESS", default="", help="Send a real letter there, too.")
@click.option("--no-dns", is_flag=True, help="Leave out what the DNS says about the domain.")
@click.option("--dkim-selector", metavar="NAME", default="", help="Where your DKIM key is published.")
@as_json
@careful
def doctor(send_to: str, no_dns: bool, dkim_selector: str, wants_json: bool) -> None:
    """Check the installation, and say how to mend what is missing.

    Ends with 0 when all is well or only warnings are left, with 6 when something is broken.
    """
    findings = examine(send_to=send_to, dkim_selector=dkim_selector, dns=not no_dns)
    answer(report.as_dict(findings), report.as_words(findings), wants_json=wants_json)
    sys.exit(SICK if report.is_broken(findings) else 0)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
@careful
def backup(file: Path, wants_json: bool) -> None:
    """Write all that is kept here to FILE (.tar.gz), or into the folder FILE. Folkmoot may go on serving meanwhile."""
    with _bar() as progress:
        path, manifest = backups.pack(file, progress)
    counts, size = _counts(manifest.rows), path.stat().st_size
    words = f"{path} ({size / 1e6:.1f} MB): {_said(counts)}\nIt holds the secret of this installation: keep it safe."
    if not _holds_our_secret(manifest.members):
        words = f"{path} ({size / 1e6:.1f} MB): {_said(counts)}\nFOLKMOOT_SECRET is not in it: keep that apart."
    answer({"file": str(path), "size": size, "made_at": manifest.made_at, **counts}, words, wants_json=wants_json)


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what is here. It is kept aside (on SQLite, the database too).")
@as_json
@careful
def restore(file: Path, yes: bool, wants_json: bool) -> None:
    """Bring back the installation that FILE holds. Stop `folkmoot serve` first."""
    with _nobody_serving():
        is_used = _is_used()
        if is_used and not yes:
            raise Refused(f"{settings.HOME} is in use already; --yes replaces it by the backup. Nothing was changed")
        with _bar() as progress:
            restored = backups.restore(file, keep_aside=is_used, progress=progress)
    manifest, counts = restored.manifest, _counts(restored.manifest.rows)
    words = f"Restored from {manifest.made_at}: {_said(counts)}"
    if restored.before:
        words += f"\nWhat was here before lies in {restored.before}; delete it when you don't need it."
    if manifest.host != settings.HOST:
        words += f"\nThe backup is of {manifest.host}, and FOLKMOOT_HOST says {settings.HOST}: addresses will differ."
    facts = {"made_at": manifest.made_at, "host": manifest.host, "before": restored.before, **counts}
    answer(facts, words, wants_json=wants_json)


def _holds_our_secret(members: Collection[str]) -> bool:
    """Whether the one we use is in it: not when it comes from the environment."""
    file = Path(settings.HOME) / "secret"
    return "secret" in members and file.read_text() == settings.SECRET_KEY


def _is_used() -> bool:
    """Whether somebody or something is here that a restore would replace."""
    try:
        tables = connection.introspection.table_names()
        return any(one._meta.db_table in tables and one.objects.exists() for one in (Person, Group))
    except OperationalError:
        raise
    except DatabaseError:  # what is too damaged to be read was used
        return True


@contextmanager
def _nobody_serving() -> Iterator[None]:
    """Hold the addresses that `folkmoot serve` listens at: it neither runs now nor starts meanwhile."""
    with ExitStack() as stack:
        for host, port in (settings.WEB, settings.LMTP):
            held = stack.enter_context(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                held.bind((host, port))
                held.listen(1)
            except OSError as error:
                raise Refused(f"{host}:{port}: {error.strerror}. Stop `folkmoot serve` first") from error
        yield


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show progress on a terminal, nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<24}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task("")

        def show(what: str, done: int, total: int) -> None:
            shown.update(task, description=what, completed=done, total=total or None)

        yield show


def _counts(rows: dict[str, int]) -> dict[str, int]:
    return {name: rows.get(model._meta.db_table, 0) for name, model in COUNTED.items()}


def _said(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items())
