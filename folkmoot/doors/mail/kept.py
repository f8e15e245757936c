"""The letters in the Maildir that stands for a mail server while there is none, listed by their names alone."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from django.conf import settings

FOLDERS = ("new", "cur")
HEADERS = ("X-Envelope-To", "Return-Path", "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "List-Id",
           "List-Unsubscribe", "Reply-To")  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One letter of the Maildir: its name there, and when it was put there, which the name says."""

    key: str
    path: Path

    @property
    def at(self) -> datetime:
        seconds = self.key.partition(".")[0]
        return datetime.fromtimestamp(int(seconds) if seconds.isdigit() else 0, UTC)

    def read(self, *, headers_only: bool = False) -> EmailMessage:
        with self.path.open("rb") as file:
            return BytesParser(policy=policy.default).parse(file, headersonly=headers_only)


def letters() -> Sequence[KeptLetter]:
    """Return all of them, newest first, by their names alone."""
    found = []
    for folder in FOLDERS:
        path = Path(settings.OUTGOING) / folder
        if path.is_dir():
            found += [KeptLetter(name.partition(":")[0], path / name) for name in os.listdir(path)]
    return sorted(found, key=_age)


def letter(key: str) -> KeptLetter | None:
    return next((one for one in letters() if one.key == key), None)


def subject_and_recipient(letter: KeptLetter) -> tuple[str, str]:
    message = letter.read(headers_only=True)
    return str(message["Subject"] or ""), str(message["X-Envelope-To"] or message["To"] or "")


def shown_headers(message: EmailMessage) -> list[tuple[str, str]]:
    return [(name, str(message[name])) for name in HEADERS if message[name] is not None]


def text_of(message: EmailMessage, kind: str) -> str:
    """Return the text of the first part of this kind, "plain" or "html"; "" where there is none."""
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _age(letter: KeptLetter) -> tuple[float, str]:
    seconds, _dot, rest = letter.key.partition(".")
    return (-int(seconds) if seconds.isdigit() else 0, rest)
