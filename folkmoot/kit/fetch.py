"""Files from elsewhere by https, fetched so that nobody reaches into our own network by us."""

import ipaddress
import socket
import ssl
import time
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urljoin, urlsplit

PATIENCE = 30.0  # seconds for all of it
MOST_REDIRECTS = 3
_CHUNK = 64 * 1024


class Unfetchable(ValueError):
    """It could not be had, and the words say why."""


def fetch(address: str, *, largest: int, patience: float = PATIENCE) -> bytes:
    """Return what stands at an https address. Raises Unfetchable."""
    end = time.monotonic() + patience
    for _turn in range(MOST_REDIRECTS + 1):
        try:
            connection, response = _asked(address, end)
            try:
                if response.status in {301, 302, 303, 307, 308}:
                    address = urljoin(address, response.headers.get("Location", ""))
                    continue
                if response.status != 200:
                    raise Unfetchable(f"the server answers {response.status}")
                return _body(response, largest, end)
            finally:
                connection.close()
        except (OSError, HTTPException) as error:
            raise Unfetchable(f"it can't be reached: {error}") from error
    raise Unfetchable("it leads from one address to the next")


def public_address(host: str, port: int) -> str:
    """Return one address of a host. Raises Unfetchable where any of them is not of the public internet."""
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise Unfetchable(f"there is no host {host[:100]}") from error
    for one in found:
        ip = ipaddress.ip_address(one.partition("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        if not ip.is_global or ip.is_multicast:
            raise Unfetchable(f"{host[:100]} is not of the public internet")
    return min(found, key=lambda one: (":" in one, one))


class _Pinned(HTTPSConnection):
    """Connects to the address that was looked at, whatever the name says a moment later."""

    def __init__(self, host: str, port: int, ip: str, timeout: float) -> None:
        self.tls = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self.tls)
        self.ip = ip

    def connect(self) -> None:
        plain = socket.create_connection((self.ip, self.port), timeout=self.timeout)
        self.sock = self.tls.wrap_socket(plain, server_hostname=self.host)


def _asked(address: str, end: float) -> tuple[_Pinned, HTTPResponse]:
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError as error:
        raise Unfetchable("that is no address") from error
    if parts.scheme != "https" or not parts.hostname:
        raise Unfetchable("only addresses that begin with https:// are fetched")
    if parts.username or parts.password:
        raise Unfetchable("an address with a name and password in it is not fetched")
    ip = public_address(parts.hostname, port)
    connection = _Pinned(parts.hostname, port, ip, timeout=_left(end))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", path, headers={"User-Agent": "Folkmoot", "Accept": "text/calendar, */*"})
    return connection, connection.getresponse()


def _body(response: HTTPResponse, largest: int, end: float) -> bytes:
    found = bytearray()
    while chunk := response.read1(_CHUNK):
        found += chunk
        if len(found) > largest:
            raise Unfetchable(f"it is larger than {largest:,} bytes")
        _left(end)
    return bytes(found)


def _left(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise Unfetchable("it takes too long")
    return left
