"""A database of its own for an installation that a test starts, of the kind that the tests run on."""

import os
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg

SERVER = os.environ.get("FOLKMOOT_DATABASE_URL", "")


@contextmanager
def of_its_own(name: str):
    """Yield its address; "" on SQLite, where it lies in the installation's own folder."""
    if not SERVER:
        yield ""
        return
    name = f"{name}_{os.getpid()}"
    on_server(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(SERVER)._replace(path=f"/{name}").geturl()
    finally:
        on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


def on_server(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)
