"""From what somebody wrote to what everybody sees. Done once, when it is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import filetype
from django.urls import reverse

from folkmoot.conversations.models import Post
from folkmoot.conversations.models.files import PICTURES
from folkmoot.kit import letters, markdown, plaintext
from folkmoot.store import files

OF_LETTERS = 1000  # the versions of the renderer of letters begin here


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a post that lies on the disk."""

    name: str
    sha256: str
    size: int
    kind: str
    content_id: str = ""
    is_inline: bool = False

    @property
    def is_picture(self) -> bool:
        return self.kind in PICTURES

    @property
    def url(self) -> str:
        return reverse("file", args=[self.sha256, self.name])


def keep_file(name: str, content: bytes, *, said_kind: str, content_id: str = "", is_inline: bool = False) -> KeptFile:
    """Keep a file on the disk. What it is, its first bytes tell; what it says it is counts only where they don't."""
    kind = kind_of(content) or (said_kind if not said_kind.startswith("image/") else "")
    return KeptFile(
        name=name,
        sha256=files.keep(content),
        size=len(content),
        kind=kind or "application/octet-stream",
        content_id=content_id,
        is_inline=is_inline and kind in PICTURES,
    )


def kept_files(post: Post) -> list[KeptFile]:
    """The files that a post has, as they were when it came."""
    return [
        KeptFile(one.name, one.file.sha256, one.file.size, one.file.kind, one.content_id, one.is_inline)
        for one in post.attachments.all()
    ]


def kind_of(content: bytes) -> str:
    """What a file is, by its first bytes; nothing where they don't tell."""
    return filetype.guess_mime(content[:8192]) or ""


def render(body: str, markup: str, attached: Sequence[KeptFile] = ()) -> tuple[str, int]:
    """Return the body as safe HTML, and the version of the renderer."""
    renderer = plaintext if markup == "text" else markdown
    return renderer.to_html(body, images=_pictures(attached)), renderer.VERSION


def render_letter(body: str, markup: Literal["text", "markdown"], attached: Sequence[KeptFile]) -> tuple[str, int]:
    """Return a letter's text as safe HTML, what it quotes folded, and the version of the renderer."""
    return letters.to_html(body, markup, images=_pictures(attached)), letters.VERSION


def render_as_before(body: str, markup: str, version: int, attached: Sequence[KeptFile]) -> tuple[str, int]:
    """Return a changed body, or one of an older renderer, as what it was before: a letter or not."""
    if version < OF_LETTERS:
        return render(body, markup, attached)
    return render_letter(body, "text" if markup == "text" else "markdown", attached)


def _pictures(attached: Sequence[KeptFile]) -> dict[str, str]:
    """Where the pictures of a letter stand that its text names by their Content-IDs (RFC 2392)."""
    return {f"cid:{one.content_id}": one.url for one in attached if one.content_id and one.kind in PICTURES}


def for_letter(html: str, site: str) -> str:
    """Return a post's HTML as it goes out by mail: addresses in full, and pictures as links, for none is remote."""
    linked = _PICTURE.sub(_as_link, html)
    return _OWN_ADDRESS.sub(rf'href="{site}/', linked)


_PICTURE = re.compile(r"<img\b[^>]*>")
_OWN_ADDRESS = re.compile(r'href="/(?!/)')


def _as_link(picture: re.Match[str]) -> str:
    source, words = (re.search(rf'{name}="([^"]*)"', picture[0]) for name in ("src", "alt"))
    if source is None:
        return ""
    return f'<a href="{source[1]}">{words[1] if words and words[1] else source[1].rpartition("/")[2]}</a>'
