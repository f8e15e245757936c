"""What a search is made of: words as they are compared, what somebody asks for, and where that stands in a text.

Both databases get the same words from here, so both find the same: accents and case don't count, and scripts that put
no spaces between words are taken two characters at a time.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from folkmoot.kit.text import without_marks

LONGEST = 500  # characters of a query
MOST_PARTS = 12  # words and phrases of a query
MOST_IN_PHRASE = 20
LONGEST_WORD = 64  # what is longer is no word; its beginning counts
SHORTEST_BEGINNING = 3  # of a last word that also finds longer ones

Phrase = tuple[str, ...]

_WORD = re.compile(r"[^\W_]+")
# Han, kana, Thai, Lao, Myanmar, Khmer: written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_ACCENT = re.compile(f"[{''.join(chr(at) for at in range(0x300, 0xFFFF) if unicodedata.category(chr(at)) == 'Mn')}]+")
_PART = re.compile(r'(-)?(?:(author|in|before|after):)?(?:"([^"]*)"?|(\S+))', re.I)


def fold(text: str) -> str:
    """Return the text without case and accents."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", text)).casefold())


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, as the index keeps them."""
    words = _WORD.findall(fold(text))
    if text.isascii():
        return [word[:LONGEST_WORD] for word in words]
    return [piece for word in words for piece in _indexed(word)]


def _indexed(word: str) -> list[str]:
    return [piece for run in _runs(word) for piece in (_pairs(run) if _is_unspaced(run) else [run[:LONGEST_WORD]])]


def _runs(word: str) -> list[str]:
    """A word's stretches of scripts with and without spaces; mostly it is one."""
    return _RUN.findall(word) if _HAS_UNSPACED.search(word) else [word]


def _is_unspaced(run: str) -> bool:
    return bool(_HAS_UNSPACED.match(run))


def _pairs(run: str) -> list[str]:
    """Each two neighbours; the last character alone too, so that the beginning of a pair finds every character."""
    return [run[at : at + 2] for at in range(len(run))]


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for."""

    words: tuple[Phrase, ...] = ()  # all of them; one of several words is a phrase
    without: tuple[Phrase, ...] = ()
    is_open: bool = False  # the last word may go on
    authors: tuple[str, ...] = ()
    places: tuple[str, ...] = ()  # groups or channels: "tarn", "tarn+ops"
    before: date | None = None
    after: date | None = None

    @property
    def last(self) -> Phrase:
        return self.words[-1] if self.words else ()


def parse(asked: str) -> Query:
    """Read what somebody typed; whatever can't be read is a word like others."""
    words: list[Phrase] = []
    without: list[Phrase] = []
    named: dict[str, list[str]] = {"author": [], "in": [], "before": [], "after": []}
    is_open = False
    for minus, name, quoted, bare in _parts(asked):
        value = quoted or bare
        if name and _takes(name, value) and not minus:
            named[name].append(value)
            continue
        phrase = _phrase(f"{name} {value}" if name else value)
        if phrase:
            (without if minus else words).append(phrase)
            is_open = not minus and not quoted and _may_go_on(phrase)
    days = {name: tuple(map(date.fromisoformat, named[name]))[-1:] for name in ("before", "after")}
    return Query(
        words=tuple(words),
        without=tuple(without),
        is_open=is_open,
        authors=tuple(named["author"]),
        places=tuple(one.lower() for one in named["in"]),
        before=next(iter(days["before"]), None),
        after=next(iter(days["after"]), None),
    )


def _parts(asked: str) -> Iterator[tuple[str, str, str, str]]:
    found = _PART.findall(asked[:LONGEST].replace("\x00", " "))
    return ((minus, name.lower(), quoted, bare) for minus, name, quoted, bare in found[:MOST_PARTS])


def _takes(name: str, value: str) -> bool:
    if name in ("author", "in"):
        return bool(value)
    try:
        return bool(date.fromisoformat(value))
    except ValueError:
        return False


def _phrase(text: str) -> Phrase:
    """The words that have to stand one after the other. A single character that is part of pairs begins one."""
    pieces: list[str] = []
    for run in [run for word in _WORD.findall(fold(text)) for run in _runs(word)]:
        pairs = _pairs(run) if _is_unspaced(run) else [run[:LONGEST_WORD]]
        pieces += pairs[:-1] if len(pairs) > 1 else pairs
    return tuple(pieces[:MOST_IN_PHRASE])


def _may_go_on(phrase: Phrase) -> bool:
    last = phrase[-1]
    return len(last) >= SHORTEST_BEGINNING or (len(last) == 1 and _is_unspaced(last))


def snippet(text: str, query: Query, *, length: int = 240) -> list[tuple[str, bool]]:
    """Return the place of the text that holds most of the words, in pieces: what it says, and whether to mark it."""
    text = " ".join(without_marks(_unquoted(text)).split())
    marks = _marks(text, query)
    start = _best_start(marks, length)
    start = text.rfind(" ", 0, max(start - length // 6, 0)) + 1
    end = len(text) if len(text) <= start + length else text.rfind(" ", start + 1, start + length)
    end = end if end > start else start + length
    pieces = list(_pieces(text, start, end, marks))
    return [*([("… ", False)] if start else []), *pieces, *([(" …", False)] if end < len(text) else [])]


def hits(text: str, query: Query) -> int:
    """Return how many of the query's words a text has, each counted at most thrice. Quick, for choosing among texts."""
    folded = fold(_unquoted(text))
    return sum(min(folded.count(word), 3) for phrase in query.words for word in phrase)


def _unquoted(text: str) -> str:
    """What the author says themselves, if they say anything."""
    own = "\n".join([line for line in text.split("\n") if not line.startswith(">")])
    return own if own.strip() else text


def _marks(text: str, query: Query) -> list[tuple[int, int]]:
    """Where the query's words stand."""
    folded = fold(text)
    if len(folded) != len(text):  # a ligature became two letters: word by word, then
        return [
            span
            for span in map(re.Match.span, _WORD.finditer(text))
            if _wanted(query).fullmatch(fold(text[slice(*span)]))
        ]
    pairs = {word for phrase in query.words for word in phrase if _is_unspaced(word)}
    apart = [found.span() for found in _wanted(query).finditer(folded)]
    return _merged(apart + [found.span() for pair in pairs for found in re.finditer(pair, folded)])


@lru_cache(maxsize=500)
def _wanted(query: Query) -> re.Pattern[str]:
    """Any of the query's words, standing alone; the last one may go on."""
    words = [re.escape(word) for phrase in query.words for word in phrase]
    if query.is_open:
        words[-1] += r"[^\W_]*"
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words) or '(?!)'})(?![^\W_])")


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _best_start(marks: list[tuple[int, int]], length: int) -> int:
    """Where a window begins that shows most marks."""
    most, best, end = 0, 0, 0
    for first, (start, _end) in enumerate(marks):
        end = max(end, first)
        while end < len(marks) and marks[end][1] <= start + length * 5 // 6:
            end += 1
        if end - first > most:
            most, best = end - first, start
    return best


def _pieces(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = start
    for first, last in marks:
        if first >= at and last <= end:
            yield text[at:first], False
            yield text[first:last], True
            at = last
    yield text[at:end], False
