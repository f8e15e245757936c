"""Markdown (CommonMark 0.31, tables, strikethrough, bare links, boxes) as HTML that asks nothing of other sites."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from folkmoot.kit import code, prose

VERSION = 2
LONGEST = 100_000  # beyond, the parser's worst cases take seconds
_MOST_BRACKETS = 5000
_MOST_CODE = 20_000  # characters of all code in one text that are coloured
_HEADINGS_DOWN = 2  # a page has its own h1, a post its h2
_OWN_PICTURES = re.compile(r"/files/[^\s\\]*")
_BOXES = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_LANGUAGE = re.compile(r"language-[\w+#.-]{1,40}")


def _kept_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        return value if value in code.CLASSES or (tag == "code" and _LANGUAGE.fullmatch(value)) else None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(
        "a blockquote br code dd del details div dl dt em h3 h4 h5 h6 hr img li ol p pre s span strong sub"
        " summary sup table tbody td th thead tr ul".split()
    ),
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "title", "loading"},
        "code": {"class"},
        "span": {"class"},
        "ol": {"start"},
        "td": {"align"},
        "th": {"align"},
    },
    attribute_filter=_kept_attribute,
    url_schemes={"http", "https", "mailto", "tel", "xmpp", "matrix", "ftp"},
    link_rel=prose.LINK_REL,
)


def to_html(text: str, *, images: Mapping[str, str] | None = None) -> str:
    """Render what a person wrote. `images` maps `cid:...` to addresses of our own; other sites' become links."""
    if len(text) > LONGEST or is_tangled(text):
        return prose.paragraphs(text)
    html = _parser().render(text, {"images": images or {}})
    return _CLEANER.clean(html)


def is_tangled(text: str) -> bool:
    """Tell whether it has more brackets than a page of links has: the parser looks for the end of each."""
    return text.count("[") > _MOST_BRACKETS


excerpt = prose.excerpt


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for rule in (_lower_headings, _align_cells, _tick_boxes, _colour_code, _link_addresses, _own_images):
        parser.core.ruler.push(rule.__name__, rule)
    parser.add_render_rule("fence", _fence)
    return parser


def _lower_headings(state: StateCore) -> None:
    for token in state.tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + _HEADINGS_DOWN, 6)}"


def _align_cells(state: StateCore) -> None:
    """Inline styles are not allowed on our pages: cells are aligned by the attribute of old."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrs["align"] = str(style).removeprefix("text-align:")


def _tick_boxes(state: StateCore) -> None:
    """Show `- [x] done` as a box that is ticked; it is a picture of one, since nobody could press it."""
    for before, token in zip(state.tokens[1:], state.tokens[2:], strict=False):
        if (
            token.type == "inline"
            and token.content[:4] in _BOXES
            and before.type == "paragraph_open"
            and token.level > 2
        ):
            _tick(token)


def _tick(item: Token) -> None:
    first = item.children[0] if item.children else None
    if first is not None and first.type == "text" and first.content[:4] in _BOXES:
        first.content = _BOXES[first.content[:4]] + first.content[4:]


def _colour_code(state: StateCore) -> None:
    """Colour what names its language, up to a measure: a text of nothing but code costs time."""
    left = _MOST_CODE
    for token in state.tokens:
        language = token.info.strip().partition(" ")[0] if token.type == "fence" else ""
        if language and left > len(token.content):
            left -= len(token.content)
            token.meta["coloured"] = code.coloured(token.content, language)


def _fence(renderer: object, tokens: Sequence[Token], at: int, *_rest: object) -> str:
    """Write a block of code, its language named for style sheets and other programs."""
    token = tokens[at]
    language = prose.escaped(unescapeAll(token.info).strip().partition(" ")[0])
    marked = f' class="language-{language}"' if language else ""
    return f"<pre><code{marked}>{token.meta.get('coloured') or prose.escaped(token.content)}</code></pre>\n"


def _link_addresses(state: StateCore) -> None:
    """Make bare addresses links. linkify-it-py takes a minute for 100 kB that were made for it."""
    for token in state.tokens:
        if token.children and ("://" in token.content or "www." in token.content):
            token.children = _with_links(token.children)


def _with_links(tokens: Sequence[Token]) -> list[Token]:
    linked: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.nesting if token.type.startswith("link_") else 0
        if token.type != "text" or depth:
            linked.append(token)
            continue
        for words, address in prose.linked_parts(token.content):
            text = Token("text", "", 0, content=words)
            linked += _link(address, text) if address else (text,)
    return linked


def _own_images(state: StateCore) -> None:
    """No picture is fetched from elsewhere: that would tell other sites who reads what, and when."""
    images = state.env.get("images", {})
    for token in state.tokens:
        if token.children and any(child.type == "image" for child in token.children):
            token.children = [new for child in token.children for new in _replaced(child, images)]


def _replaced(token: Token, images: Mapping[str, str]) -> Sequence[Token]:
    if token.type != "image":
        return (token,)
    source = str(token.attrGet("src") or "")
    source = images.get(source, source)
    if _OWN_PICTURES.fullmatch(source) or source in images.values():
        token.attrs["src"] = source
        token.attrs["loading"] = "lazy"
        return (token,)
    return _as_link(source, token)


def _as_link(source: str, token: Token) -> Sequence[Token]:
    words = Token("text", "", 0, content=token.content or source)
    if source.startswith("cid:"):
        return (words,)
    return _link(source, words)


def _link(address: str, words: Token) -> Sequence[Token]:
    return (Token("link_open", "a", 1, attrs={"href": address}), words, Token("link_close", "a", -1))
