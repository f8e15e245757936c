"""What can be done in a conversation."""

from folkmoot.conversations.operations.archives import (
    ArchivedLetter,
    Progress,
    UnreadLetter,
    add_archived,
    begin_archive,
    finish_archive,
    restart_archive,
)
from folkmoot.conversations.operations.dating import date_back
from folkmoot.conversations.operations.pasts import confirm_past
from folkmoot.conversations.operations.posting import Letterhead, main_channel, reply, start_topic
from folkmoot.conversations.operations.reading import (
    bring_back,
    keep_for_later,
    keep_no_longer,
    mark_read,
    put_away,
)
from folkmoot.conversations.operations.subscribing import follow, follow_no_longer
from folkmoot.conversations.operations.sweeping import sweep_files

__all__ = [
    "ArchivedLetter",
    "Letterhead",
    "Progress",
    "UnreadLetter",
    "add_archived",
    "begin_archive",
    "bring_back",
    "confirm_past",
    "date_back",
    "finish_archive",
    "follow",
    "follow_no_longer",
    "keep_for_later",
    "keep_no_longer",
    "main_channel",
    "mark_read",
    "put_away",
    "reply",
    "restart_archive",
    "start_topic",
    "sweep_files",
]
