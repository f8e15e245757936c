import sys

import click

from folkmoot.config import serve as serving


@click.command()
def serve() -> None:
    """Serve web, mail and worker until Ctrl-C."""
    sys.exit(serving.serve())
