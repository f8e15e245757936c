"""Names of attached files: any script, but no path, no control characters and not two alike."""

import re
import unicodedata

from folkmoot.kit.mime import words

LONGEST = 120
_LONGEST_ENDING = 16
_UNWANTED = re.compile(r'[<>:"|?*]+')
_ENDING_OF_KIND = {
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".asc",
    "application/pgp-keys": ".asc",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/x-pkcs7-signature": ".p7s",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
    "text/x-patch": ".patch",
    "text/x-vcard": ".vcf",
}


def safe(name: str, kind: str) -> str:
    """A name that can be shown and saved anywhere; made from the kind when there is none."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = unicodedata.normalize("NFC", words.one_line(_UNWANTED.sub("_", name), 1000)).strip(". ")
    if not name:
        return _of_kind(kind)
    return shortened(name)


def shortened(name: str, longest: int = LONGEST) -> str:
    """Cut a long name but keep its ending, which says what it is."""
    if len(name) <= longest:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > _LONGEST_ENDING:
        return name[:longest].rstrip(". ")
    return stem[: longest - len(ending) - 1].rstrip(". ") + dot + ending


def distinct(name: str, taken: set[str]) -> str:
    """A name that is not taken yet, also where upper and lower case are one: `photo (2).jpg`."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = _numbered(name, number)
    taken.add(candidate.casefold())
    return candidate


def _numbered(name: str, number: int) -> str:
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem:
        stem, dot, ending = name, "", ""
    mark = f" ({number})"
    return shortened(stem, LONGEST - len(mark) - len(dot + ending)) + mark + dot + ending


def _of_kind(kind: str) -> str:
    main = kind.partition("/")[0]
    stem = main if main in ("image", "audio", "video", "message") else "attachment"
    return stem + _ENDING_OF_KIND.get(kind, "")
