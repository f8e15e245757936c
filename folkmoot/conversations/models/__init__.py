"""What a conversation is made of."""

from folkmoot.conversations.models.archives import Archive, ArchiveRemark
from folkmoot.conversations.models.channels import Channel
from folkmoot.conversations.models.files import Attachment, StoredFile, Upload
from folkmoot.conversations.models.posts import Edition, Mention, Post, Reaction
from folkmoot.conversations.models.reading import Draft, ReadMark, ScheduledPost, Subscription
from folkmoot.conversations.models.topics import OldTopic, Reference, Topic

__all__ = [
    "Archive",
    "ArchiveRemark",
    "Attachment",
    "Channel",
    "Draft",
    "Edition",
    "Mention",
    "OldTopic",
    "Post",
    "Reaction",
    "ReadMark",
    "Reference",
    "ScheduledPost",
    "StoredFile",
    "Subscription",
    "Topic",
    "Upload",
]
