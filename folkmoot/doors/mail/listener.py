"""LMTP (RFC 2033): keep each letter durably, say 250, deal with it later."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import TypeVar

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils.timezone import now

from folkmoot.accounts.models import Address
from folkmoot.doors.mail import addresses
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter, RawLetter
from folkmoot.groups.models import MailName
from folkmoot.store import wake
from folkmoot.store.renewal import renew_connections

logger = logging.getLogger(__name__)
Found = TypeVar("Found")

KEPT = "250 2.0.0 kept"
TRY_LATER = "451 4.3.0 trouble on our side, try again later"  # never 5xx: that would bounce a good letter
UNKNOWN = "550 5.1.1 there is no such address here"
TOO_MANY_HELD = "450 4.7.1 too many letters of unknown senders wait for this group, try again later"
KNOWN_FOR = 60  # seconds that an address found once is not looked up again; dealing with the letter asks anew
MOST_RECIPIENTS = 200
_KEEPER = ThreadPoolExecutor(1, "keeper")  # one thread, one connection: writers would queue anyway
LOOK_AGAIN = 2  # seconds between two looks at which groups hold all they may


class Listener:
    """What aiosmtpd calls. Answers one line for each recipient after DATA, where LMTP wants it and SMTP does not."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients at once"
        try:
            if not await self._is_ours(address.lower()):
                return UNKNOWN
        except Exception:
            logger.exception("could not look up a recipient")
            return TRY_LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            raw = bytes(envelope.content or b"")  # type: ignore[arg-type]  # bytes, as decode_data is off
            answers = await _with_database(keep, envelope.mail_from or "", envelope.rcpt_tos, raw)
        except Exception:
            logger.exception("could not keep a letter")
            answers = [TRY_LATER] * len(envelope.rcpt_tos)
        return "\r\n".join(answers)

    async def handle_exception(self, error: Exception) -> str:
        logger.error("LMTP session failed", exc_info=error)
        return TRY_LATER

    async def _is_ours(self, address: str) -> bool:
        if self._known.get(address, 0) > time.monotonic():
            return True
        found = await _with_database(addresses.is_ours, address)
        if found:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[address] = time.monotonic() + KNOWN_FOR
        return found


def protocol_factory() -> Callable[[], LMTP]:
    """Return what makes aiosmtpd's side of each connection."""
    listener = Listener()
    return lambda: LMTP(
        listener,
        data_size_limit=settings.LARGEST_LETTER,
        enable_SMTPUTF8=True,
        hostname=settings.HOST,
        ident="Folkmoot LMTP",
        timeout=300,
    )


def keep(sender: str, recipients: list[str], raw: bytes) -> list[str]:
    """Keep one letter and a row for each of its recipients; returns the answer for each."""
    full = {recipient for recipient in recipients if _has_no_room(recipient, raw)}
    kept = [recipient for recipient in recipients if recipient not in full]
    if kept:
        with transaction.atomic():
            letter = RawLetter.objects.create(raw=raw)
            IncomingLetter.objects.bulk_create(
                IncomingLetter(letter=letter, sender=sender[:320], recipient=recipient.lower()[:320])
                for recipient in kept
            )
            wake.announce()
    return [TOO_MANY_HELD if recipient in full else KEPT for recipient in recipients]


def _has_no_room(recipient: str, raw: bytes) -> bool:
    """Whether the letter would be one too many of those that wait for the group's owner."""
    mark = addresses.read(recipient)
    if mark is None or not addresses.takes_posts(mark) or mark.name not in _full_names():
        return False
    sender = parseaddr(str(BytesHeaderParser().parsebytes(raw[:65536]).get("From", "")))[1]
    return not Address.objects.filter(email=sender.lower()).exists()


@dataclass
class Look:
    """What the last look at held letters has found: the mail names of groups that hold all they may today."""

    names: frozenset[str] = frozenset()
    until: float = 0.0  # on the monotonic clock


last_look = Look()


def _full_names() -> frozenset[str]:
    if time.monotonic() >= last_look.until:
        last_look.names, last_look.until = _look(), time.monotonic() + LOOK_AGAIN
    return last_look.names


def _look() -> frozenset[str]:
    today = HeldLetter.objects.filter(held_at__gt=now() - timedelta(days=1), decided_at=None)
    full = today.values("group").annotate(held=Count("pk")).filter(held__gte=settings.HELD_A_DAY)
    return frozenset(MailName.objects.filter(group__in=full.values("group")).values_list("local", flat=True))


async def _with_database(function: Callable[..., Found], *arguments: object) -> Found:
    """Call a function that asks the database, in its thread, on a connection that still works."""

    def call() -> Found:
        renew_connections()
        return function(*arguments)

    return await asyncio.get_running_loop().run_in_executor(_KEEPER, call)
