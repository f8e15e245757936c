"""Floors of the mail rows: aiosmtpd's LMTP with handlers that keep nothing. python -m bench.floors.lmtp PORT [SINK N]

With a sink's port and a number, each letter goes straight on to so many readers, by smtplib, on one connection.
"""

import asyncio
import smtplib
import sys

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session


class Nothing:
    """Says yes to everything and keeps nothing."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return "250 2.0.0 ok"


class Explode:
    """Hands each letter to all readers at once."""

    def __init__(self, sink: int, readers: int) -> None:
        self._readers = [f"reader-{number}@example.net" for number in range(readers)]
        self._smtp = smtplib.SMTP("127.0.0.1", sink)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        for reader in self._readers:
            self._smtp.sendmail("list@example.org", [reader], envelope.content)
        return "250 2.0.0 ok"


async def _serve(port: int, handler: Nothing | Explode) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: LMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    at, *rest = map(int, sys.argv[1:])
    asyncio.run(_serve(at, Explode(*rest) if rest else Nothing()))
