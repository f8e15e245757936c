"""Hand letters to the mail server, or keep them in a Maildir while there is none."""

import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from mailbox import Maildir
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

TIMEOUT = 60  # seconds that a mail server may take for an answer
SENT, DEFERRED, REFUSED = "sent", "deferred", "refused"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Sheet:
    """What is the same in all copies of a letter, from the first header line to the end; CRLF line ends."""

    def __init__(self, rest: bytes, *, gap: bytes = b"") -> None:
        self.rest = rest
        self.gap = gap  # stands where each copy has words of its own

    @cached_property
    def stuffed(self) -> bytes:
        """The same as SMTP wants it: dots doubled at line starts, a line with one at the end (RFC 5321, 4.5.2)."""
        body = re.sub(rb"(?m)^\.", b"..", self.rest)
        return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


@dataclass(frozen=True, slots=True)
class Copy:
    """A letter for one recipient: header lines of its own, then the common sheet with its gap filled."""

    sender: str
    recipient: str
    sheet: Sheet
    own: bytes = b""
    fill: bytes = b""

    @property
    def letter(self) -> bytes:
        return self.own + self._filled(self.sheet.rest)

    @property
    def stuffed(self) -> bytes:
        return self.own + self._filled(self.sheet.stuffed)

    def _filled(self, common: bytes) -> bytes:
        return common.replace(self.sheet.gap, self.fill) if self.sheet.gap else common


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a copy: sent, deferred (worth another try) or refused; and the server's words."""

    status: str
    words: str = ""


class Transport(Protocol):
    def send(self, copies: Sequence[Copy]) -> list[Answer]:
        """Hand over the copies in order; one answer each. Never raises for what a mail server does."""

    def close(self) -> None: ...


def make() -> Transport:
    """Return the configured way out."""
    return SmtpTransport(settings.SMTP_URL) if settings.SMTP_URL else MaildirTransport()


class MaildirTransport:
    """Keeps each letter in a Maildir in the data folder, for installations without a mail server."""

    def send(self, copies: Sequence[Copy]) -> list[Answer]:
        folder = Maildir(settings.OUTGOING, create=True)
        for copy in copies:
            envelope = f"X-Envelope-To: {copy.recipient}\r\nReturn-Path: <{copy.sender}>\r\n".encode()
            folder.add((envelope + copy.letter).replace(b"\r\n", b"\n"))
        return [Answer(SENT)] * len(copies)

    def close(self) -> None:
        pass


