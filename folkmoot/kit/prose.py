"""Running text as HTML: escaped, its links made links, its paragraphs kept; and HTML as one line of text."""

import html
import re
from collections.abc import Mapping

import nh3

LINK_REL = "nofollow noopener ugc"

_LINK = re.compile(r"\b(?:https?://|www\.(?=[\w-]+\.))[^\s&]+(?:&amp;[^\s&]*)*", re.IGNORECASE)
_PICTURE = re.compile(r"\[cid:([^\s\[\]<>&\"]{1,250})\]")
_LINK_OR_PICTURE = re.compile(rf"{_LINK.pattern}|{_PICTURE.pattern}", re.IGNORECASE)
_PLAIN_LINK = re.compile(r"\b(?:https?://|www\.(?=[\w-]+\.))[^\s<>\"]+", re.IGNORECASE)
_WITH_HOST = re.compile(r"https?://[^/]|www\..", re.IGNORECASE)
_LONGEST_LINK = 2000
_AFTER_LINK = ".,;:!?'*_~`|”’»"
_PAIRS = {")": "(", "]": "[", "}": "{"}

_BLANK_LINES = re.compile(r"(\n(?:[ \t]*\n)+)")
_INDENTED = re.compile(r"(?m)^(?: {4,}|\t)[ \t]*\S|[^\s.!?](?: {3,}|\t)[ \t]*\S|^&gt;&gt;&gt; ")
_SLIGHTLY_INDENTED = re.compile(r"(?m)^ {2,3}\S")
_LIST = re.compile(r" *(?:[-*+•o]|\d{1,3}[.)]|\(?[a-z]\)) ")
_LEADING_BLANKS = re.compile(r"(?m)^ +")

_HTML = re.compile(r"\s*<(?:p|h\d|ul|ol|pre|blockquote|table|details|div|hr)\b[^>]*>")
_BETWEEN_BLOCKS = re.compile(r"</(?:p|h\d|li|pre|td|th|tr)>|<br\s*/?>|<hr\s*/?>")
_FOLDED = re.compile(r"<(details|blockquote)\b")


_OWN_WORDS = nh3.Cleaner(
    tags=set(), attributes={}, clean_content_tags={"details", "blockquote", "script", "style", "template"}
)
_ALL_WORDS = nh3.Cleaner(tags=set(), attributes={}, clean_content_tags={"summary", "script", "style", "template"})


