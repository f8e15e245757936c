"""A mail server that takes everything and remembers it; with PIPELINING, like real ones."""

import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Sink:
    """What came in, as (envelope sender, recipient, letter); `answer` may refuse a recipient with a reply line."""

    port: int = 0
    letters: list[tuple[str, str, bytes]] = field(default_factory=list)
    answer: Callable[[str], str] = lambda recipient: "250 2.1.5 ok"

    @property
    def recipients(self) -> list[str]:
        return [recipient for _, recipient, _ in self.letters]


@contextmanager
def running(port: int = 0):
    """Serve on 127.0.0.1 until the block ends."""
    sink = Sink()

    class Handler(socketserver.StreamRequestHandler):
        disable_nagle_algorithm = True
        wbufsize = 0

        def handle(self):
            _converse(self, sink)

    with _Server(("127.0.0.1", port), Handler) as server:
        sink.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield sink
        server.shutdown()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    address_family = socket.AF_INET


def _converse(session: socketserver.StreamRequestHandler, sink: Sink) -> None:
    say = session.wfile.write
    say(b"220 sink ESMTP\r\n")
    sender, recipient = "", ""
    for line in session.rfile:
        verb = line[:4].upper()
        if verb == b"MAIL":
            sender, recipient = _address(line), ""
            say(b"250 2.1.0 ok\r\n")
        elif verb == b"RCPT":
            reply = sink.answer(_address(line))
            recipient = _address(line) if reply.startswith("250") else recipient
            say(reply.encode() + b"\r\n")
        elif verb == b"DATA" and not recipient:
            say(b"554 5.5.1 no valid recipients\r\n")
        elif verb == b"DATA":
            say(b"354 go on\r\n")
            letter = _letter(session)
            if letter is None:
                return
            sink.letters.append((sender, recipient, letter))
            say(b"250 2.0.0 kept\r\n")
        elif verb == b"QUIT":
            say(b"221 2.0.0 bye\r\n")
            return
        else:
            say(b"250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n" if verb == b"EHLO" else b"250 2.0.0 ok\r\n")


def _letter(session: socketserver.StreamRequestHandler) -> bytes | None:
    """Read up to the line with a dot; None when the client went away in the middle: then nothing was taken."""
    lines: list[bytes] = []
    for line in session.rfile:
        if line == b".\r\n":
            return b"".join(lines)
        lines.append(line[1:] if line.startswith(b"..") else line)
    return None


def _address(line: bytes) -> str:
    return line[line.index(b"<") + 1 : line.index(b">")].decode()
