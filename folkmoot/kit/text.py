"""Plain text, tidied."""

import re


def one_line(text: str) -> str:
    """Return the text as one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def gist(body: str, longest: int = 120) -> str:
    """Return the beginning of what somebody wrote, as one line: what they quote and the marks of Markdown left out."""
    said = " ".join(line for line in body[:4_000].splitlines() if not line.lstrip().startswith((">", "```")))
    return one_line(_MARKS.sub("", said))[:longest]


_MARKS = re.compile(r"[*_`#]+(?=\S)|(?<=\S)[*_`]+|^\s*[-+]\s")
