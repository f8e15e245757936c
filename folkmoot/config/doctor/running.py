"""Whether the processes answer: the web, the mail listener, and by a letter of ours the worker behind it."""

import secrets
import smtplib
import time
import urllib.request
from collections.abc import Iterator
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError

from folkmoot.config.doctor.finding import Finding, broken, ok, warning
from folkmoot.doors.mail.models import IncomingLetter

ANSWERS_IN = 5  # seconds
DEALS_IN = 15  # seconds until a letter that was taken has an outcome
SERVE = "Start it: folkmoot serve (bin/run)"


def web() -> Iterator[Finding]:
    address = _shown(settings.WEB)
    began = time.monotonic()
    try:
        with _direct().open(f"http://{address}/healthz", timeout=ANSWERS_IN) as answer:
            body = answer.read(100)
    except (OSError, ValueError) as error:
        yield broken("web", f"nothing well answers at http://{address}/healthz: {_reason(error)}", SERVE)
        return
    if body.strip() != b"ok":
        yield broken("web", f"something else than Folkmoot answers at http://{address}", "Set FOLKMOOT_WEB.")
        return
    yield ok("web", f"http://{address} answers in {_since(began)}")


def _direct() -> urllib.request.OpenerDirector:
    """No proxy that the environment may name: this asks our own process."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))


def mail_in() -> Iterator[Finding]:
    """Take the way of a letter: over LMTP, kept, dealt with by the worker, which drops what a program wrote."""
    address = _shown(settings.LMTP)
    sender = f"doctor+{secrets.token_hex(8)}@{settings.HOST}"
    began = time.monotonic()
    try:
        with smtplib.LMTP(*_reachable(settings.LMTP), settings.HOST, timeout=ANSWERS_IN) as lmtp:
            lmtp.sendmail(sender, [f"postmaster@{settings.HOST}"], _probe(sender))
    except (OSError, smtplib.SMTPException) as error:
        yield broken("lmtp", f"no letter is taken at {address}: {_reason(error)}", SERVE)
        return
    yield ok("lmtp", f"{address} took a letter in {_since(began)}")
    yield _worker(sender)
    if not _is_private(settings.LMTP[0]):
        words = f"{address} can be reached from elsewhere, and it believes whoever reaches it"
        yield warning("lmtp.private", words, "FOLKMOOT_LMTP=127.0.0.1:8024, or let a firewall keep others away")


def _worker(sender: str) -> Finding:
    began = time.monotonic()
    while time.monotonic() - began < DEALS_IN:
        try:
            letter = IncomingLetter.objects.filter(sender=sender).first()
            if letter and letter.outcome != IncomingLetter.Outcome.WAITING:
                return ok("worker", f"dealt with that letter in {_since(began)}")
            if letter and letter.attempts:
                return broken("worker", "stumbled over that letter", "Please report it with what its log says.")
        except DatabaseError as error:
            return broken("worker", f"can't be asked: {str(error).strip()}")
        time.sleep(0.02)
    mend = f"{SERVE}; on several machines at least one must run the worker. If it runs: too much waits, see `backlog`."
    return broken("worker", f"did not deal with that letter in {DEALS_IN} s", mend)


def _probe(sender: str) -> bytes:
    """A letter that says a program wrote it: the worker drops it, and nobody gets it."""
    lines = [
        f"From: Folkmoot's doctor <{sender}>",
        f"To: postmaster@{settings.HOST}",
        "Subject: Are you well?",
        f"Message-ID: <{secrets.token_hex(12)}@{settings.HOST}>",
        "Auto-Submitted: auto-generated",
        "",
        "This letter looks whether letters arrive.",
        "",
    ]
    return "\r\n".join(lines).encode()


def _reachable(address: tuple[str, int]) -> tuple[str, int]:
    host, port = address
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104 - where we listen, not a bind


def _shown(address: tuple[str, int]) -> str:
    host, port = _reachable(address)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _is_private(host: str) -> bool:
    try:
        return ip_address(host).is_private and not ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)


def _since(began: float) -> str:
    return f"{(time.monotonic() - began) * 1000:.0f} ms"
