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
    from folkmoot.config.cli.commands import ALL

    for command in ALL:
        cli.add_command(command)
    cli(prog_name="folkmoot")
