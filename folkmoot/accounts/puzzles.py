"""A puzzle at sign-up: it costs a browser a moment, and a program that makes accounts by the thousand its time.

Nobody has to read pictures. A puzzle is a signed salt, good once and for a while; its answer is a number which, behind
the salt, has a SHA-256 that begins with so many zero bits. The more accounts a network made in the last hour, the more.
"""

import secrets
import time
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Literal

from allauth.core.internal.ratelimit import cache_lock
from django.core import signing
from django.core.cache import cache

LASTS = 60 * 60  # seconds
EASIEST, HARDEST = 16, 24  # bits: a tenth of a second, half a minute
LENIENCE = 2  # bits by which it may have become harder since it was given
MOST_COUNTED = 1_000  # of one network and hour
_SIGNER = signing.TimestampSigner(salt="folkmoot.sign-up")
Outcome = Literal["solved", "unsolved", "stale"]


@dataclass(frozen=True, slots=True)
class Puzzle:
    """What a page hands over: `token` comes back with the answer."""

    salt: str
    bits: int

    @property
    def token(self) -> str:
        return _SIGNER.sign(f"{self.salt}.{self.bits}")


def issue(address: str) -> Puzzle:
    """Return a new puzzle for somebody at this network address."""
    return Puzzle(secrets.token_urlsafe(12), bits_for(address))


def redeem(token: str, answer: str, *, address: str) -> Outcome:
    """Take an answer, once. Without one, or with a wrong one, nothing is used up."""
    puzzle = _read(token)
    if not answer or (puzzle is not None and not _is_right(puzzle, answer)):
        return "unsolved"
    if puzzle is None or puzzle.bits < bits_for(address) - LENIENCE:
        return "stale"
    return "solved" if cache.add(f"puzzle:{puzzle.salt}", 1, LASTS) else "stale"


def bits_for(address: str) -> int:
    """How hard it is for a network now: twice as long whenever the accounts of the last hour have doubled."""
    return min(EASIEST + (1 + len(_recent(address))).bit_length() - 1, HARDEST)


def count(address: str) -> None:
    """Note that an account was asked for from this network; of several at once each counts."""
    with cache_lock(_key(address)):
        cache.set(_key(address), [*_recent(address)[-MOST_COUNTED:], time.time()], LASTS)


def _recent(address: str) -> list[float]:
    oldest = time.time() - LASTS
    return [at for at in cache.get(_key(address), []) if at > oldest]


def network(address: str) -> str:
    """Name the network of an address: of IPv4 256 addresses, of IPv6 what one customer gets."""
    try:
        length = 24 if ip_address(address).version == 4 else 48
        return str(ip_network(f"{address}/{length}", strict=False))
    except ValueError:
        return sha256(address.encode()).hexdigest()


def _key(address: str) -> str:
    return f"sign-ups:{network(address)}"


def _read(token: str) -> Puzzle | None:
    try:
        salt, _, bits = _SIGNER.unsign(token, max_age=LASTS).rpartition(".")
        return Puzzle(salt, int(bits))
    except (signing.BadSignature, ValueError):
        return None


def _is_right(puzzle: Puzzle, answer: str) -> bool:
    digest = sha256(f"{puzzle.salt}:{answer}".encode()).digest()
    return int.from_bytes(digest) >> (len(digest) * 8 - puzzle.bits) == 0
