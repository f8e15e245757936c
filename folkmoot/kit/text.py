"""Plain text, tidied."""

import re
from urllib.parse import urlsplit

from folkmoot.kit.quotes import blocks


def one_line(text: str) -> str:
    """Return the text as one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def gist(body: str, longest: int = 120) -> str:
    """Return the beginning of what somebody wrote, as one line, without quotes, "Ann wrote:" and marks of Markdown."""
    own = [line for block in blocks(body[:4_000]) if block.kind == "own" for line in block.lines]
    said = " ".join(line for line in own if not line.lstrip().startswith((">", "```")))
    return one_line(without_marks(said))[:longest]


def without_marks(text: str) -> str:
    """Return Markdown as its words alone: no marks of headings, lists, stress and code, and of a link what it says.

    Marks inside a word stay: they belong to names like `max_rows`.
    """
    return _MARKS.sub("", _LINK.sub(r"\1", text))


_LINK = re.compile(r"!?\[([^\]\n]{1,200})\]\([^()\s]{1,2000}\)")
_MARKS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}|[-+*])\s+|(?<!\w)[*_`~]+(?=\S)|(?<=\S)[*_`~]+(?!\w)")


def key_of(text: str) -> int:
    """Return the number that a form or an address names a row by; 0, which no row has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def is_web(address: str, *, longest: int = 500) -> bool:
    """Whether a browser opens it: an address of the web with a host, and without a name and password in it."""
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and not (parts.username or parts.password) and (parts.port or 1) > 0
    except ValueError:
        return False
    return (
        is_whole
        and parts.scheme in {"http", "https"}
        and len(address) <= longest
        and not re.search(r"[\s\x00-\x1f]", address)
    )
