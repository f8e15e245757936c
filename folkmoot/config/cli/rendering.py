import click

from folkmoot.config.cli.shared import answer, as_json, command, group_named
from folkmoot.conversations.operations import render_again


@click.command()
@click.option("--group", "slug", help="Only the posts of this group.")
@as_json
@command
def render(slug: str | None, wants_json: bool) -> None:
    """Render posts again that an older version rendered. It may be stopped, and serving may go on meanwhile."""
    done = 0
    for done in render_again(group_named(slug) if slug else None):
        click.echo(f"{done:,} posts", err=True)
    answer({"rendered": done}, f"{done:,} posts rendered again", wants_json=wants_json)
