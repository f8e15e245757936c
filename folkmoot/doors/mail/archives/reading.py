"""From a raw message to a letter that can become a post. Runs in processes of its own, without a database."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.conf import settings

from folkmoot.conversations import rendering
from folkmoot.conversations.operations import ArchivedLetter, UnreadLetter
from folkmoot.conversations.operations.archives.letters import text_digest
from folkmoot.conversations.rendering import KeptFile, keep_file
from folkmoot.doors.mail.archives.own import Own, own_fields
from folkmoot.kit import mime, msgid, subjects
from folkmoot.kit.mbox import RawMessage
from folkmoot.kit.mime import Attached, Letter, Mailbox, words

FIRST_YEAR = 1982  # of RFC 822; older dates are those of broken clocks
HEADER = 256 * 1024  # bytes of a message in which its fields are looked for
UNKNOWN = datetime(1, 1, 1, tzinfo=UTC)  # stands for a time that only the letters around can tell
NOBODY = "unknown.invalid"  # where those live who have no address of their own
_NAMING = re.compile(rb"(?mi)^(?:References|In-Reply-To)[ \t]*:((?:.*\n[ \t])*.*)")
_BRACKETED = re.compile(r"<([^<>]+)")
_END_OF_HEADER = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some messages of an archive, and what is needed to read them."""

    source: int  # which of the run's files
    messages: tuple[RawMessage, ...]
    after: int  # messages of the file dealt with when these are
    digest: str  # of all those
    offset: int  # bytes of the file read so far
    is_last: bool
    tags: tuple[str, ...]  # what the list writes before subjects
    at: datetime
    keeps: bool  # whether attached files are kept on the disk


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk that was read."""

    chunk: Chunk
    letters: tuple[ArchivedLetter, ...]
    unread: tuple[UnreadLetter, ...]


def read_chunk(chunk: Chunk) -> Piece:
    """Read the messages of a chunk; those that can't be read stay in it as they are."""
    letters, unread = [], []
    for raw in chunk.messages:
        try:
            letters.append(read_message(raw, chunk))
        except mime.Unreadable as reason:
            unread.append(UnreadLetter(raw.number, str(reason)))
        except Exception as error:  # one strange message must not end the import of all others
            unread.append(UnreadLetter(raw.number, f"{type(error).__name__}: {error}"))
    bad = {one.number for one in unread}
    kept = tuple(raw for raw in chunk.messages if raw.number in bad)
    return Piece(replace(chunk, messages=kept), tuple(letters), tuple(unread))


def read_message(raw: RawMessage, chunk: Chunk) -> ArchivedLetter:
    """Read one message, keep its files, render its text."""
    if raw.oversized:
        raise mime.Unreadable(f"larger than {len(raw.raw) >> 20} MB")
    letter = mime.read(raw.raw, pipermail=raw.is_pipermail)
    own = own_fields(raw.raw)
    author = _author(letter, chunk.tags)
    files = _files(letter.attached, keeps=chunk.keeps)
    body = _clean(letter.body)
    markup = own.markup or letter.markup
    html, version = rendering.render(body, markup, files)
    said_at = _believable(letter.date, chunk.at)
    return ArchivedLetter(
        number=raw.number,
        message_id=letter.message_id,
        parents=_parents(letter, raw.raw),
        author_name=author.name,
        author_address=author.address,
        title=letter.subject,
        topic_title=_topic_title(letter, own, chunk.tags),
        body=body,
        markup=markup,
        html=html,
        html_version=version,
        files=files,
        said_at=said_at,
        posted_at=_believable(own.posted_at, chunk.at) or said_at or _of_envelope(raw.envelope, chunk.at) or UNKNOWN,
        text=text_digest(body),
    )


def _clean(body: str) -> str:
    """Without what databases refuse, and without marks of byte order: those are lost on the way out and in again."""
    return body.replace("\x00", "").replace("\ufeff", "").encode("utf-8", "replace").decode("utf-8")


def _parents(letter: Letter, raw: bytes) -> tuple[str, ...]:
    """The ids it names as References and In-Reply-To should: in brackets (RFC 5322, 3.6.4), be they closed or not.

    For a letter that comes today a bare one is good enough. In twenty years of letters bare words are addresses
    ("Message from ann@example.org"), too, and would tie all answers to Ann together.
    """
    parents = tuple(one for one in letter.parents if one != letter.message_id)
    if not parents:
        return parents
    end = _END_OF_HEADER.search(raw, 0, HEADER)
    named = words.raw_text(b" ".join(_NAMING.findall(raw, 0, end.end() if end else HEADER)))
    bracketed = [one for one in _BRACKETED.findall(named) if one.strip()]
    meant = {msgid.clean(one) for one in bracketed} | {msgid.clean(one.split()[0]) for one in bracketed}
    return tuple(one for one in parents if one in meant)


def _files(attached: Sequence[Attached], *, keeps: bool) -> tuple[KeptFile, ...]:
    if not keeps:
        return tuple(KeptFile(one.name, "0" * 64, len(one.content), one.kind) for one in attached)
    return tuple(
        keep_file(one.name, one.content, said_kind=one.kind, content_id=one.content_id, is_inline=one.is_inline)
        for one in attached
    )


def _author(letter: Letter, tags: Sequence[str]) -> Mailbox:
    """Who wrote it. Lists that put their own address into From leave us the name only: a person for each name then.

    Our own host's addresses are nobody's, either.
    """
    author = mime.true_sender(letter)
    names = {tag.casefold() for tag in tags} | {one.partition(".")[0] for one in letter.list_ids}
    local, _, host = author.address.partition("@")
    if local and local not in names and host != settings.HOST.lower():
        return author
    key = hashlib.sha256(f"{author.address} {author.name}".encode()).hexdigest()[:16]
    return Mailbox(author.name or local, f"{key}@{NOBODY}")


def _topic_title(letter: Letter, own: Own, tags: Sequence[str]) -> str:
    if own.title:
        return own.title
    ours = [*tags, *(one.partition(".")[0] for one in letter.list_ids)]
    return subjects.base_subject(letter.subject, tags=ours) or letter.subject


def _believable(date: datetime | None, at: datetime) -> datetime | None:
    """The date in UTC, unless it lies before all mail or in the future."""
    utc = date.astimezone(UTC) if date else None
    return utc if utc and utc.year >= FIRST_YEAR and utc <= at else None


def _of_envelope(envelope: str, at: datetime) -> datetime | None:
    """The time in `From ann@example.org Mon Jul  1 11:26:48 2019`."""
    try:
        date = parsedate_to_datetime(envelope.split(maxsplit=2)[2])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return _believable(date if date.tzinfo else date.replace(tzinfo=UTC), at)
