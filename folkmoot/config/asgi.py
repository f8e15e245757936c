"""The web: one ASGI program; Django's WSGI handler in a small pool of threads answers what no native path takes."""

import asyncio
from collections.abc import Awaitable, Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from folkmoot.config.strangers import StrangersPages

LARGEST_BODY = 30 * 1024 * 1024
DEADLINE = 120  # seconds for a whole body to arrive
_IN_MEMORY = 1024 * 1024  # beyond, a body waits on the disk
_PIECE = 64 * 1024

Event = dict[str, Any]
Receive = Callable[[], Awaitable[Event]]
Send = Callable[[Event], Awaitable[None]]


class BodiesFirst:
    """Reads what is sent before the program takes a thread: a slow sender keeps nobody waiting but himself."""

    def __init__(self, program: Any, *, largest: int = LARGEST_BODY, deadline: float = DEADLINE) -> None:
        self.program = program
        self.largest = largest
        self.deadline = deadline

    async def __call__(self, scope: Event, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.program(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self.program(scope, _nothing, send)
        else:
            await self._with_body(scope, receive, send)

    async def _with_body(self, scope: Event, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            try:
                async with asyncio.timeout(self.deadline):
                    fits = _said_length(scope) <= self.largest and await self._read(receive, body)
            except TimeoutError:
                await _refuse(send, 408, b"That took too long to arrive. Nothing was kept.\n")
                return
            if fits:
                await self.program(scope, _again(body), send)
                return
        await _refuse(send, 413, b"That is more than can be sent at once. Nothing was kept.\n", self._rest(receive))

    async def _read(self, receive: Receive, body: IO[bytes]) -> bool:
        """Read the body; False when it is too large. One that breaks off is as good as one that never arrives."""
        has_more = True
        while has_more:
            event = await receive()
            if event["type"] != "http.request":
                raise TimeoutError
            body.write(event.get("body", b""))
            if body.tell() > self.largest:
                return False
            has_more = event.get("more_body", False)
        body.seek(0)
        return True

    async def _rest(self, receive: Receive) -> None:
        """Let the sender finish: many look for an answer only then, and find none where we have hung up."""
        try:
            async with asyncio.timeout(self.deadline):
                while (await receive()).get("more_body"):
                    pass
        except TimeoutError:
            pass


async def _nothing() -> Event:
    """No view reads the body of a GET: if there is one, nobody waits for it."""
    return {"type": "http.request", "body": b"", "more_body": False}


def _again(body: IO[bytes]) -> Receive:
    """Hand a body that is here to a program that receives it piece by piece."""

    async def receive() -> Event:
        piece = body.read(_PIECE)
        return {"type": "http.request", "body": piece, "more_body": len(piece) == _PIECE}

    return receive


def _said_length(scope: Event) -> int:
    said = dict(scope["headers"]).get(b"content-length", b"")
    return int(said) if said.isdigit() else 0


async def _refuse(send: Send, status: int, words: bytes, before_end: Awaitable[None] | None = None) -> None:
    """Answer and hang up: what may still be on its way is not read as another request."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    headers.append((b"content-length", str(len(words)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": words, "more_body": True})
    if before_end:
        await before_end
    await send({"type": "http.response.body", "body": b"", "more_body": False})


_django = WSGIMiddleware(get_wsgi_application(), workers=settings.WEB_THREADS)  # type: ignore[arg-type]
application = StrangersPages(BodiesFirst(_django))
