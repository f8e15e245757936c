"""The tree of a letter's parts (RFC 2046), found by looking for boundaries only.

The standard library's parser decodes and splits every line of every part and recurses without a limit: it takes
minutes for what can be sent on purpose. Here nothing is copied, and parts, depth and boundary lines are counted.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from folkmoot.kit.mime import headers, words
from folkmoot.kit.mime.headers import Headers

MOST_PARTS = 500
DEEPEST = 20
_MOST_LINES_LOOKED_AT = 20_000
_BASE64_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_KIND = re.compile(r"[\w!#$&^.+-]{1,80}/[\w!#$&^.+-]{1,80}", re.ASCII)
_LINE_ENDS = b"\t\r\n"


@dataclass(slots=True)
class Part:
    """One part: its headers, and where in the letter it and its body stand."""

    raw: bytes
    headers: Headers
    start: int
    body: int
    end: int
    kind: str
    params: dict[str, str]
    disposition: str
    filename: str
    children: "list[Part]" = field(default_factory=list)

    @property
    def main_kind(self) -> str:
        """The kind up to the slash."""
        return self.kind.partition("/")[0]

    def source(self) -> bytes:
        """The part as it was sent, headers and all."""
        return self.raw[self.start : self.end]

    def content(self) -> bytes:
        """The body with its transfer encoding undone (RFC 2045, 6)."""
        return _transferred(self.raw[self.body : self.end], self.headers)


@dataclass(slots=True)
class _Budget:
    problems: list[str]
    parts: int = MOST_PARTS
    lines: int = _MOST_LINES_LOOKED_AT


def read(raw: bytes, problems: list[str]) -> Part:
    """Read a whole letter into its tree."""
    return _part(raw, 0, len(raw), "text/plain", _Budget(problems), depth=0)


def walk(part: Part) -> Iterator[Part]:
    """This part and all within it, in order."""
    yield part
    for child in part.children:
        yield from walk(child)


def _part(raw: bytes, start: int, end: int, default: str, budget: _Budget, depth: int) -> Part:
    budget.parts -= 1
    fields, body = headers.read(raw, start, end, budget.problems)
    kind, params = words.typed(fields.first("content-type"), budget.problems)
    disposition, more = words.typed(fields.first("content-disposition"), budget.problems)
    kind = _kind(kind, default)
    filename = more.get("filename") or params.get("name") or ""
    filename = words.decoded(filename, budget.problems)
    part = Part(raw, fields, start, body, end, kind, params, disposition, filename)
    if part.main_kind == "multipart" and params.get("boundary"):
        part.children = _children(part, budget, depth + 1)
    return part


def _kind(said: str, default: str) -> str:
    """The content type; what can't be one is a plain file when it was said at all (RFC 2045, 5.2)."""
    if "/" not in said:
        return _KIND_OF_WORD.get(said, default)
    return said if _KIND.fullmatch(said) else "application/octet-stream"


_KIND_OF_WORD = {"text": "text/plain", "html": "text/html", "multipart": "multipart/mixed"}


def _children(part: Part, budget: _Budget, depth: int) -> list[Part]:
    """The parts between the boundary lines (RFC 2046, 5.1.1). What is beyond our limits stays one closed part."""
    default = "message/rfc822" if part.kind == "multipart/digest" else "text/plain"
    children: list[Part] = []
    for start, end in _spans(part, budget):
        if depth > DEEPEST or budget.parts <= 0:
            budget.problems.append("parts nested too deep" if depth > DEEPEST else "too many parts")
            children.append(_closed(part.raw, start, part.end, budget.problems))
            break
        children.append(_part(part.raw, start, end, default, budget, depth))
    return children


def _closed(raw: bytes, start: int, end: int, problems: list[str]) -> Part:
    return Part(raw, Headers((), problems), start, start, end, "message/rfc822", {}, "attachment", "more-parts.eml")


def _spans(part: Part, budget: _Budget) -> Iterator[tuple[int, int]]:
    """Where each child begins and ends. An unclosed multipart ends where its parent does."""
    boundary = re.escape(part.params["boundary"].rstrip().encode("utf-8", "replace"))
    line = re.compile(rb"\n--" + boundary + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
    begun = -1
    at = max(part.body - 1, part.start, 0)
    while budget.lines > 0 and (found := line.search(part.raw, at, part.end)):
        budget.lines -= 1
        if begun >= 0:
            yield begun, max(begun, _before_line_end(part.raw, found.start()))
        begun = found.end()
        at = max(begun - 1, at + 1)
        if found[1]:
            return
    if begun >= 0:
        yield begun, part.end


def _before_line_end(raw: bytes, at: int) -> int:
    """The line end before a boundary belongs to the boundary."""
    return at - 1 if raw[at - 1 : at] == b"\r" else at


def _transferred(body: bytes, fields: Headers) -> bytes:
    encoding = fields.first("content-transfer-encoding").partition(";")[0].strip().lower()
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if encoding == "base64":
        return _from_base64(body, fields.problems)
    return body


def _from_base64(body: bytes, problems: list[str]) -> bytes:
    """Decode base64; text that is only called base64 stays as it is."""
    strange = len(body.translate(None, _BASE64_ALPHABET + _LINE_ENDS))
    if strange * 8 > len(body):
        problems.append("called base64 but is not")
        return body
    return words.from_base64(body)
