"""Plain text letters as HTML: nothing lost, quotes and signatures folded away."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from folkmoot.kit import prose, quotes
from folkmoot.kit.quotes import Block

VERSION = 2
DEEPEST = 8
_MOST_OPEN_LINES = 4
_A_LINE = 80  # characters; some programs write a whole paragraph as one line
_MARKS = re.compile(r"(?m)^(?:((?: ?>)+) ?|)(.*)")


class Words(NamedTuple):
    """What the summaries of folds say. `{count}` and `{name}` are filled in."""

    quotes_line: str = "Quotes a line"
    quotes_line_of: str = "Quotes a line of {name}"
    quotes_lines: str = "Quotes {count} lines"
    quotes_lines_of: str = "Quotes {count} lines of {name}"
    signature: str = "Signature"


ENGLISH = Words()


def to_html(text: str, *, images: Mapping[str, str] | None = None, words: Words = ENGLISH) -> str:
    """Show a letter. `images` maps `cid:...` to addresses of our own."""
    render = _Plain(images)
    return folded(quotes.blocks(text), words, render.said, render.quoted)


def folded(blocks: list[Block], words: Words, said: Callable[[list[str]], str], quoted: Callable[[Block], str]) -> str:
    """Put a letter together again: `said` renders what was said, `quoted` what was quoted, long quotes are folded."""
    last_own = max((at for at, block in enumerate(blocks) if block.kind == "own"), default=-1)
    out = []
    for at, block in enumerate(blocks):
        if block.kind == "own":
            out.append(said(block.lines))
        elif block.kind == "signature":
            out.append(_fold(words.signature, said(block.lines), "fold signature"))
        else:
            inner = _attribution(block) + quoted(block)
            is_open = last_own < 0 or block.kind == "forward" or (at < last_own and _is_short(block))
            out.append(inner if is_open else _fold(_summary(block, words), inner, "fold"))
    return "".join(out)


def _fold(summary: str, inner: str, kind: str) -> str:
    return f'<details class="{kind}"><summary>{prose.escaped(summary)}</summary>\n{inner}</details>\n'


def _attribution(block: Block) -> str:
    if not block.attribution:
        return ""
    said = prose.linked(prose.escaped(block.attribution)).replace("\n", "<br>\n")
    return f'<p class="attribution">{said}</p>\n'


def _is_short(block: Block) -> bool:
    """A few quoted lines before an answer are the question that is answered."""
    length = sum(map(len, block.lines))
    return _count(block) <= _MOST_OPEN_LINES and length <= _MOST_OPEN_LINES * _A_LINE


def _count(block: Block) -> int:
    return sum(1 for line in block.lines if line.strip(" \t>"))


def _summary(block: Block, words: Words) -> str:
    count = _count(block)
    if count == 1:
        template = words.quotes_line_of if block.name else words.quotes_line
    else:
        template = words.quotes_lines_of if block.name else words.quotes_lines
    return template.replace("{count}", str(count)).replace("{name}", block.name)


class _Plain:
    """Renders plain text."""

    def __init__(self, images: Mapping[str, str] | None) -> None:
        self.images = images

    def said(self, lines: list[str]) -> str:
        return prose.paragraphs("\n".join(lines), self.images)

    def quoted(self, block: Block) -> str:
        """Quoted lines as nested blockquotes. The first mark is the block's own, where quotes are marked at all."""
        own_depth = 1 if block.kind == "quote" else 0
        out = ["<blockquote>\n"]
        waiting: list[str] = []
        level = 0
        last_marks = ""
        for marks, content in _MARKS.findall("\n".join(block.lines)):
            if marks != last_marks and content.strip():
                last_marks = marks
                deeper = min(max(marks.count(">") - own_depth, 0), DEEPEST)
                if deeper != level:
                    out.append(self.said(waiting))
                    out.append("<blockquote>\n" * (deeper - level) or "</blockquote>\n" * (level - deeper))
                    waiting, level = [], deeper
            waiting.append(content)
        out.append(self.said(waiting))
        out.append("</blockquote>\n" * (level + 1))
        return "".join(out)
