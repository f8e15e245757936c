"""Posts as an Atom feed (RFC 4287). Whatever people wrote, the XML is valid, and no mail address is in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.conf import settings
from django.utils.html import escape

from folkmoot.conversations.models import Post

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OWN_ADDRESS = re.compile(r'\b(href|src)="/(?!/)')


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed is of, where it stands and where people read the same."""

    title: str
    path: str
    page: str
    begun_at: datetime
    posts: Sequence[Post]

    @property
    def updated_at(self) -> datetime:
        return max([_changed(post) for post in self.posts], default=self.begun_at)

    @property
    def tag(self) -> str:
        """Another one whenever the feed would look otherwise."""
        seen = [self.title, self.path, *(f"{post.pk}.{post.version}.{post.edited_at}" for post in self.posts)]
        return f'"{blake2b(repr(seen).encode(), digest_size=12).hexdigest()}"'

    def xml(self) -> str:
        return "".join(_lines(self))


def _lines(feed: Feed) -> Iterable[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
    yield f"<id>{_clean(settings.SITE + feed.path)}</id>\n<title>{_clean(feed.title)}</title>\n"
    yield f"<updated>{feed.updated_at.isoformat()}</updated>\n<generator>Folkmoot</generator>\n"
    yield f'<link rel="self" type="application/atom+xml" href="{_clean(settings.SITE + feed.path)}"/>\n'
    yield f'<link rel="alternate" type="text/html" href="{_clean(settings.SITE + feed.page)}"/>\n'
    yield from map(_entry, feed.posts)
    yield "</feed>\n"


def _entry(post: Post) -> str:
    html = _OWN_ADDRESS.sub(rf'\1="{settings.SITE}/', post.html)
    return (
        f"<entry>\n<id>tag:{settings.HOST},{post.posted_at:%Y-%m-%d}:posts/{post.pk}</id>\n"
        f"<title>{_clean(post.title)}</title>\n"
        f"<author><name>{_clean(post.byline)}</name></author>\n"
        f"<published>{post.posted_at.isoformat()}</published>\n<updated>{_changed(post).isoformat()}</updated>\n"
        f'<link rel="alternate" type="text/html" href="{settings.SITE}{post.get_absolute_url()}"/>\n'
        f'<content type="html">{_clean(html)}</content>\n</entry>\n'
    )


def _changed(post: Post) -> datetime:
    return post.edited_at or post.posted_at


def _clean(text: str) -> str:
    return escape(_NO_XML.sub("\ufffd", text))
