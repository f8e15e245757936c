"""A mail server that takes everything and keeps counts: the far end of every mail row. python -m bench.sink PORT

Made to be no bottleneck: one asyncio protocol, TCP_NODELAY, PIPELINING. Three verbs of its own tell what came:
XCOUNT how many copies, XREPORT what of each letter (as JSON), XLETTER the last one; XRESET forgets all.
"""

import asyncio
import base64
import json
import smtplib
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import uvloop

from bench.server import free_port, running

GREETING = b"220 sink ESMTP\r\n"
EHLO = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100000000\r\n"
OK, GO_ON = b"250 ok\r\n", b"354 go on\r\n"
END = b"\r\n.\r\n"


@dataclass
class Tally:
    """What came: for each Message-ID how many copies, to how many different recipients, and when the last one."""

    copies: int = 0
    last: bytes = b""
    letters: dict[bytes, "Arrived"] = field(default_factory=dict)

    def add(self, recipients: list[bytes], letter: bytes) -> None:
        self.copies += len(recipients)
        self.last = letter
        at = letter.find(b"Message-ID: ", 0, 8192)
        name = letter[at + 12 : letter.find(b"\r", at)]
        arrived = self.letters.get(name)
        if arrived is None:
            arrived = self.letters[name] = Arrived()
        arrived.copies += len(recipients)
        arrived.recipients.update(recipients)
        arrived.last_at = time.monotonic()


@dataclass
class Arrived:
    """What came of one letter."""

    copies: int = 0
    recipients: set[bytes] = field(default_factory=set)
    first_at: float = field(default_factory=time.monotonic)
    last_at: float = 0


class Session(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._buffer = bytearray()
        self._recipients: list[bytes] = []
        self._is_in_letter = False
        self._looked_at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        replies = []
        while (reply := self._letter() if self._is_in_letter else self._command()) is not None:
            replies.append(reply)
        if replies:
            self._transport.write(b"".join(replies))

    def _letter(self) -> bytes | None:
        end = self._buffer.find(END, self._looked_at)
        if end < 0:
            self._looked_at = max(0, len(self._buffer) - len(END))
            return None
        self._tally.add(self._recipients, bytes(self._buffer[:end]))
        del self._buffer[: end + len(END)]
        self._is_in_letter, self._recipients = False, []
        return OK

    def _command(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._recipients.append(line[line.find(b"<") + 1 : line.rfind(b">")])
            return OK
        if verb == b"DATA":
            self._is_in_letter, self._looked_at = True, 0
            return GO_ON
        return self._rarer(verb, line.upper())

    def _rarer(self, verb: bytes, line: bytes) -> bytes:
        if verb in {b"EHLO", b"HELO"}:
            return EHLO
        if verb == b"QUIT":
            self._transport.close()
            return b"221 bye\r\n"
        if line == b"XCOUNT":
            return b"250 %d\r\n" % self._tally.copies
        if line == b"XREPORT":
            return _report(self._tally)
        if line == b"XLETTER":
            return b"250 %s\r\n" % base64.b64encode(self._tally.last)
        if line == b"XRESET":
            self._tally.__init__()  # type: ignore[misc]  # the same object, empty again
        return OK


def _report(tally: Tally) -> bytes:
    letters = {
        name.decode(): {
            "copies": one.copies,
            "recipients": len(one.recipients),
            "first_at": one.first_at,
            "last_at": one.last_at,
        }
        for name, one in tally.letters.items()
    }
    lines = base64.encodebytes(json.dumps(letters).encode()).split()
    return b"".join(b"250-%s\r\n" % line for line in lines) + b"250 \r\n"


class Sink:
    """The bench's end of a running sink."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"smtp://127.0.0.1:{port}"
        self._smtp = smtplib.SMTP("127.0.0.1", port, "bench")
        self._smtp.ehlo()

    def reset(self) -> None:
        self._smtp.docmd("XRESET")

    def count(self) -> int:
        return int(self._smtp.docmd("XCOUNT")[1])

    def wait(self, copies: int, *, at_most: float = 120) -> None:
        """Wait until so many copies have come. The sink notes the times, so looking now and then is enough."""
        end = time.monotonic() + at_most
        while (came := self.count()) < copies:
            if time.monotonic() > end:
                raise TimeoutError(f"{came} of {copies} copies came in {at_most:.0f} s")
            time.sleep(0.02)

    def report(self) -> dict[str, dict[str, float]]:
        """What came of each letter, by its Message-ID."""
        found: dict[str, dict[str, float]] = json.loads(base64.b64decode(self._smtp.docmd("XREPORT")[1]))
        return found

    def last_at(self) -> float:
        return max(one["last_at"] for one in self.report().values())

    def letter(self) -> bytes:
        """The last copy that came, as it was sent."""
        self._smtp.putcmd("XLETTER")
        assert self._smtp.file is not None
        line: bytes = self._smtp.file.readline()  # longer than smtplib reads
        return base64.b64decode(line[4:])


@contextmanager
def sink() -> Iterator[Sink]:
    """Run a sink in a process of its own."""
    port = free_port()
    with running([sys.executable, "-m", "bench.sink", str(port)], port=port):
        yield Sink(port)


async def _serve(port: int) -> None:
    tally = Tally()
    server = await asyncio.get_running_loop().create_server(lambda: Session(tally), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
