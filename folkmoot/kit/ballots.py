"""Votes as people write them in a letter: "2", "2, 3", "B" or "Tuesday"."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

LONGEST = 2_000  # characters of a letter that can be a vote
_BETWEEN = re.compile(r"[\s,;&]+")
_AROUND = " \t.):#*-"


def labels(choices: Sequence[str]) -> list[str]:
    """What choices are called in a letter: numbers, or letters where a choice is a number itself."""
    if any(words.strip(_AROUND).isdecimal() for words in choices):
        return list(ascii_uppercase[: len(choices)])
    return [str(place) for place in range(1, len(choices) + 1)]


def read(text: str, choices: Sequence[str]) -> list[int] | None:
    """Return the places of what a text names, in its order; None for a text that says anything else.

    A number that no choice has is returned too: whoever writes only that has mistyped and has nothing else to say.
    """
    if not text.strip() or len(text) > LONGEST:
        return None
    known = {name.casefold(): place for place, name in enumerate(labels(choices), start=1)}
    by_number = "1" in known
    known |= {" ".join(words.split()).casefold(): place for place, words in enumerate(choices, start=1)}
    places: list[int] = []
    for line in text.splitlines():
        found = _in_line(" ".join(line.split()).casefold(), known, by_number=by_number)
        if found is None:
            return None
        places += found
    return places or None


def _in_line(line: str, known: dict[str, int], *, by_number: bool) -> list[int] | None:
    """What one line names: one choice in its words, or several between commas, or labels between spaces."""
    if not line:
        return []
    if (whole := _named(line, known, by_number=by_number)) is not None:
        return [whole]
    for parts in (re.split("[,;]", line), _BETWEEN.split(line)):
        named = [_named(part, known, by_number=by_number) for part in parts if part.strip(_AROUND)]
        if named and None not in named:
            return [one for one in named if one is not None]
    return None


def _named(words: str, known: dict[str, int], *, by_number: bool) -> int | None:
    for said in (words.strip(), words.strip(_AROUND)):
        if said in known:
            return known[said]
        if by_number and said.isascii() and said.isdecimal() and len(said) <= 3:
            return int(said)
    return None
