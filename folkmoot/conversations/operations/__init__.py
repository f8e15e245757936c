"""What can be done in a conversation."""

from folkmoot.conversations.operations.answering import accept_answer, withdraw_answer
from folkmoot.conversations.operations.archives import (
    ArchivedLetter,
    Progress,
    UnreadLetter,
    add_archived,
    begin_archive,
    finish_archive,
    restart_archive,
)
from folkmoot.conversations.operations.asking import Asked
from folkmoot.conversations.operations.bringing import (
    Around,
    Found,
    bring_files,
    bring_old_numbers,
    bring_talk,
    index_brought,
)
from folkmoot.conversations.operations.channels import (
    change_channel,
    check_channel_slug,
    close_channel,
    make_channel,
    reopen_channel,
)
from folkmoot.conversations.operations.dating import date_back
from folkmoot.conversations.operations.drafting import keep_draft, sweep_drafts, take_draft_back, throw_draft_away
from folkmoot.conversations.operations.editing import edit, put_back, take_back
from folkmoot.conversations.operations.erasing import erase_words
from folkmoot.conversations.operations.merging import take_over
from folkmoot.conversations.operations.moderating import lock, pin, retitle, take_title_back, unlock, unpin
from folkmoot.conversations.operations.moving import merge, move, move_back, split, unmerge, unsplit
from folkmoot.conversations.operations.pasts import confirm_past
from folkmoot.conversations.operations.polling import close_due_polls, close_poll, vote
from folkmoot.conversations.operations.posting import Letterhead, main_channel, reply, start_topic
from folkmoot.conversations.operations.reacting import react, unreact
from folkmoot.conversations.operations.reading import (
    bring_back,
    keep_for_later,
    keep_no_longer,
    mark_read,
    put_away,
)
from folkmoot.conversations.operations.regrouping import merge_groups, split_group
from folkmoot.conversations.operations.releasing import release, turn_down
from folkmoot.conversations.operations.reports import report, settle
from folkmoot.conversations.operations.rerendering import render_again
from folkmoot.conversations.operations.scheduling import (
    reschedule,
    restore,
    say_due,
    say_now,
    schedule,
    sweep_scheduled,
    withdraw,
)
from folkmoot.conversations.operations.subscribing import follow, follow_no_longer
from folkmoot.conversations.operations.sweeping import sweep_files
from folkmoot.conversations.operations.uploading import prepare_files, upload
from folkmoot.conversations.operations.waiting import MustWait, check_pace, hold_post

__all__ = [
    "ArchivedLetter",
    "Around",
    "Asked",
    "Found",
    "Letterhead",
    "MustWait",
    "Progress",
    "UnreadLetter",
    "accept_answer",
    "add_archived",
    "begin_archive",
    "bring_back",
    "bring_files",
    "bring_old_numbers",
    "bring_talk",
    "change_channel",
    "check_channel_slug",
    "check_pace",
    "close_channel",
    "close_due_polls",
    "close_poll",
    "confirm_past",
    "date_back",
    "edit",
    "erase_words",
    "finish_archive",
    "follow",
    "follow_no_longer",
    "hold_post",
    "index_brought",
    "keep_draft",
    "keep_for_later",
    "keep_no_longer",
    "lock",
    "main_channel",
    "make_channel",
    "mark_read",
    "merge",
    "merge_groups",
    "move",
    "move_back",
    "pin",
    "prepare_files",
    "put_away",
    "put_back",
    "react",
    "release",
    "render_again",
    "reopen_channel",
    "reply",
    "report",
    "reschedule",
    "restart_archive",
    "restore",
    "retitle",
    "say_due",
    "say_now",
    "schedule",
    "settle",
    "split",
    "split_group",
    "start_topic",
    "sweep_drafts",
    "sweep_files",
    "sweep_scheduled",
    "take_back",
    "take_draft_back",
    "take_over",
    "take_title_back",
    "throw_draft_away",
    "turn_down",
    "unlock",
    "unmerge",
    "unpin",
    "unreact",
    "unsplit",
    "upload",
    "vote",
    "withdraw",
    "withdraw_answer",
]
