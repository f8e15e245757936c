"""Mailboxes as they stand in From, To and their like (RFC 5322, 3.4), and as programs get them wrong."""

import re
from collections.abc import Iterator
from itertools import islice

from folkmoot.kit.mime import words
from folkmoot.kit.mime.letter import Mailbox

MOST = 500
_LONGEST_NAME = 200
_LONGEST_VALUE = 64 * 1024
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3, less the brackets

_SIMPLE = re.compile(r'(?:"([^"\\<>]*)" ?|([^"<>,;:()\\]*))<([^<>\s,;:()"@]+@[^<>\s,;:()"@]+)>')
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|<[^<>]*>?|\\.|[(),;:>]|[^"<>(),;:\\]+|\\')
_PUNCTUATION = frozenset("(),;:>")
_QUOTED = re.compile(r'"(?:[^"\\<>]|\\[^<>])*"')
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\xa0]{1,128}@[^\s@<>()\\,;:\"\x00-\x1f\x7f-\xa0]{1,190}")
_BARE = re.compile(r"[^\s@<>\"']{1,128}@[^\s@<>\"']{1,190}")
_AT_IN_WORDS = re.compile(r"^\s*(\S+) at (\S+)(?=\s|$)")
_IN_ADDRESS = re.compile(r"\([^()]*\)|\s+")  # comments and blanks, as RFC 5322, 4.4 still has them
_ESCAPED = re.compile(r"\\(.)")


def mailboxes(value: str, problems: list[str], *, pipermail: bool = False) -> tuple[Mailbox, ...]:
    """Read a list of addresses. With `pipermail`, `name at host (Real Name)` is one, too."""
    value = value[:_LONGEST_VALUE]
    if not value:
        return ()
    if simple := _SIMPLE.fullmatch(value):
        return (_mailbox(simple[1] or simple[2] or "", simple[3], problems),)
    if pipermail:
        value = _AT_IN_WORDS.sub(r"\1@\2", value)
    return tuple(islice(_each(value, problems), MOST))


def is_one(value: str) -> bool:
    """Tell whether this is one mailbox, written so plainly that no program finds another one in it."""
    outside = _without_comments(_TOKEN.findall(value)) if len(value) <= _LONGEST_VALUE else None
    if not outside or any(token in _PUNCTUATION or token[0] == "\\" for token in outside):
        return False
    *name, last = outside
    if last[0] != "<":
        return not name and _is_plain(last)
    address = last[1:-1]
    return last[-1] == ">" and _is_plain(address) and all(_names_no_other(token, address) for token in name)


def _without_comments(tokens: list[str]) -> list[str] | None:
    """What stands outside of brackets, blanks left out; nothing when those are not closed or hold more than words."""
    outside: list[str] = []
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if depth < 0 or (depth and (token[0] in '<"\\' or "@" in token)):
            return None
        if not depth and token != ")" and token.strip():
            outside.append(token)
    return None if depth else outside


def _is_plain(address: str) -> bool:
    address = address.strip()
    return "=?" not in address and clean_address(address) == address.lower() != ""


def _names_no_other(token: str, address: str) -> bool:
    """Words without another address; between quotes it may stand if even those who overlook them find no brackets."""
    if token[0] == '"':
        return _QUOTED.fullmatch(token) is not None
    return not {"@", "<"} & set(token) or token.strip().lower() == address.strip().lower()


def clean_address(text: str) -> str:
    """An address in lower case, or nothing when it can't be one."""
    address = words.one_line(text).strip("'\"").lower()
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        return ""
    return address


class _Current:
    """The mailbox that is being read, token by token."""

    __slots__ = ("angle", "comment", "depth", "phrase")

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle = ""
        self.depth = 0

    def take(self, token: str) -> None:
        if token == "(":
            self.depth += 1
        elif token == ")":
            self.depth = max(self.depth - 1, 0)
        elif self.depth:
            self.comment.append(token)
        elif token[0] == "<":
            self.angle = self.angle or _IN_ADDRESS.sub("", token.strip("<> "))
        else:
            self.phrase.append(_unquoted(token))

    def mailbox(self, problems: list[str]) -> Mailbox | None:
        phrase, comment = "".join(self.phrase).strip(), "".join(self.comment).strip()
        if self.angle:
            return _mailbox(phrase or comment, self.angle, problems)
        bare = _BARE.search(phrase)
        rest = phrase.replace(bare[0], "", 1) if bare else phrase
        if not (bare or phrase or comment):
            return None
        return _mailbox(comment or rest, bare[0] if bare else "", problems)


def _each(value: str, problems: list[str]) -> Iterator[Mailbox]:
    current = _Current()
    for token in _TOKEN.findall(value):
        if current.depth or token not in (",", ";", ":"):
            current.take(token)
        elif token == ":" and not current.angle:
            current = _Current()  # that was the name of a group (RFC 5322, 3.4)
        elif token != ":":
            if found := current.mailbox(problems):
                yield found
            current = _Current()
    if found := current.mailbox(problems):
        yield found


def _mailbox(name: str, address: str, problems: list[str]) -> Mailbox:
    name = words.one_line(words.decoded(name, problems), _LONGEST_NAME).strip("'\" ")
    address = clean_address(address if "=?" not in address else words.decoded(address, problems))
    return Mailbox("" if name.lower() == address else name, address)


def _unquoted(token: str) -> str:
    if token[0] == '"':
        token = token.strip('"')
    return _ESCAPED.sub(r"\1", token) if "\\" in token else token
