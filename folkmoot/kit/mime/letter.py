"""What a letter says, once read: plain values that know nothing of how they came."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

Markup = Literal["text", "markdown"]
Automatic = Literal["", "auto-reply", "bounce", "receipt", "complaint"]


class Unreadable(Exception):
    """There is no letter in these bytes; the words say why."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address (RFC 5322, 3.4); the address is lower-case, and empty when there was none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a letter. `content_id` is without brackets, as `cid:` links name it (RFC 2392)."""

    name: str
    kind: str
    content: bytes
    content_id: str
    is_inline: bool


@dataclass(frozen=True)
class Letter:
    """One letter, read. `automatic` is empty when a person wrote it; `problems` tells what had to be mended.

    `sender_is_clear` when From is one field with one mailbox, so that whoever proved the sender meant the same one.
    """

    message_id: str
    has_own_id: bool
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    sender: Mailbox
    sender_is_clear: bool
    original_sender: Mailbox
    reply_to: tuple[Mailbox, ...]
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    date: datetime | None
    body: str
    markup: Markup
    attached: tuple[Attached, ...]
    list_ids: tuple[str, ...]
    loops: tuple[str, ...]
    automatic: Automatic
    authentication_results: tuple[str, ...]
    problems: tuple[str, ...]

    @cached_property
    def parents(self) -> tuple[str, ...]:
        """The ids this letter answers, nearest first and without doubles."""
        return tuple(dict.fromkeys(self.in_reply_to + self.references[::-1]))


NOBODY = Mailbox("", "")
