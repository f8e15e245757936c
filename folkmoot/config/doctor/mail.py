"""Whether letters go out, who is believed about senders, and what waits or came to nothing."""

import secrets
import smtplib
import ssl
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import format_datetime
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings
from django.db.models import Min
from django.utils.timezone import now

from folkmoot.config.doctor.finding import Finding, broken, ok, warning
from folkmoot.doors.mail import letters
from folkmoot.doors.mail.models import DeferredCopy, HeldLetter, IncomingLetter, Mailing, OutgoingLetter, RawLetter
from folkmoot.doors.mail.transport import LOOPBACK
from folkmoot.kit.msgid import new_message_id
from folkmoot.outbox.models import Delivery, Event
from folkmoot.outbox.relay import PATIENCE

ANSWERS_IN = 10  # seconds that a mail server may take
GOES_OUT_IN = 30
SMALLEST_LETTER = 10_000_000  # bytes that a mail server should take: five megabytes of files, written in base64
BEHIND = timedelta(minutes=2)
LONG_MAILING = timedelta(minutes=30)
LONG_HELD = timedelta(days=3)
RECENT = timedelta(days=7)


def mail_out() -> Iterator[Finding]:
    """Go as far as one can without sending: connect, greet, encrypt, sign in, name the addresses, take it back."""
    if not settings.SMTP_URL:
        words = f"no mail server is named, so letters stay in {settings.OUTGOING}, to be read at /manage/outgoing"
        yield warning("mail out", words, "FOLKMOOT_SMTP_URL=smtp://127.0.0.1:25    (see docs/guides/mail.md)")
        return
    url = urlsplit(settings.SMTP_URL)
    where = f"{url.hostname}:{url.port or (465 if url.scheme == 'smtps' else 25)}"
    step = "connect"
    try:
        smtp = _open(url)
        with smtp:
            for step in ("greet", "encrypt", "sign in", "address"):
                if problem := _STEPS[step](smtp, url):
                    yield broken("mail out", f"{where} does not let us {step}: {problem}", _MENDS[step])
                    return
            yield ok("mail out", f"{where} would take a letter{_how(smtp)}")
            yield from _size(smtp, where)
    except (OSError, smtplib.SMTPException) as error:
        yield broken("mail out", f"{where} does not let us {step}: {error}", _MENDS[step])


def _open(url: SplitResult) -> smtplib.SMTP:
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, url.port or 465, settings.HOST, timeout=ANSWERS_IN, context=context)
    return smtplib.SMTP(host, url.port or 25, settings.HOST, timeout=ANSWERS_IN)


def _greet(smtp: smtplib.SMTP, url: SplitResult) -> str:
    smtp.ehlo_or_helo_if_needed()
    return ""


def _encrypt(smtp: smtplib.SMTP, url: SplitResult) -> str:
    """As the mail door does: with a certificate that can be checked, except on this machine or where told not to."""
    wants_tls = url.hostname not in LOOPBACK and parse_qs(url.query).get("tls") != ["off"]
    if url.scheme == "smtp" and wants_tls and smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
    return ""


def _sign_in(smtp: smtplib.SMTP, url: SplitResult) -> str:
    if url.username:
        smtp.login(unquote(url.username), unquote(url.password or ""))
    return ""


def _address(smtp: smtplib.SMTP, url: SplitResult) -> str:
    postmaster = f"postmaster@{settings.HOST}"
    for code, words in (smtp.mail(postmaster), smtp.rcpt(postmaster)):
        if code not in {250, 251, 252}:
            return f"{code} {words.decode(errors='replace')}"
    smtp.rset()
    return ""


