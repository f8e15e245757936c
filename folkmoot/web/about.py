"""What a page tells those who link to it or list it: search engines, other sites, chat programs."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

# In a script element only these could end it or begin another.
_APART = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


@dataclass(frozen=True, slots=True)
class About:
    """The head of a page that anyone may read. A page without one is not listed by search engines."""

    path: str  # its one address, with the page's number where that is not the first
    title: str
    words: str = ""  # a sentence or two
    kind: str = "website"
    feed: str = ""  # path
    data: dict[str, Any] = field(default_factory=dict)  # for schema.org

    @property
    def url(self) -> str:
        return f"{settings.SITE}{self.path}"

    @property
    def json(self) -> SafeString:
        said = json.dumps({"@context": "https://schema.org", **self.data}, ensure_ascii=False)
        return mark_safe(said.translate(_APART))


def with_page(path: str, number: int) -> str:
    return f"{path}?page={number}" if number > 1 else path
