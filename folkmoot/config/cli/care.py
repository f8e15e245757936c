import click


@click.command()
def doctor() -> None:
    """Check the installation."""


@click.command()
def backup() -> None:
    """Back up."""


@click.command()
def restore() -> None:
    """Restore."""
