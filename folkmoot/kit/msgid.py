"""Message identifiers (RFC 5322, 3.6.4), as they are and as mail programs really send them."""

import hashlib
import re
import secrets

LONGEST = 250
MOST = 100  # References of long-lived threads grow without end
_KEPT_FROM_THE_ROOT = 10
_LONGEST_VALUE = 64 * 1024

_IN_ANGLES = re.compile(r"<([^<>]{1,2000})>")
_BARE = re.compile(r"[^\s<>,;\"'()]{1,250}@[^\s<>,;\"'()]{1,250}")
# What every program can write and read again: RFC 5322's characters of a word, dots wherever they stand, and hosts by
# their number. Python's own writer of headers breaks at others, and reads `=?` as the start of an encoded word.
_WORD = r"[\w!#$%&'*+/=?^`{|}~.-]+"
_WRITABLE = re.compile(rf"(?!.*=\?){_WORD}@(?:{_WORD}|\[[\w.:-]*\])", re.ASCII)
_UNWANTED = re.compile(r"[\s<>\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]+")


def new_message_id(host: str) -> str:
    """Make an id that no one else has made (RFC 5322, 3.6.4)."""
    return f"<{secrets.token_hex(16)}@{host}>"


def stable_message_id(raw: bytes) -> str:
    """Name a letter that has no id of its own: the same letter always gets the same one."""
    return f"<{hashlib.sha256(raw).hexdigest()[:40]}@unknown.invalid>"


def clean(message_id: str) -> str | None:
    """Bring one id into the form `<a@b>` without blanks; None when nothing is left of it.

    What is too long, or no program could write again, gets a name of ours that stays the same.
    """
    inner = _UNWANTED.sub("", message_id)
    if not inner:
        return None
    if len(inner) + 2 > LONGEST:
        inner = _named(inner, "long.invalid")
    elif not _WRITABLE.fullmatch(inner):
        inner = _named(inner, "odd.invalid")
    return f"<{inner}>"


def _named(text: str, host: str) -> str:
    return f"{hashlib.sha256(text.encode()).hexdigest()[:40]}@{host}"


def ids_in(value: str) -> tuple[str, ...]:
    """Find the ids in an In-Reply-To or References value: phrases, commas, missing brackets, doubles and all."""
    value = value[:_LONGEST_VALUE]
    found = _IN_ANGLES.findall(value) or _BARE.findall(value)
    ids = dict.fromkeys(cleaned for each in found if (cleaned := clean(each)))
    return _bounded(tuple(ids))


def _bounded(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Keep the root and the nearest: those are what threads are made of."""
    if len(ids) <= MOST:
        return ids
    return ids[:_KEPT_FROM_THE_ROOT] + ids[_KEPT_FROM_THE_ROOT - MOST :]
