"""Our own guides, the files of docs/guides, as what a page shows: a title, a lead, and sections with anchors."""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from PIL import Image

from folkmoot.kit import markdown
from folkmoot.web.shelf import Shelf

FIRST = ["members", "organisers", "operators"]
LANGUAGE = "en"  # every guide is written in it; some in others as well, in a folder of the language's name
PICTURES = {".png": "image/png", ".webp": "image/webp"}
MOST = 2_000_000  # characters kept by one process

_SECTION = re.compile(r"<h4>(.*?)</h4>")  # markdown lowers headings by two, since posts stand inside of pages
_TITLE = re.compile(r"<h3>(.*?)</h3>")
_PART = re.compile(r"<h5>(.*?)</h5>")
_SECTION_AS_WRITTEN = re.compile(r"^## (.+)$", re.M)
_LINK = re.compile(r'<a href="((?:[\w./-]+\.md)?(?:#[^"]+)?)" rel="[^"]*">(.*?)</a>')
_PICTURE = re.compile(r'<img src="[^"]*/([^"/]+)"')


@dataclass(frozen=True)
class Section:
    """What stands under one heading. Its anchor is the same in every language, so that pages can link it."""

    anchor: str
    words: SafeString
    body: SafeString


@dataclass(frozen=True)
class Guide:
    """A guide in one language."""

    name: str
    language: str
    title: SafeString
    lead: SafeString
    sections: tuple[Section, ...]


_shelf: Shelf[Guide] = Shelf(MOST, size=lambda guide: sum(len(section.body) for section in guide.sections))


def names() -> list[str]:
    """Return the names of all guides: first those for people, then those to look things up in."""
    found = sorted(path.stem for path in _folder().glob("*.md"))
    return [name for name in FIRST if name in found] + [name for name in found if name not in FIRST]


def guide(name: str) -> Guide:
    """Return a guide in the reader's language where there is one, else in English. It has to be one of `names`."""
    path = _folder() / (get_language() or LANGUAGE).partition("-")[0] / f"{name}.md"
    if not path.exists():
        path = _folder() / f"{name}.md"
    key = (path, path.stat().st_mtime_ns)
    [kept] = _shelf.take([key])
    if kept is None:
        kept = _rendered(path)
        _shelf.keep(key, kept)
    return kept


def pictures() -> dict[str, Path]:
    """Return where the guides' pictures lie, by their names."""
    return {path.name: path for path in sorted((settings.DOCS / "pictures").iterdir()) if path.suffix in PICTURES}


def _folder() -> Path:
    folder: Path = settings.DOCS / "guides"
    return folder


def _rendered(path: Path) -> Guide:
    opening, *rest = _SECTION.split(_html(path))
    title, lead = _TITLE.split(opening)[1:]
    sections = tuple(
        Section(anchor, mark_safe(words), mark_safe(body))
        for anchor, words, body in zip(_anchors(path).values(), rest[::2], rest[1::2], strict=True)
    )
    return Guide(path.stem, _language(path), mark_safe(title), mark_safe(lead), sections)


def _html(path: Path) -> str:
    """Its text as HTML, with our own pictures and addresses. What may scroll takes the focus, for who has keys only."""
    ours = {name: reverse("guide_picture", args=[name]) for name in pictures()}
    images = {f"{up}/pictures/{name}": address for up in ("..", "../..") for name, address in ours.items()}
    html = markdown.to_html(path.read_text(), images=images)
    html = _LINK.sub(lambda found: _linked(path, found[1], found[2]), html)
    html = _PICTURE.sub(lambda found: found[0] + _size(found[1]), html)
    html = _PART.sub(lambda found: f'<h3 id="{_slug(strip_tags(found[1]))}">{found[1]}</h3>', html)
    return html.replace("<pre>", '<pre tabindex="0">').replace("<table>", '<table tabindex="0">')


def _language(path: Path) -> str:
    return LANGUAGE if path.parent == _folder() else path.parent.name


def _linked(path: Path, link: str, words: str) -> str:
    """A link that works on a code host as well, to a heading or another guide; what is no guide is named only."""
    file, _, heading = link.partition("#")
    target = (path.parent / file).resolve() if file else path
    if target.stem not in names():
        return words
    anchor = _anchors(target).get(heading, heading) if heading else ""
    return f'<a href="{reverse("guide", args=[target.stem])}{"#" if anchor else ""}{anchor}">{words}</a>'


def _anchors(path: Path) -> dict[str, str]:
    """The anchor of each section by what a code host calls it: the English guide's section at the same place."""
    own, english = (
        [_slug(words) for words in _SECTION_AS_WRITTEN.findall(one.read_text())]
        for one in (path, _folder() / path.name)
    )
    return dict(zip(own, english, strict=True))


def _slug(words: str) -> str:
    """A heading's anchor as code hosts make it."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def _size(name: str) -> str:
    """A picture takes its place on the page before it is there."""
    with Image.open(pictures()[name]) as image:
        return f' width="{image.width}" height="{image.height}"'
