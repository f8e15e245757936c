"""Whole pages kept for those who are not signed in, until anything is committed.

A page is kept where its view asks for it (web/strangers.py). It is given to those who bring no cookie that says who
they are, as long as the database has not changed since it was made, and in any case for a second: under steady writing
each process makes a page once a second at most, and nobody reads what is older than that.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from http.cookies import CookieError, SimpleCookie
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils import translation

from folkmoot.store.versions import Version
from folkmoot.web.strangers import KEEP

MOST = 16_000_000  # bytes that one process keeps
LARGEST = 1_000_000  # bytes of one page; what is larger just passes
AT_MOST_EVERY = 1.0  # seconds; how often a page is made anew while others write
LONGEST = 60.0  # seconds that a page is given without being made anew: "today" ends some time
LOOK_EVERY = 0.02  # seconds between two looks at the database's version

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
_KEEP = KEEP.lower().encode()


@dataclass(slots=True)
class Page:
    """An answer as it goes out."""

    headers: Headers
    body: bytes
    tag: bytes
    version: Hashable  # of the database; one that was true before the page was begun
    made_at: float

    @property
    def size(self) -> int:
        return len(self.body) + 1000


@dataclass(slots=True)
class Answer:
    """What a program sends, held back while it may become a page."""

    send: Send
    head: Event = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    is_held: bool = False

    async def take(self, event: Event) -> None:
        if event["type"] == "http.response.start":
            self.is_held = _may_be_kept(event)
            self.head = event | {"headers": [one for one in event["headers"] if one[0].lower() != _KEEP]}
            if not self.is_held:
                await self.send(self.head)
        elif not self.is_held:
            await self.send(event)
        else:
            self.body += event.get("body", b"")
            if len(self.body) > LARGEST:
                await self._let_go(event)

    async def _let_go(self, event: Event) -> None:
        self.is_held = False
        await self.send(self.head)
        await self.send(event | {"body": bytes(self.body)})


class Looker:
    """Looks at the database's version in a thread of its own, no more often than needed."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "version")
        self._version: Version | None = None
        self._looking: asyncio.Future[Hashable] | None = None
        self._looked_at = 0.0
        self.last: Hashable = None

    async def now(self) -> Hashable:
        """Return the version of a moment ago; None where the database does not answer."""
        if time.monotonic() - self._looked_at < LOOK_EVERY:
            return self.last
        if self._looking is None:
            self._looking = asyncio.ensure_future(self._look())
        return await asyncio.shield(self._looking)

    def close(self) -> None:
        """Give the connection back."""
        if self._version is not None:
            self._thread.submit(self._version.close).result()
        self._thread.shutdown()

    async def _look(self) -> Hashable:
        try:
            at = time.monotonic()
            self.last = await asyncio.get_running_loop().run_in_executor(self._thread, self._ask)
            self._looked_at = at
        finally:
            self._looking = None
        return self.last

    def _ask(self) -> Hashable:
        try:
            self._version = self._version or Version()
            return self._version.now()
        except Error:
            self._version = None
            return None