_STEPS = {"greet": _greet, "encrypt": _encrypt, "sign in": _sign_in, "address": _address}
_MENDS = {
    "connect": "Is the mail server running, and FOLKMOOT_SMTP_URL right? Many hosters block port 25: ask yours.",
    "greet": "Is FOLKMOOT_SMTP_URL the address of a mail server? Port 465 wants smtps://.",
    "encrypt": "Its certificate must be of the name in FOLKMOOT_SMTP_URL; in a trusted network ?tls=off does without.",
    "sign in": "Compare user and password in FOLKMOOT_SMTP_URL; special characters are written as %40.",
    "address": "The mail server must take letters from and for your domain: docs/guides/mail.md",
}


def _how(smtp: smtplib.SMTP) -> str:
    encrypted = isinstance(smtp.sock, ssl.SSLSocket)
    ways = [word for word, is_so in (("encrypted", encrypted), ("pipelined", smtp.has_extn("pipelining"))) if is_so]
    return f" ({', '.join(ways)})" if ways else ""


def _size(smtp: smtplib.SMTP, where: str) -> Iterator[Finding]:
    most = smtp.esmtp_features.get("size", "0")
    if most.isdigit() and 0 < int(most) < SMALLEST_LETTER:
        yield warning(
            "mail out.size",
            f"{where} takes letters of up to {int(most) / 1e6:.1f} MB; with files they can have 8",
            "Postfix: postconf -e message_size_limit=31457280",
        )


def send(address: str) -> Iterator[Finding]:
    """Really send a letter, by the way that all letters take: the queue, the worker, the mail server."""
    key = f"doctor:{secrets.token_hex(8)}"
    letters.queue(_letter(address), to=address, kind="doctor", key=key)
    began = time.monotonic()
    while time.monotonic() - began < GOES_OUT_IN:
        row = OutgoingLetter.objects.get(key=key)
        if row.sent_at:
            to = f"the mail server took the letter to {address}" if settings.SMTP_URL else "the letter lies in outgoing"
            yield ok("sending", f"{to} after {time.monotonic() - began:.1f} s")
            return
        if row.error:
            yield broken("sending", f"the mail server answered: {row.error}", "It is tried again for two days.")
            return
        time.sleep(0.1)
    yield broken(
        "sending", f"the letter to {address} did not go out in {GOES_OUT_IN} s", "Is `folkmoot serve` running?"
    )


def _letter(address: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    message["Message-ID"] = new_message_id(settings.HOST)
    message["Date"] = format_datetime(now())
    message["From"] = f"Folkmoot <postmaster@{settings.HOST}>"
    message["To"] = address
    message["Subject"] = f"A letter from {settings.HOST}"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        f"Somebody ran `folkmoot doctor --send` at {settings.SITE}.\n\n"
        "It arrived. Look at its source, too: Authentication-Results should say spf=pass, dkim=pass and dmarc=pass.\n"
    )
    return message


def trust() -> Iterator[Finding]:
    """Whether a mail server tells us which senders are forged."""
    seen = _ids_seen()
    if not settings.AUTHSERV_ID:
        words = (
            "no mail server is trusted to say who is forged: whoever writes a member's address into From "
            "posts as that member, and groups that ask for proof hold every letter"
        )
        known = f"FOLKMOOT_AUTHSERV_ID={seen[0]}    (which recent letters bear)" if seen else "FOLKMOOT_AUTHSERV_ID=..."
        yield warning("senders", words, f"{known}; how: docs/guides/mail.md, “Who is forged”")
    elif seen and settings.AUTHSERV_ID.lower() not in seen:
        words = f"recent letters bear Authentication-Results of {', '.join(seen[:3])}, none of {settings.AUTHSERV_ID}"
        yield warning("senders", words, "Make FOLKMOOT_AUTHSERV_ID what your own mail server writes.")
    else:
        yield ok("senders", f"{settings.AUTHSERV_ID} is believed about who is forged")


def _ids_seen() -> list[str]:
    """The names in Authentication-Results of the newest letters; any of them may be somebody's invention."""
    newest = RawLetter.objects.order_by("-pk").values_list("raw", flat=True)[:20]
    found: dict[str, None] = {}
    for raw in newest:
        for field in BytesHeaderParser().parsebytes(bytes(raw[:65536])).get_all("Authentication-Results", []):
            found[str(field).partition(";")[0].split(" ")[0].strip().lower()] = None
    return list(found)