class SmtpTransport:
    """One SMTP connection, kept as long as it holds; commands go out in groups where the server allows (RFC 2920)."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._smtp: smtplib.SMTP | None = None

    def send(self, copies: Sequence[Copy]) -> list[Answer]:
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as trouble:
            return [Answer(DEFERRED, _words(trouble))] * len(copies)
        refusals = [_unsendable(smtp, copy) for copy in copies]
        sendable = [copy for copy, refusal in zip(copies, refusals, strict=True) if refusal is None]
        answers = iter(self._send(smtp, sendable))
        return [refusal or next(answers) for refusal in refusals]

    def _send(self, smtp: smtplib.SMTP, copies: Sequence[Copy]) -> list[Answer]:
        answers: list[Answer] = []
        try:
            if smtp.has_extn("pipelining"):
                _send_in_groups(smtp, copies, answers)
            else:
                for copy in copies:
                    answers.append(_send_one(smtp, copy))  # noqa: PERF401 - what was answered counts if we fail
        except (OSError, smtplib.SMTPException) as trouble:
            # What was not answered was not taken, as far as we know; SMTP allows no better.
            self.close()
            answers += [Answer(DEFERRED, _words(trouble))] * (len(copies) - len(answers))
        return answers

    def close(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None and _is_alive(self._smtp):
            return self._smtp
        self._smtp = _connect(self._url)
        return self._smtp


def _connect(url: SplitResult) -> smtplib.SMTP:
    host, context = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, settings.HOST, timeout=TIMEOUT, context=context)
    else:
        smtp = smtplib.SMTP(host, url.port or 25, settings.HOST, timeout=TIMEOUT)
    if smtp.sock is not None:
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.ehlo_or_helo_if_needed()
    wants_tls = host not in LOOPBACK and parse_qs(url.query).get("tls") != ["off"]
    if url.scheme == "smtp" and wants_tls and smtp.has_extn("starttls"):
        smtp.starttls(context=context)
        smtp.ehlo()
    if url.username:
        smtp.login(unquote(url.username), unquote(url.password or ""))
    return smtp


def _is_alive(smtp: smtplib.SMTP) -> bool:
    """Whether the server still listens on a connection that was left alone for a while."""
    try:
        return smtp.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _send_one(smtp: smtplib.SMTP, copy: Copy) -> Answer:
    try:
        options = ["SMTPUTF8"] if not (copy.sender + copy.recipient).isascii() else []
        smtp.sendmail(copy.sender, [copy.recipient], copy.letter, mail_options=options)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = refused.recipients[copy.recipient]
        return _judge(code, words)
    except smtplib.SMTPResponseException as refused:
        return _judge(refused.smtp_code, refused.smtp_error)
    return Answer(SENT)


def _send_in_groups(smtp: smtplib.SMTP, copies: Sequence[Copy], answers: list[Answer]) -> None:
    """Send copy after copy; the next envelope goes along with the end of the letter before it."""
    for number, copy in enumerate(copies):
        if number == 0:
            smtp.send(_envelope(smtp, copy))
        refusal = _read_envelope_replies(smtp)
        following = _envelope(smtp, copies[number + 1]) if number + 1 < len(copies) else b""
        if refusal is None:
            smtp.send(copy.stuffed + following)
            code, words = smtp.getreply()
            answers.append(_judge(code, words))
        else:
            if following:
                smtp.send(following)
            answers.append(refusal)


def _unsendable(smtp: smtplib.SMTP, copy: Copy) -> Answer | None:
    """Refuse what can't be said in SMTP: an address with blanks or brackets, or one this server has no letters for."""
    if re.search(r"[\s<>\x00-\x1f\x7f]", copy.sender + copy.recipient):
        return Answer(REFUSED, "553 5.1.3 this is no mail address")
    if not (copy.sender + copy.recipient).isascii() and not smtp.has_extn("smtputf8"):
        return Answer(REFUSED, "553 5.6.7 the mail server takes no addresses in other scripts")
    return None


def _envelope(smtp: smtplib.SMTP, copy: Copy) -> bytes:
    utf8 = " SMTPUTF8" if not (copy.sender + copy.recipient).isascii() and smtp.has_extn("smtputf8") else ""
    return f"MAIL FROM:<{copy.sender}>{utf8}\r\nRCPT TO:<{copy.recipient}>\r\nDATA\r\n".encode()


def _read_envelope_replies(smtp: smtplib.SMTP) -> Answer | None:
    """Read the replies to MAIL, RCPT and DATA; None where the letter itself may follow."""
    mail, recipient, data = smtp.getreply(), smtp.getreply(), smtp.getreply()
    if data[0] == 354 and mail[0] == 250 and recipient[0] in {250, 251}:
        return None
    if data[0] == 354:  # the server opened the letter for nobody: close it again (RFC 2920, 3.1)
        smtp.send(b".\r\n")
        smtp.getreply()
    refused = next(reply for reply in (mail, recipient, data) if reply[0] not in {250, 251, 354})
    return _judge(*refused)


def _judge(code: int, words: bytes | str) -> Answer:
    said = f"{code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"[:500]
    if 200 <= code < 300:
        return Answer(SENT, said)
    if code == -1:
        raise smtplib.SMTPServerDisconnected(said)
    return Answer(REFUSED if 500 <= code < 600 else DEFERRED, said)


def _words(trouble: Exception) -> str:
    return (str(trouble) or type(trouble).__name__)[:500]
