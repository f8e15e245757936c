"""How soon a commit has to be on the disk."""

from django.db import connection

from folkmoot.store.sqlite.base import DatabaseWrapper


def let_progress_be_repeated() -> None:
    """Let this process's commits reach the disk a little later, for work that is simply done again after a power cut.

    For the worker only: a letter and what became of it are one transaction, so both are there or neither. Has to be
    called before the process opens its first connection.
    """
    DatabaseWrapper.synchronous = "NORMAL"
    if connection.vendor == "postgresql":
        connection.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"
