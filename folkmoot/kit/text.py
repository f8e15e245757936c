"""Plain text, tidied."""

import re

from folkmoot.kit.quotes import blocks


def one_line(text: str) -> str:
    """Return the text as one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def gist(body: str, longest: int = 120) -> str:
    """Return the beginning of what somebody wrote, as one line, without quotes, "Ann wrote:" and marks of Markdown."""
    own = [line for block in blocks(body[:4_000]) if block.kind == "own" for line in block.lines]
    said = " ".join(line for line in own if not line.lstrip().startswith((">", "```")))
    return one_line(_MARKS.sub("", said))[:longest]


_MARKS = re.compile(r"[*_`#]+(?=\S)|(?<=\S)[*_`]+|^\s*[-+]\s")
