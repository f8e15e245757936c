"""HTML letters as Markdown that a person could have written."""

import html
import re
from functools import cache
from typing import TYPE_CHECKING

import nh3

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from markdownify import MarkdownConverter

LONGEST = 150_000  # markdownify takes a second for that, at worst
_DEEPEST = 60
_DEEPEST_SOURCE = 400

_TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins li ol p pre s"
    " samp span strike strong sub sup table tbody td tfoot th thead tr u ul center".split()
)
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "head", "object", "svg", "math", "noscript", "template"},
    attributes={
        "*": {"style", "hidden"},
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "td": {"colspan"},
        "th": {"colspan"},
    },
    filter_style_properties={"display", "visibility", "max-height", "font-size", "opacity", "mso-hide", "height"},
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel=None,
)
_HIDDEN = re.compile(
    r"display:\s*none|visibility:\s*hidden|max-height:\s*0|font-size:\s*0|opacity:\s*0\s*(;|$)|mso-hide:\s*all"
)
_BLOCK_TAG = re.compile(r"</?(?:p|div|br|tr|li|h\d|blockquote|table|ul|ol|pre|hr)\b[^>]{0,200}>")
_TAG = re.compile(r"<(/?)(\w+)")
_BLANK_LINES = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_BLANK_AT_END = re.compile(r"(?m)(?<! )[ \t]$|(?<=\n)[ \t]+(?=\n)")
_ANY_TAG = re.compile(r"<[^<>]{0,1000}>")
# Tags without an end, or whose end may be left out: counting them would find depth where there is none.
_NOT_COUNTED = frozenset(
    "area base br col embed hr img input link meta param source wbr"
    " p li td th tr tbody thead tfoot dd dt option".split()
)


def cleaned(source: str) -> str:
    """A letter's HTML without scripts, styles and what else is not text."""
    if _depth(source) > _DEEPEST_SOURCE:  # nh3 takes time squared by the depth
        return html.escape(_ANY_TAG.sub("\n", source))
    return _CLEANER.clean(source)


def to_markdown(clean: str) -> str:
    """Turn cleaned HTML into Markdown, without hidden words and tracking pixels."""
    if _depth(clean) > _DEEPEST:
        return _words_only(clean)
    return _tidy(_converted(clean))


def _converted(clean: str) -> str:
    # Half of the letters that a process reads have no HTML, and this takes 0.2 seconds to import.
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(clean, "html.parser")
    _drop_hidden(soup)
    _open_layout_tables(soup)
    return str(_converter().convert_soup(soup))


@cache
def _converter() -> "MarkdownConverter":
    from markdownify import ATX, MarkdownConverter  # for the same reason

    return MarkdownConverter(heading_style=ATX, bullets="-", strip=["span", "u", "ins", "center", "abbr"])


def _drop_hidden(soup: "BeautifulSoup") -> None:
    for each in soup.find_all(style=_HIDDEN) + soup.find_all(hidden=True):
        if not each.decomposed:
            each.decompose()
    for image in soup.find_all("img"):
        if not image.get("src") or _is_tiny(image):
            image.decompose()


def _is_tiny(image: "Tag") -> bool:
    """A picture of one or two pixels tells the sender who reads, and nothing to the reader."""
    return any(str(image.get(side, "")).removesuffix("px") in ("0", "1", "2") for side in ("width", "height"))


def _open_layout_tables(soup: "BeautifulSoup") -> None:
    """Tables that only arrange things become plain blocks; those that hold data stay."""
    for table in soup.find_all("table"):
        if not _holds_data(table):
            for each in [table, *table.find_all(("tbody", "thead", "tr", "td", "th"))]:
                each.name = "div"


def _holds_data(table: "Tag") -> bool:
    if table.find("table") or table.find("img"):
        return False
    rows = table.find_all("tr")
    return len(rows) > 1 and any(len(row.find_all(("td", "th"))) > 1 for row in rows)


def _depth(clean: str) -> int:
    depth = deepest = 0
    for closing, tag in _TAG.findall(clean):
        if tag.lower() not in _NOT_COUNTED:
            depth += -1 if closing and depth else not closing
            deepest = max(deepest, depth)
    return deepest


def _words_only(clean: str) -> str:
    """What is nested beyond reason still says its words."""
    return _tidy(html.unescape(_ANY_TAG.sub("", _BLOCK_TAG.sub("\n", clean))))


def _tidy(markdown: str) -> str:
    markdown = _BLANK_AT_END.sub("", markdown.replace("\xa0", " "))
    return _BLANK_LINES.sub("\n\n", markdown).strip()
