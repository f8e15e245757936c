"""Bytes to text, whatever the letter claims its charset to be."""

import re

# What senders write, and the wider set that they mean by it (as the WHATWG's Encoding Standard has it).
_MEANT = {
    "": "us-ascii",
    "ascii": "us-ascii",
    "ansi_x3.4-1968": "us-ascii",
    "646": "us-ascii",
    "utf8": "utf-8",
    "utf-8-sig": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "latin1": "windows-1252",
    "latin-1": "windows-1252",
    "l1": "windows-1252",
    "iso8859-1": "windows-1252",
    "iso-8859-1": "windows-1252",
    "iso_8859-1": "windows-1252",
    "cp1252": "windows-1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-9": "windows-1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "euc-cn": "gb18030",
    "eucgb2312_cn": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "cn-big5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "x-mac-cyrillic": "mac-cyrillic",
}

# Python also knows codecs that are no charsets (zip, rot13, unicode_escape) or cost quadratic time (punycode):
# only these families are ever asked for. UTF-7 is left out because it hides markup from whoever looks at bytes.
_KNOWN = re.compile(
    r"utf-(8|16|32)(-?[bl]e)?|us-ascii|iso-?8859-\d{1,2}|(windows-|cp)\d{3,4}|koi8-[rutk]|gb18030|hz"
    r"|big5(hkscs)?|euc-(jp|kr)|iso-?2022[_-](jp|kr)[\w-]{0,6}|shift_jis\w{0,8}|mac-(roman|cyrillic|greek|turkish)"
)
_NOT_ASCII_BYTES = ("utf-16", "utf-32", "iso2022", "iso-2022", "hz")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")


def decode(raw: bytes, charset: str, problems: list[str]) -> str:
    """Read bytes as text and never fail; what had to be guessed is told in `problems`."""
    name = _meant(charset)
    if raw.isascii() and not name.startswith(_NOT_ASCII_BYTES):
        return raw.decode("ascii")
    if not _KNOWN.fullmatch(name):
        text, read_as = _guessed(raw)
        problems.append(f"charset {charset[:40]!r} unknown, read as {read_as}")
        return text
    return _as_declared(raw, name, problems)


def without_controls(text: str) -> str:
    """Drop NULs and what else no text has, and make all line ends one."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text).replace("\f", "\n")


def _meant(charset: str) -> str:
    name = charset.strip().strip("\"'").lower()
    return _MEANT.get(name, name)


def _as_declared(raw: bytes, name: str, problems: list[str]) -> str:
    if name in ("us-ascii", "windows-1252"):
        return _western(raw, name, problems)
    try:
        return raw.decode(name)
    except (UnicodeError, LookupError, ValueError):
        return _mended(raw, name, problems)


def _western(raw: bytes, name: str, problems: list[str]) -> str:
    """Read what calls itself ASCII or Latin-1, which is often UTF-8 and else nearly always Windows-1252."""
    text, read_as = _guessed(raw)
    if read_as != name:
        problems.append(f"charset was not {name}, read as {read_as}")
    return text


def _mended(raw: bytes, name: str, problems: list[str]) -> str:
    """Read text of which a few bytes are broken as declared, and text that is something else as a guess."""
    try:
        text = raw.decode(name, "replace")
    except (UnicodeError, LookupError, ValueError):
        text = "\ufffd" * len(raw)
    if text.count("\ufffd") * 20 <= len(text):
        problems.append(f"broken {name} characters")
        return text
    text, read_as = _guessed(raw)
    problems.append(f"charset was not {name}, read as {read_as}")
    return text


def _guessed(raw: bytes) -> tuple[str, str]:
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("windows-1252", "replace"), "windows-1252"
