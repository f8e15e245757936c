"""The web: one ASGI program; Django's WSGI handler in a small pool of threads answers what no native path takes."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Program = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 30 * 1024 * 1024
DEADLINE = 30  # seconds for a whole body
_IN_MEMORY = 1024 * 1024  # beyond, a body waits on the disk
_CHUNK = 64 * 1024
_NO_BODY = {"type": "http.request", "body": b"", "more_body": False}


class TooLarge(Exception):
    """A body is larger than any that we take."""


class Patient:
    """Reads a request's body before a thread is taken, so that slow senders keep nobody waiting but themselves."""

    def __init__(self, program: Program, *, largest: int = LARGEST_BODY, deadline: float = DEADLINE) -> None:
        self.program = program
        self.largest = largest
        self.deadline = deadline

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.program(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self.program(scope, _nothing, send)  # nobody reads a body there
        else:
            with SpooledTemporaryFile(_IN_MEMORY) as body:
                if await self._is_read(scope, receive, send, body):
                    await self.program(scope, _again(body), send)

    async def _is_read(self, scope: Message, receive: Receive, send: Send, body: IO[bytes]) -> bool:
        """Read a whole body; or answer why not."""
        try:
            async with asyncio.timeout(self.deadline):
                return await self._read(scope, receive, body)
        except TooLarge:
            await self._refuse(receive, send, 413, b"That is more than can be sent at once. Nothing was kept.\n")
        except TimeoutError:
            await _answer(send, 408, b"That took too long to arrive. Nothing was kept.\n", is_last=True)
        return False

    async def _read(self, scope: Message, receive: Receive, body: IO[bytes]) -> bool:
        """Read a body; False when the sender goes away before its end."""
        if _said_length(scope) > self.largest:
            raise TooLarge
        async for piece in _pieces(receive):
            body.write(piece)
            if body.tell() > self.largest:
                raise TooLarge
        ...
