"""From raw bytes to a letter."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from folkmoot.kit import msgid
from folkmoot.kit.mime import addresses, parts
from folkmoot.kit.mime.automatic import automatic
from folkmoot.kit.mime.contents import Contents, gather
from folkmoot.kit.mime.headers import Headers
from folkmoot.kit.mime.letter import NOBODY, Letter, Mailbox, Unreadable
from folkmoot.kit.mime.parts import Part

LOOP_MARK = "x-folkmoot-loop"
MOST_PROBLEMS = 20
_FIRST_YEAR, _LAST_YEAR = 1971, 2100
_LIST_ID = re.compile(r"<([^<>\s]{1,255})>")


def read(raw: bytes, *, envelope_sender: str = "", pipermail: bool = False) -> Letter:
    """Read a letter (RFC 5322, 2045-2049), mending what is broken; raise Unreadable when there is none.

    `envelope_sender` is `<>` for the null sender and empty when unknown. `pipermail` says that the letter comes
    from a Mailman 2 archive, where addresses are written `name at host`.
    """
    problems: list[str] = []
    root = parts.read(_with_line_ends(raw), problems)
    contents = gather(root, problems)
    if not root.headers and not contents.pieces and not contents.attached:
        raise Unreadable("neither headers nor text")
    return _letter(raw, root, contents, envelope_sender, pipermail=pipermail)


def true_sender(letter: Letter) -> Mailbox:
    """Who wrote it, where a list put its own address into From for DMARC's sake ("Ann via list")."""
    name, via, _ = letter.sender.name.rpartition(" via ")
    if letter.original_sender.address:
        return letter.original_sender
    if not via:
        return letter.sender
    others = [box for box in letter.reply_to if box.address and box.address not in _own(letter)]
    if not others:
        return Mailbox(name.strip("'\" "), letter.sender.address)
    return Mailbox(name.strip("'\" ") or others[-1].name, others[-1].address)


def _own(letter: Letter) -> set[str]:
    """The list's own addresses: what it puts into From, and what its List-Id looks like."""
    return {letter.sender.address} | {list_id.replace(".", "@", 1) for list_id in letter.list_ids}


def _letter(raw: bytes, root: Part, contents: Contents, envelope_sender: str, *, pipermail: bool) -> Letter:
    fields, problems = root.headers, contents.problems

    def mailboxes(*names: str) -> tuple[Mailbox, ...]:
        values = (value for name in names for value in fields.every(name))
        return tuple(box for value in values for box in addresses.mailboxes(value, problems, pipermail=pipermail))

    own_id = msgid.clean(next(iter(msgid.ids_in(fields.first("message-id"))), fields.first("message-id")))
    sender = _first_usable(mailboxes("from")) or _first_usable(mailboxes("sender")) or NOBODY
    subject = fields.text("subject")
    list_ids = tuple(_list_ids(fields))
    return Letter(
        message_id=own_id or msgid.stable_message_id(raw),
        has_own_id=own_id is not None,
        in_reply_to=msgid.ids_in(fields.first("in-reply-to")),
        references=msgid.ids_in(fields.first("references")),
        sender=sender,
        sender_is_clear=_is_clear(fields),
        original_sender=_first_usable(mailboxes("x-original-from")) or NOBODY,
        reply_to=mailboxes("reply-to"),
        to=mailboxes("to"),
        cc=mailboxes("cc"),
        subject=subject,
        date=_date(fields.first("date"), problems),
        body=contents.body(),
        markup=contents.markup,
        attached=tuple(contents.attached),
        list_ids=list_ids,
        loops=(*fields.every(LOOP_MARK), *list_ids),
        automatic=automatic(root, sender, subject, envelope_sender),
        authentication_results=fields.every("authentication-results"),
        problems=tuple(dict.fromkeys(problems))[:MOST_PROBLEMS],
    )


def _with_line_ends(raw: bytes) -> bytes:
    """Old Macs ended lines with CR alone. Blank lines before the headers are not the letter's."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    if not raw.strip():
        raise Unreadable("the letter is empty")
    return raw.lstrip(b"\r\n") if raw[:1] in (b"\r", b"\n") else raw


def _is_clear(fields: Headers) -> bool:
    """Mail servers and programs differ in whom they see when there are two; a forger chooses what each sees."""
    senders = fields.every("from")
    return fields.is_whole and len(senders) == 1 and addresses.is_one(senders[0])


def _first_usable(boxes: Iterable[Mailbox]) -> Mailbox | None:
    boxes = list(boxes)
    return next((box for box in boxes if box.address), boxes[0] if boxes else None)


def _list_ids(fields: Headers) -> Iterable[str]:
    """The identifiers without the words before them (RFC 2919, 2)."""
    for value in fields.every("list-id"):
        found = _LIST_ID.search(value)
        yield (found[1] if found else value.strip()[:255]).lower()


def _date(value: str, problems: list[str]) -> datetime | None:
    """The time in Date (RFC 5322, 3.3), unless it can't be true."""
    if not value:
        return None
    try:
        date = parsedate_to_datetime(value[:200])
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        if _FIRST_YEAR <= date.astimezone(UTC).year <= _LAST_YEAR:
            return date
    except (ValueError, TypeError, OverflowError, IndexError):
        pass
    problems.append("date unreadable")
    return None
