"""Bringing a mailing list's past along."""

from folkmoot.conversations.operations.archives.bringing import (
    Progress,
    add_archived,
    begin_archive,
    finish_archive,
    restart_archive,
)
from folkmoot.conversations.operations.archives.letters import ArchivedLetter, UnreadLetter

__all__ = [
    "ArchivedLetter",
    "Progress",
    "UnreadLetter",
    "add_archived",
    "begin_archive",
    "finish_archive",
    "restart_archive",
]
