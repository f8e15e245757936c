"""A post as a letter for an archive: readable by every mail program, and exact when it is imported again."""

from base64 import encodebytes
from collections.abc import Iterable, Sequence
from email.header import Header
from email.utils import format_datetime, formataddr
from hashlib import sha256
from urllib.parse import quote

from folkmoot.conversations.models import Attachment, Post
from folkmoot.doors.mail.archives import own
from folkmoot.store import files


def letter(post: Post, *, address: str, references: Sequence[str], attached: Sequence[Attachment]) -> bytes:
    """Return the letter; `references` are the ids it names, oldest first."""
    text = post.body.replace("\r\n", "\n").encode("utf-8", "replace") + b"\n"
    fields = [*_fields(post, address, references), ("MIME-Version", "1.0")]
    plain = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]
    if not attached:
        return _part(fields + plain, text)
    parts = [_part(plain, text), *(_file(one) for one in attached)]
    mark = sha256(b"".join(parts)).hexdigest()[:32]
    boundary = f"=_{mark}"
    body = b"".join(b"--%s\n%s\n" % (boundary.encode(), part) for part in parts)
    kind = ("Content-Type", f'multipart/mixed; boundary="{boundary}"')
    return _part([*fields, kind], body + f"--{boundary}--\n".encode())


def _fields(post: Post, address: str, references: Sequence[str]) -> Iterable[tuple[str, str]]:
    yield "From", _mailbox(post.author_name, address)
    if " via " in post.author_name:
        yield "X-Original-From", _mailbox(post.author_name, address)  # else it would be taken for a list's doing
    said_at = post.said_at or post.posted_at
    yield "Date", format_datetime(said_at)
    yield "Subject", _words(post.title)
    yield "Message-ID", post.message_id
    if references:
        yield "In-Reply-To", references[-1]
        yield "References", "\n ".join(references)
    yield own.TITLE, _words(post.topic.title)
    if post.markup != Post.Markup.TEXT:
        yield own.MARKUP, post.markup
    if post.posted_at != said_at.replace(microsecond=0):
        yield own.POSTED, post.posted_at.isoformat()


def _mailbox(name: str, address: str) -> str:
    if "=?" in name:
        return f"{_words(name)} <{address}>"
    return formataddr((name, "@"), "utf-8").removesuffix("<@>") + f"<{address}>"  # it takes no address of RFC 6532


def _words(text: str) -> str:
    """A text for people in a header line (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", maxlinelen=75).encode()


def _file(attachment: Attachment) -> bytes:
    kind, content = attachment.file.kind, files.where(attachment.file.sha256).read_bytes()
    as_it_is = kind.startswith("message/")  # those may not be encoded (RFC 2046, 5.2.1)
    disposition = "inline" if attachment.is_inline else "attachment"
    fields = [
        ("Content-Type", "application/octet-stream" if kind.startswith("multipart/") else kind),
        ("Content-Transfer-Encoding", "8bit" if as_it_is else "base64"),
        ("Content-Disposition", f"{disposition};\n filename*=utf-8''{quote(attachment.name)}"),
    ]
    if attachment.content_id:
        fields.append(("Content-ID", f"<{attachment.content_id}>"))
    return _part(fields, content if as_it_is else encodebytes(content))


def _part(fields: Iterable[tuple[str, str]], body: bytes) -> bytes:
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return head.encode("utf-8", "replace") + b"\n" + body
