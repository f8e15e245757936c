"""What would let others act as the reader of a letter, and so is never said to a group."""

import email
import re
from collections.abc import Iterator

from django.conf import settings

from folkmoot.doors.mail import addresses

_TOKENS = "|".join(sorted(addresses.TOKEN_VERBS))
_LINKS = rf"{re.escape(settings.SITE)}/(?:rsvp|mail/[a-z]+)/"
_IN_TEXT = re.compile(rf"({_LINKS}|(?<![\w.-])[\w.-]+\+(?:{_TOKENS})(?=-))[\w-]+", re.IGNORECASE)
_IN_FILE = re.compile(
    rf"{_LINKS}\w|(?:\+|%2B)(?:{_TOKENS})-[\w-]{{1,64}}(?:@|%40){re.escape(settings.HOST)}".encode(), re.IGNORECASE
)
_FOLD = re.compile(rb"\r?\n[ \t]")  # of calendars, and of the headers of letters
_LETTER = "message/rfc822"


def without_secrets(text: str) -> str:
    """Return what somebody wrote without the links and addresses that let whoever has them act as its reader.

    Replies quote whole letters, and the line above a quote names an address.
    """
    return _IN_TEXT.sub(lambda found: found[1], text)


def holds_secrets(kind: str, content: bytes) -> bool:
    """Whether a file holds such a link or address: an invitation that is handed on, or a whole letter of ours."""
    pieces = [content, *(_pieces(content) if kind == _LETTER else [])]
    return any(_IN_FILE.search(_FOLD.sub(b"", piece)) for piece in pieces)


def _pieces(letter: bytes) -> Iterator[bytes]:
    """The parts of a letter as they are read, however they were sent."""
    for part in email.message_from_bytes(letter).walk():
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield content