def escaped(text: str) -> str:
    """Text as HTML. The apostrophe stays: our attributes stand in double quotes."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def linked(html_text: str, images: Mapping[str, str] | None = None) -> str:
    """Make the web addresses in escaped text links, and `[cid:...]` the picture that came with the letter.

    Both in one pass: a picture put into an address would end its attribute.
    """
    if images and "[cid:" in html_text:
        return _LINK_OR_PICTURE.sub(lambda found: _marked(found[0], images), html_text)
    if "://" in html_text or "www." in html_text:
        return _LINK.sub(lambda found: _link(found[0]), html_text)
    return html_text


def _marked(mark: str, images: Mapping[str, str]) -> str:
    """A picture, or an address with what stands right behind it."""
    address, picture, rest = mark.partition("[cid:")
    return (_link(address) if address else "") + _with_pictures(picture + rest, images)


def _with_pictures(html_text: str, images: Mapping[str, str]) -> str:
    return _PICTURE.sub(lambda found: _picture(found[0], images.get(f"cid:{found[1]}")), html_text)


def paragraphs(text: str, images: Mapping[str, str] | None = None) -> str:
    """Text as paragraphs that keep their lines; what is drawn or set in columns keeps every blank."""
    content = linked(escaped(text.strip("\n")), images)
    if not content.strip():
        return ""
    if _may_be_drawn(content):
        return _mixed(_BLANK_LINES.split(content))
    pieces = content.split("\n\n")
    return "".join([f"<p>{_with_breaks(piece.strip())}</p>\n" for piece in pieces if piece.strip()])


def excerpt(html_or_text: str, length: int) -> str:
    """The first words as one line of plain text; of HTML, what its author added rather than quoted."""
    text = _text_of(html_or_text, length) if _HTML.match(html_or_text) else html_or_text[: length * 20 + 1000]
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line.rfind(" ", length // 2, length)
    return line[: cut if cut > 0 else length - 1].rstrip(" ,;:.-") + "…"


def _text_of(source: str, length: int) -> str:
    source = _BETWEEN_BLOCKS.sub(r" \g<0>", source[: length * 50 + 20_000])
    own = _OWN_WORDS.clean(source)
    if not own.strip() and _FOLDED.search(source):
        own = _ALL_WORDS.clean(source)
    return html.unescape(own)


def linked_parts(text: str) -> list[tuple[str, str]]:
    """Take plain text apart at its web addresses: pairs of words and the address they lead to, or nothing."""
    parts: list[tuple[str, str]] = []
    end = 0
    for found in _PLAIN_LINK.finditer(text):
        length = _length_of_address(found[0])
        if not length:
            continue
        target = found[0][:length]
        parts.append((text[end : found.start()], ""))
        parts.append((target, _in_full(target)))
        end = found.start() + length
    parts.append((text[end:], ""))
    return parts


def _link(address: str) -> str:
    """An address in escaped text as a link."""
    length = _length_of_address(address)
    if not length:
        return address
    target, rest = address[:length], address[length:]
    return f'<a href="{_in_full(target)}" rel="{LINK_REL}">{target}</a>{rest}'


def _in_full(address: str) -> str:
    return f"https://{address}" if address[:4].lower() == "www." else address


def _length_of_address(address: str) -> int:
    """How much of it is the address, without the punctuation of the sentence around it; 0 when it is none."""
    if len(address) > _LONGEST_LINK:
        return 0
    end = len(address)
    while end and (address[end - 1] in _AFTER_LINK or _is_unpaired(address, end)):
        if address.endswith("&amp;", 0, end):
            break
        end -= 1
    return end if _WITH_HOST.match(address, 0, end) else 0


def _is_unpaired(address: str, end: int) -> bool:
    """A closing bracket belongs to the address when it was opened there, as in Wikipedia's."""
    last = address[end - 1]
    return last in _PAIRS and address.count(_PAIRS[last], 0, end) < address.count(last, 0, end)


def _picture(mark: str, source: str | None) -> str:
    return f'<img src="{escaped(source)}" alt="" loading="lazy">' if source else mark


def _mixed(pieces: list[str]) -> str:
    """Paragraphs and drawings; drawings that only blank lines part are one."""
    out: list[str] = []
    drawing: list[str] = []
    for piece, blank in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if _is_drawn(piece):
            drawing += (piece, blank)
            continue
        out.append(_drawn(drawing))
        drawing = []
        out.append(f"<p>{_with_breaks(_LEADING_BLANKS.sub(_kept, piece))}</p>\n")
    out.append(_drawn(drawing))
    return "".join(out)


def _drawn(pieces: list[str]) -> str:
    return f"<pre>{''.join(pieces).rstrip()}</pre>\n" if pieces else ""


def _may_be_drawn(text: str) -> bool:
    """Most letters have nothing of the kind, and to look for substrings is fifty times cheaper than for patterns."""
    return "   " in text or "\t" in text or "\n " in text or text[0] == " " or "&gt;&gt;&gt; " in text


def _is_drawn(paragraph: str) -> bool:
    """Code, logs, tables and drawings: indented or in columns. A list is not, nor is a first line set in."""
    if _LIST.match(paragraph):
        return False
    if ("   " in paragraph or "\t" in paragraph or paragraph[0] == "&") and _INDENTED.search(paragraph):
        return True
    return "\n  " in paragraph and len(_SLIGHTLY_INDENTED.findall(paragraph)) > 1


def _kept(blanks: "re.Match[str]") -> str:
    return "&nbsp;" * min(len(blanks[0]), 16)


def _with_breaks(paragraph: str) -> str:
    return paragraph.replace("\n", "<br>\n")
