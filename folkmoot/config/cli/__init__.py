"""The `folkmoot` command."""

import os

import click
import django


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run a home for user groups: one conversation, many doors."""


def main() -> None:
    """Set Django up, then do what the command line says."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "folkmoot.config.settings")
    django.setup()
    # The commands need Django to be set up before their imports.
    from folkmoot.config.cli import archives, care, channels, demo, duties, groups, rendering, serving

    for command in (
        serving.serve,
        groups.group,
        groups.member,
        channels.channel,
        duties.responsibility,
        duties.history,
        care.doctor,
        care.backup,
        care.restore,
        archives.bringing,
        archives.taking,
        rendering.render,
        demo.demo,
    ):
        cli.add_command(command)
    cli(prog_name="folkmoot")
