"""People named with an @ in what somebody wrote, looked for in the safe HTML that was made of it, by any door."""

import re
from collections.abc import Collection, Iterator

MOST = 20  # people that one post can call
_HANDLE = re.compile(r"(?<![\w@./:&#-])@(\w(?:[\w-]{0,38}\w)?)(?![\w@]|\.\w)", re.ASCII)
_TAG = re.compile(r"""<(/?)(\w+)(?:[^"'>]|"[^"]*"|'[^']*')*>""")
_APART = frozenset({"a", "blockquote", "code", "details", "pre"})  # links, code, and what others said


def handles_in(html: str) -> tuple[str, ...]:
    """Return whom it may name, in small letters and in order; what is quoted or code names nobody."""
    if "@" not in html:
        return ()
    named = (handle.lower() for words, is_own in _pieces(html) if is_own for handle in _HANDLE.findall(words))
    return tuple(dict.fromkeys(named))[:MOST]


def linked(html: str, people: Collection[str]) -> str:
    """Make the names of these people links to them."""
    if not people:
        return html
    return "".join(_HANDLE.sub(lambda at: _link(at, people), words) if own else words for words, own in _pieces(html))


def _link(found: "re.Match[str]", people: Collection[str]) -> str:
    handle = found[1].lower()
    return f'<a class="mention" href="/people/{handle}">{found[0]}</a>' if handle in people else found[0]


def _pieces(html: str) -> Iterator[tuple[str, bool]]:
    """Take HTML apart: tags, words, and whether the words are the writer's own."""
    end = depth = 0
    for tag in _TAG.finditer(html):
        yield html[end : tag.start()], depth == 0
        yield tag[0], False
        if tag[2] in _APART:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        end = tag.end()
    yield html[end:], depth == 0
