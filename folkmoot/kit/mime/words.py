"""Words in headers: RFC 2047 encoded words and RFC 2231 parameters, also where they are badly made."""

import binascii
import re
from urllib.parse import unquote_to_bytes

from folkmoot.kit.mime import charsets

LONGEST_TEXT = 2000
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_ENCODED = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
# What turns text around, hides in it or ends lines has no place in a name or a subject (also U+2028, U+2029).
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]+"
)


def raw_text(value: bytes) -> str:
    """A header value as it stands: ASCII as it should be, UTF-8 (RFC 6532), or what was common before."""
    if b"\0" in value:
        value = value.replace(b"\0", b"")
    if value.isascii():
        return value.decode("ascii")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("windows-1252", "replace")


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text for one line on a page: no controls, no direction marks, single blanks."""
    if not text.isprintable():
        text = _HIDDEN.sub(" ", text)
    return " ".join(text.split())[:longest].rstrip()


def decoded(text: str, problems: list[str]) -> str:
    """Undo encoded words (RFC 2047). Neighbours in one charset are joined first: many split a character."""
    if "=?" not in text:
        return text
    text = _BETWEEN_ENCODED.sub(r"\1", text)
    found: list[str] = []
    end = 0
    waiting, charset = b"", ""
    for match in _ENCODED.finditer(text):
        between = text[end : match.start()]
        if waiting and (between or match[1].lower() != charset):
            found.append(charsets.decode(waiting, charset, problems))
            waiting = b""
        found.append(between)
        charset = match[1].lower().partition("*")[0]
        waiting += _bytes_of(match[2], match[3])
        end = match.end()
    found.append(charsets.decode(waiting, charset, problems))
    found.append(text[end:])
    return "".join(found)


def _bytes_of(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return from_base64(raw)


def from_base64(raw: bytes) -> bytes:
    """Decode base64 with whatever stands between and whatever is missing at the end."""
    for mend in (b"", b"=", b"==", b"A=="):
        try:
            return binascii.a2b_base64(raw + mend)
        except binascii.Error:
            continue
    return b""


_PARAMETER = re.compile(r";\s*([^\s=;\"]{1,100})\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"?|([^;]*))")
_ESCAPED = re.compile(r"\\(.)")


def typed(value: str, problems: list[str]) -> tuple[str, dict[str, str]]:
    """Take a Content-Type or Content-Disposition apart: the value in lower case, and its parameters."""
    kind, _, _ = value.partition(";")
    if ";" not in value:
        return kind.strip().lower(), {}
    plain: dict[str, str] = {}
    pieces: dict[str, list[tuple[str, str]]] = {}
    for name, quoted, bare in _PARAMETER.findall(value):
        name = name.lower()
        text = _ESCAPED.sub(r"\1", quoted) if quoted else bare.strip()
        if "*" in name:
            base, _, number = name.partition("*")
            pieces.setdefault(base, []).append((number, text))
        else:
            plain.setdefault(name, text)
    for base, parts in pieces.items():
        plain[base] = _continued(parts, problems)
    return kind.strip().lower(), plain


def _continued(parts: list[tuple[str, str]], problems: list[str]) -> str:
    """Join `name*0*=charset'lang'text; name*1=...` (RFC 2231, 3 and 4)."""
    parts.sort(key=lambda part: (len(part[0]), part[0]) if not part[0].endswith("*") else (len(part[0]) - 1, part[0]))
    charset, raw = "", b""
    for position, (number, text) in enumerate(parts):
        is_encoded = number.endswith("*") or number == ""
        if position == 0 and is_encoded and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw += unquote_to_bytes(text) if is_encoded else text.encode("utf-8", "replace")
    return charsets.decode(raw, charset or "utf-8", problems)
