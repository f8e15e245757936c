"""What a conversation is made of."""

from folkmoot.conversations.models.archives import Archive, ArchiveRemark
from folkmoot.conversations.models.channels import MAIN, Channel, OldChannel
from folkmoot.conversations.models.files import Attachment, StoredFile, Upload
from folkmoot.conversations.models.polls import Ballot, BallotLine, Choice, Poll
from folkmoot.conversations.models.posts import Edition, Mention, Post, Reaction
from folkmoot.conversations.models.reading import Draft, ReadMark, ScheduledPost, Subscription
from folkmoot.conversations.models.reports import Report
from folkmoot.conversations.models.topics import Happening, OldTopic, Reference, Topic

__all__ = [
    "MAIN",
    "Archive",
    "ArchiveRemark",
    "Attachment",
    "Ballot",
    "BallotLine",
    "Channel",
    "Choice",
    "Draft",
    "Edition",
    "Happening",
    "Mention",
    "OldChannel",
    "OldTopic",
    "Poll",
    "Post",
    "Reaction",
    "ReadMark",
    "Reference",
    "Report",
    "ScheduledPost",
    "StoredFile",
    "Subscription",
    "Topic",
    "Upload",
]