class StrangersPages:
    """Keeps whole pages in front of a program; see above."""

    def __init__(self, program: Any, *, at_most_every: float = AT_MOST_EVERY, most: int = MOST) -> None:
        self.program = program
        self._at_most_every, self._most, self._size = at_most_every, most, 0
        self._pages: dict[Hashable, Page] = {}
        self._making: dict[Hashable, asyncio.Event] = {}
        self._looker = Looker()

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer a request."""
        key = _key(scope) if scope["type"] == "http" else None
        if key is None:
            await self.program(scope, receive, _without_mark(send))
            return
        page = await self._kept(key)
        if page is None:
            await self._make(key, scope, receive, send)
        else:
            await _give(page, scope, send)

    async def _kept(self, key: Hashable) -> Page | None:
        """The page, if it is still true. While somebody makes it anew, the others wait for that."""
        while True:
            if key in self._making:
                await self._making[key].wait()
            page = self._pages.pop(key, None)
            if page is None:
                return None
            self._pages[key] = page  # those not asked for longest stand first
            if await self._is_true(page):
                return page
            if key not in self._making:
                return None

    async def _is_true(self, page: Page) -> bool:
        age = time.monotonic() - page.made_at
        if age < self._at_most_every:
            return True
        version = await self._looker.now()
        return version is not None and version == page.version and age < LONGEST

    async def _make(self, key: Hashable, scope: Event, receive: Receive, send: Send) -> None:
        version, at = self._looker.last, time.monotonic()
        if key in self._pages:  # known to be kept: worth waiting for
            self._making[key] = asyncio.Event()
        page, answer = None, Answer(send)
        try:
            await self.program(scope, receive, answer.take if scope["method"] == "GET" else _without_mark(send))
            if answer.is_held:
                page = _page(answer, version, at)
        finally:
            self._keep(key, page, is_get=scope["method"] == "GET")
        if page is not None:
            await _give(page, scope, send)

    def _keep(self, key: Hashable, page: Page | None, *, is_get: bool) -> None:
        """Keep the page in the place of the old one; an answer that is not to be kept leaves none. Let others go on."""
        if page is not None or is_get:
            old = self._pages.pop(key, None)
            self._size -= old.size if old else 0
        if page is not None:
            self._pages[key] = page
            self._size += page.size
        while self._size > self._most:
            self._size -= self._pages.pop(next(iter(self._pages))).size
        waiting = self._making.pop(key, None)
        if waiting is not None:
            waiting.set()


def _key(scope: Event) -> Hashable | None:
    """What makes a stranger's page another one; None for a request that no kept page may answer."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    is_plain = scope["method"] in ("GET", "HEAD") and not headers.keys() & {b"authorization", b"hx-request", b"range"}
    path: str = scope["path"]
    if not is_plain or path.startswith(settings.STATIC_URL):
        return None
    theme = _theme(headers.get(b"cookie", b"").decode("latin-1"))
    if theme is None:
        return None
    language = _language(headers.get(b"accept-language", b"").decode("latin-1")[:200])
    where = (scope["scheme"], headers.get(b"host"), scope.get("raw_path", path), scope["query_string"])
    return (*where, language, theme, b"gzip" in headers.get(b"accept-encoding", b""))


def _theme(cookies: str) -> str | None:
    """The colours that a cookie asks for; None where there is any other cookie, whatever it may say."""
    if not cookies:
        return ""
    try:
        jar = SimpleCookie(cookies)
    except CookieError:
        return None
    return jar["theme"].value if jar.keys() == {"theme"} and jar["theme"].value in ("light", "dark") else None


@lru_cache(maxsize=1_000)
def _language(accepted: str) -> str:
    """The language that Django will answer in."""
    asked: Any = SimpleNamespace(COOKIES={}, META={"HTTP_ACCEPT_LANGUAGE": accepted}, path_info="/")
    return translation.get_language_from_request(asked)


def _may_be_kept(start: Event) -> bool:
    names = {name.lower() for name, _value in start["headers"]}
    return start["status"] == 200 and _KEEP in names and b"set-cookie" not in names


def _without_mark(send: Send) -> Send:
    """Send on, without what is meant for us only."""

    async def passing(event: Event) -> None:
        if event["type"] == "http.response.start":
            event = event | {"headers": [one for one in event["headers"] if one[0].lower() != _KEEP]}
        await send(event)

    return passing


def _page(answer: Answer, version: Hashable, at: float) -> Page:
    body = bytes(answer.body)
    named = {name.lower(): value for name, value in answer.head["headers"]}
    vary = [*named.get(b"vary", b"").split(b", "), b"Accept-Encoding", b"Cookie", b"Accept-Language"]
    named[b"vary"] = b", ".join(dict.fromkeys(filter(None, vary)))
    headers = [(name, value) for name, value in named.items() if name not in (b"content-length", b"etag")]
    tag = b'W/"' + blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    return Page(headers, body, tag, version, at)


async def _give(page: Page, scope: Event, send: Send) -> None:
    asked: dict[bytes, bytes] = dict(scope["headers"])
    headers = [*page.headers, (b"etag", page.tag)]
    if page.tag in [one.strip() for one in asked.get(b"if-none-match", b"").split(b",")]:
        await _send(send, 304, [one for one in headers if one[0] not in (b"content-type", b"content-encoding")], b"")
        return
    headers.append((b"content-length", str(len(page.body)).encode()))
    await _send(send, 200, headers, page.body if scope["method"] == "GET" else b"")


async def _send(send: Send, status: int, headers: Headers, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
