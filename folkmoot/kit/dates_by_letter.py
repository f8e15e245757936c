"""Answers to a date poll as people write them in a letter: "1+ 2~ 3-"."""

import re

LONGEST = 4_000  # characters of a letter that are looked at
_SIGNS = {"+": "yes", "~": "if", "?": "if", "-": "no", "–": "no", "−": "no"}
_ANSWER = re.compile(r"(?<![\w.:/+-])(\d{1,3})\s*\)?\s*([+~?–−-])(?=[\s,;.]|$)", re.MULTILINE)


def read(text: str) -> dict[int, str]:
    """Return by number what is said to each: "yes", "if" or "no". The last word on a number counts."""
    return {int(number): _SIGNS[sign] for number, sign in _ANSWER.findall(text[:LONGEST])}
