"""A whole group as one file."""

from dataclasses import asdict
from pathlib import Path

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.bringing import Brought, bring, root_of
from folkmoot.config.cli.archives import VIA, existing
from folkmoot.config.cli.shared import answer, as_json, command, group_named
from folkmoot.config.packages import pack
from folkmoot.groups.operations import note_export


@click.command("group")
@click.argument("slug", metavar="GROUP")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
@command
def export_group(slug: str, file: Path, wants_json: bool) -> None:
    """Write GROUP and all groups below it into FILE, a ZIP: people, roles, duties, history, talk, files.

    It holds everybody's addresses.
    """
    group = group_named(slug)
    if file.exists() or not file.parent.is_dir():
        raise click.BadParameter(f"{file} is there already, or its folder is not", param_hint="FILE")
    note_export(group, by=OPERATOR, via=VIA)
    packed = pack(group, file, closed=True)
    facts = {"file": str(file), "content_hash": packed.content_hash, "rows": packed.rows, "lost": packed.lost}
    words = f"{group.name} is in {file}: {packed.rows['people']:,} people, {packed.rows['posts']:,} posts"
    lost = [f"Not on the disk any more: file {one}" for one in packed.lost]
    answer(facts, "\n".join([words, *lost]), wants_json=wants_json)


@click.command("group")
@click.argument("file", type=existing)
@click.option("--slug", "slugs", multiple=True, metavar="[OLD=]NEW", help="Another address, where one is taken here.")
@click.option("--owner", default="", metavar="ADDRESS", help="Who shall own a group that comes without an owner.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Only tell what would happen.")
@as_json
@command
def import_group(file: Path, slugs: tuple[str, ...], owner: str, is_dry: bool, wants_json: bool) -> None:
    """Bring in the group of FILE and all below it: people, roles, duties, history, talk, files.

    All of it or nothing. Nobody gets a letter for it, and nobody a way to sign in.
    """
    brought = bring(file, slugs=_by_old(file, slugs), owner=owner, by=OPERATOR, via=VIA, is_dry=is_dry)
    answer(asdict(brought) | {"dry_run": is_dry}, _words(brought, is_dry), wants_json=wants_json)


def _by_old(file: Path, slugs: tuple[str, ...]) -> dict[str, str]:
    """Addresses by those they stand for; a single word is the new one of the first group."""
    pairs = [one.rpartition("=")[::2] for one in slugs]
    return {old or root_of(file): new for old, new in pairs}


def _words(brought: Brought, is_dry: bool) -> str:
    rows = brought.rows
    done = [
        f"{brought.group}: {rows['groups']:,} groups, {rows['memberships']:,} memberships, {rows['topics']:,} topics, "
        f"{rows['posts']:,} posts" + (", nothing written" if is_dry else ""),
        f"People: {brought.found:,} were here, by an address that is proven, {brought.made:,} are new",
    ]
    if brought.companies:
        done.append(f"New companies, with their domains: {', '.join(brought.companies)}")
    if brought.lost_names:
        done.append(f"Older addresses that are somebody else's here: {brought.lost_names:,}")
    pages = rows["topics"] + rows["posts"]
    done.append(f"Pages whose address is what it was: {brought.kept_numbers:,} of {pages:,}")
    return "\n".join([*done, *(f"Not in the package: file {one}" for one in brought.missing)])
