"""A letter's text as HTML, whichever markup it came in."""

from collections.abc import Mapping

from folkmoot.kit import markdown, plaintext, quotes
from folkmoot.kit.plaintext import ENGLISH, Words
from folkmoot.kit.quotes import Block

_MOST_BLOCKS = 200
VERSION = plaintext.VERSION * 1000 + markdown.VERSION


def to_html(body: str, markup: str, *, images: Mapping[str, str] | None = None, words: Words = ENGLISH) -> str:
    """Show a letter's text with its quotes folded. Letters that came as HTML are Markdown by now."""
    if markup == "text":
        return plaintext.to_html(body, images=images, words=words)
    blocks = quotes.blocks(body)
    # What looks like a quote in code may be none; and limits are for the whole, not for each of its blocks.
    if "```" in body or len(blocks) > _MOST_BLOCKS or markdown.is_tangled(body):
        return markdown.to_html(body, images=images)
    render = _Rendering(images)
    return plaintext.folded(blocks, words, render.said, render.quoted)


class _Rendering:
    """Renders Markdown. Quotes without marks of their own become one here."""

    def __init__(self, images: Mapping[str, str] | None) -> None:
        self.images = images

    def said(self, lines: list[str]) -> str:
        return markdown.to_html("\n".join(lines), images=self.images)

    def quoted(self, block: Block) -> str:
        html = self.said(block.lines)
        return html if block.kind == "quote" else f"<blockquote>\n{html}</blockquote>\n"
