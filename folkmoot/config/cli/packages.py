"""A whole group as one file."""

from pathlib import Path

import click

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.archives import VIA
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
    packed = pack(group, file)
    facts = {"file": str(file), "content_hash": packed.content_hash, "rows": packed.rows, "lost": packed.lost}
    words = f"{group.name} is in {file}: {packed.rows['people']:,} people, {packed.rows['posts']:,} posts"
    lost = [f"Not on the disk any more: file {one}" for one in packed.lost]
    answer(facts, "\n".join([words, *lost]), wants_json=wants_json)