def waiting() -> Iterator[Finding]:
    """What stands still although it should not."""
    stuck = Delivery.objects.filter(done_at=None, attempts__gte=PATIENCE)
    came = IncomingLetter.objects.filter(outcome=IncomingLetter.Outcome.WAITING)
    oldest = _oldest(
        came.aggregate(at=Min("letter__came_at"))["at"],
        Event.objects.filter(fanned_out_at=None).aggregate(at=Min("at"))["at"],
        Delivery.objects.filter(done_at=None, attempts=0).aggregate(at=Min("due_at"))["at"],
        OutgoingLetter.objects.filter(sent_at=None, attempts=0, given_up_at=None).aggregate(at=Min("due_at"))["at"],
    )
    if oldest and now() - oldest > BEHIND:
        words = f"the oldest piece of work has waited since {oldest:%Y-%m-%d %H:%M} UTC"
        yield broken(
            "backlog", words, "Is the worker running? `folkmoot serve` keeps it; its log says what it stumbles over."
        )
    else:
        yield ok("backlog", "the worker is up to date")
    if count := Mailing.objects.filter(done_at=None, post__posted_at__lt=now() - LONG_MAILING).count():
        words = f"{count} mailings have been under way for more than {LONG_MAILING.seconds // 60} minutes"
        yield warning("backlog.mailings", words, "A slow mail server? /manage/outgoing shows what it answers.")
    if count := stuck.count():
        words = f"{count} things were tried {PATIENCE} times in vain; the last: {stuck.order_by('-pk')[0].error[:200]}"
        yield broken("backlog.stuck", words, "This is a mistake of ours: please report it with the log of the worker.")


def letters_in() -> Iterator[Finding]:
    failed = IncomingLetter.objects.filter(outcome=IncomingLetter.Outcome.FAILED).count()
    if failed:
        words = f"{failed} letters could not be dealt with; they are kept"
        yield broken("letters.failed", words, "This is a mistake of ours: please report it with the log of the worker.")
    held = HeldLetter.objects.filter(decided_at=None)
    oldest = held.aggregate(at=Min("held_at"))["at"]
    words = f"{held.count()} letters wait for a moderator's decision"
    if oldest and now() - oldest > LONG_HELD:
        slugs = sorted(set(held.filter(held_at__lt=now() - LONG_HELD).values_list("group__slug", flat=True)))
        pages = "\n".join(f"{settings.SITE}/g/{slug}/manage/held" for slug in slugs[:5])
        yield warning("letters.held", f"{words}, the oldest since {oldest:%Y-%m-%d}", pages)
    else:
        yield ok("letters.held", words)


def letters_out() -> Iterator[Finding]:
    recent = now() - RECENT
    waiting = OutgoingLetter.objects.filter(sent_at=None, given_up_at=None, attempts__gt=0)
    deferred = DeferredCopy.objects.filter(sent_at=None, given_up_at=None)
    refused = OutgoingLetter.objects.filter(given_up_at__gt=recent)
    copies = DeferredCopy.objects.filter(given_up_at__gt=recent).exclude(error="no longer wanted")
    tried, lost = waiting.count() + deferred.count(), refused.count() + copies.count()
    if not tried and not lost:
        yield ok("letters.out", "none of the last week waits or was given up")
        return
    said = [one.error for rows in (refused, copies, waiting, deferred) for one in rows.order_by("-pk")[:1]]
    words = f"{tried} are tried again, {lost} were given up in the last week; the mail server: {said[0][:200]}"
    yield warning("letters.out", words, f"{settings.SITE}/manage/outgoing shows which")


def _oldest(*times: datetime | None) -> datetime | None:
    return min(_there(times), default=None)


def _there(times: Iterable[datetime | None]) -> Iterator[datetime]:
    return (one for one in times if one is not None)
