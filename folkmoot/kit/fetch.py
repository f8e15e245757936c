"""Files from elsewhere by https, fetched so that nobody reaches into our own network by us."""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urljoin, urlsplit

PATIENCE = 30.0  # seconds for all of it
MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_LEADING_ON = [ipaddress.IPv6Network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")]  # RFC 6052, 8215


class Why(StrEnum):
    """What kept a file from being had, for doors to say in their reader's language."""

    ANSWER = "answer"
    UNREACHABLE = "unreachable"
    LEADS_ON = "leads_on"
    NO_HOST = "no_host"
    NOT_PUBLIC = "not_public"
    NO_ADDRESS = "no_address"
    PASSWORD = "password"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


class Unfetchable(ValueError):
    """It could not be had; the words say why in English. `detail` is a number or a name, in no language."""

    def __init__(self, words: str, why: Why, detail: object = "") -> None:
        super().__init__(words)
        self.why, self.detail = why, str(detail)[:100]


def fetch(address: str, *, largest: int) -> bytes:
    """Return what stands at an https address. Raises Unfetchable."""
    end = time.monotonic() + PATIENCE
    for _turn in range(MOST_REDIRECTS + 1):
        try:
            connection, response = _asked(address, end)
            try:
                if response.status in {301, 302, 303, 307, 308}:
                    address = urljoin(address, response.headers.get("Location", ""))
                    continue
                if response.status != 200:
                    raise Unfetchable(f"the server answers {response.status}", Why.ANSWER, response.status)
                return _body(response, largest, end)
            finally:
                connection.release()
        except (OSError, HTTPException) as error:
            raise Unfetchable(f"it can't be reached: {error}", Why.UNREACHABLE) from error
    raise Unfetchable("it leads from one address to the next", Why.LEADS_ON)


def public_address(host: str, port: int) -> str:
    """Return one address of a host. Raises Unfetchable where any of them is not of the public internet."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Unfetchable(f"there is no host {host[:100]}", Why.NO_HOST, host) from error
    for one in found:
        if not all(ip.is_global and not ip.is_multicast for ip in _meant(one.partition("%")[0])):
            raise Unfetchable(f"{host[:100]} is not of the public internet", Why.NOT_PUBLIC, host)
    return min(found, key=lambda one: (":" in one, one))


def _meant(text: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address, and that of the old kind to which a gateway would lead it."""
    ip = ipaddress.ip_address(text)
    yield ip
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if any(ip in one for one in _LEADING_ON):
            inner = ipaddress.IPv4Address(int(ip) % 2**32)
        if inner is not None:
            yield inner


class Pinned(HTTPSConnection):
    """Connects to the address that was looked at, whatever the name says a moment later, and not for longer than said.

    A server that says one byte a moment would else keep us for days: patience of a socket begins anew with each.
    """

    def __init__(self, host: str, port: int, ip: str, end: float, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls or ssl.create_default_context()
        super().__init__(host, port, timeout=_left(end), context=self.tls)
        self.ip, self.end = ip, end
        self.line: socket.socket | None = None  # a second hold on the connection, to cut it off
        self.watch: threading.Timer | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self.ip, self.port), timeout=self.timeout)
        self.line = plain.dup()
        self.watch = threading.Timer(_left(self.end), self._cut_off)
        self.watch.daemon = True
        self.watch.start()
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)

    def release(self) -> None:
        """Close it for good. `close` is called by itself while the answer is still read."""
        self.close()
        if self.watch is not None:
            self.watch.cancel()
        if self.line is not None:
            self.line.close()

    def _cut_off(self) -> None:
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)


def _asked(address: str, end: float) -> tuple[Pinned, HTTPResponse]:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError as error:
        raise Unfetchable("that is no address", Why.NO_ADDRESS) from error
    if parts.scheme != "https" or not parts.hostname:
        raise Unfetchable("only addresses that begin with https:// are fetched", Why.NO_ADDRESS)
    if parts.username or parts.password:
        raise Unfetchable("an address with a name and password in it is not fetched", Why.PASSWORD)
    ip = public_address(parts.hostname, port)
    connection = Pinned(parts.hostname, port, ip, end)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("GET", path, headers={"User-Agent": "Folkmoot", "Accept": "text/calendar, */*"})
        return connection, connection.getresponse()
    except BaseException:
        connection.release()
        raise


def _body(response: HTTPResponse, largest: int, end: float) -> bytes:
    found = bytearray()
    while chunk := response.read1(_CHUNK):
        found += chunk
        if len(found) > largest:
            raise Unfetchable(f"it is larger than {largest:,} bytes", Why.TOO_LARGE)
        _left(end)
    _left(end)  # what was cut off looks as if it had ended
    return bytes(found)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise Unfetchable("it takes too long", Why.TOO_SLOW)
    return left
