"""Two wordings of a text, compared word by word."""

import re
from difflib import SequenceMatcher
from typing import NamedTuple

LONGEST = 1_000  # words, since twice as many take four times as long; or lines, of a longer text
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


class Part(NamedTuple):
    """A piece of text that stayed ("same"), came ("new") or went ("old")."""

    kind: str
    text: str


def compared(old: str, new: str) -> list[Part]:
    """Return the new wording with what went and what came since the old one."""
    before, after = _pieces(old), _pieces(new)
    if max(len(before), len(after)) > LONGEST:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(before), len(after)) > LONGEST:
        return [Part("old", old), Part("new", new)]
    parts: list[Part] = []
    for what, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if what == "equal":
            parts.append(Part("same", "".join(after[c:d])))
            continue
        parts += [
            Part(kind, text) for kind, text in (("old", "".join(before[a:b])), ("new", "".join(after[c:d]))) if text
        ]
    return parts


def _pieces(text: str) -> list[str]:
    return _WORDS.findall(text)
