"""Posts as text. Each is rendered once for all readers of one language and zone, and kept until its version changes."""

from collections.abc import Hashable, Iterable, Sequence
from threading import Lock

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import get_language

from folkmoot.conversations.models import Attachment, Post

MOST = 24_000_000  # characters kept by one process


class Shelf:
    """Texts by key, up to so many characters; those that were not asked for longest go first."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._texts: dict[Hashable, str] = {}
        self._lock = Lock()

    def take(self, keys: Iterable[Hashable]) -> list[str | None]:
        """Return the kept texts, None where there is none, and note that they were asked for."""
        texts, found = self._texts, []
        with self._lock:
            for key in keys:
                text = texts.pop(key, None)
                if text is not None:
                    texts[key] = text
                found.append(text)
        return found

    def keep(self, key: Hashable, text: str) -> None:
        with self._lock:
            self._size += len(text) - len(self._texts.pop(key, ""))
            self._texts[key] = text
            while self._size > self._most:
                self._size -= len(self._texts.pop(next(iter(self._texts))))


_posts = Shelf(MOST)


def of_posts(versions: Sequence[tuple[int, int]]) -> SafeString:
    """Join the posts with these ids and versions, in this order. Asks the database only for those not kept."""
    language, zone = get_language(), get_current_timezone_name()
    keys = [(post_id, version, language, zone) for post_id, version in versions]
    texts = _posts.take(keys)
    missing = [post_id for (post_id, _version), text in zip(versions, texts, strict=True) if text is None]
    rendered = _rendered(missing) if missing else {}
    for key in keys:
        if key[0] in rendered:
            _posts.keep(key, rendered[key[0]])
    parts = [text or rendered.get(key[0], "") for key, text in zip(keys, texts, strict=True)]
    return mark_safe("".join(parts))  # each part is a rendered template


def _rendered(post_ids: Sequence[int]) -> dict[int, str]:
    files = Prefetch("attachments", Attachment.objects.filter(is_inline=False).select_related("file").order_by("pk"))
    posts = Post.objects.filter(pk__in=post_ids).select_related("author", "answers__author").prefetch_related(files)
    return {post.pk: render_to_string("conversations/_post.html", {"post": post}) for post in posts}
