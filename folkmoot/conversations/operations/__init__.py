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
from folkmoot.conversations.operations.drafting import keep_draft, sweep_drafts, take_draft_back, throw_draft_away
from folkmoot.conversations.operations.editing import edit, restore, take_back
from folkmoot.conversations.operations.pasts import confirm_past
from folkmoot.conversations.operations.posting import Letterhead, main_channel, reply, start_topic
from folkmoot.conversations.operations.reacting import react, unreact
from folkmoot.conversations.operations.rerendering import render_again
from folkmoot.conversations.operations.sweeping import sweep_files
from folkmoot.conversations.operations.uploading import prepare_files, upload

__all__ = [
    "ArchivedLetter",
    "Letterhead",
    "Progress",
    "UnreadLetter",
    "add_archived",
    "begin_archive",
    "confirm_past",
    "edit",
    "finish_archive",
    "keep_draft",
    "main_channel",
    "prepare_files",
    "react",
    "render_again",
    "reply",
    "restart_archive",
    "restore",
    "start_topic",
    "sweep_drafts",
    "sweep_files",
    "take_back",
    "take_draft_back",
    "throw_draft_away",
    "unreact",
    "upload",
]
