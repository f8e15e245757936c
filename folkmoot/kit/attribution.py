"""The line that says whom a quote is from: "On Monday, Ngozi <n@example.org> wrote:" in the languages of the world."""

import re

_MOST_LINES = 4
_LONGEST = 500

_AFTER_NAME = (
    r"wrote|writes|said|schrieb|schreibt|a écrit|écrit|escribió|escribio|escribe|escreveu|ha scritto|scrisse|scrive"
    r"|schreef|skrev|kirjoitti|napisał\(a\)|napisała?|napsala?|írta|ezt írta|yazdı|şunu yazdı|пишет|писал"
    r"|написала?|пише|έγραψε|写道|寫道|wrote the following|a scris|napísala?|je napisao|đã viết"
)
_VERB = re.compile(rf"(?:^|[\s>,)])({_AFTER_NAME})(?=[\s:：,]|$)", re.IGNORECASE)
_END = re.compile(r"[:：]\s*$|のメール:?\s*$|>\s*$")
_START = re.compile(
    r"^\W{0,3}(?:On|At|Am|Le|El|Il|Em|Op|Den|På|Dne|Dnia|W dniu|Il giorno|Pe|V|В|Вт|Ср|Чт|Пт|Сб|Вс|Пн|Στις|Vào|Dana"
    r"|Quoting|In article|In message|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w*,?|\d{1,4}[./年-]\d{1,2}|\w+, \w+ \d{1,2}"
    r"|[\w.+-]+@)(?=[\s,/.月\d])",
)
_LOCALIZED_GMAIL = re.compile(r"^\d{4}[/.-]\d{1,2}[/.-]\d{1,2},? .{1,100}<[^<>\s]+@[^<>\s]+>:?\s*$")
_DATE_AND_ADDRESS = re.compile(r"\b(?:19|20)\d\d\b.*(?:<[^<>]*@[^<>]*>|\S+@\S+).{0,60}[:：]\s*$")

_ADDRESS = re.compile(r"\s*[<(\[]+\s*(?:mailto:)?[^<>()\[\]\s]*@[^<>()\[\]]*[>)\]]*")
_DATE = re.compile(
    r"^.*(?:\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?|\b(?:19|20)\d{2}(?:[/.-]\d{1,2}){0,2}\b|\b\d{1,2}/\d{1,2}/\d{2,4})"
    r"(?:\s?[AaPp]\.?[Mm]\b\.?)?(?:\s?(?:[+-]\d{4}|GMT\S*|UTC|Uhr|\(?[A-Z]{3,4}\)?(?=[\s,])))*[\s,;:-]*"
)
_OPENING = re.compile(r"^(?:On|Quoting|Le|El|Il|Am|Op|Den|Em)\b\W*", re.IGNORECASE)
_ON_BEHALF = re.compile(r"(?i)^.*?\b(?:on behalf of|im auftrag von|de la part de|en nombre de|på vegne av|namens)\s+")
_NOT_A_NAME = re.compile(r"^(?:am|on|um|at|in|le|op|den|em|el|il|:|\d)(?:\W|$)|^$", re.IGNORECASE)
_LONGEST_NAME = 60


def begins_at(lines: list[str], start: int, end: int) -> int:
    """Where in lines[start:end] the attribution of the quote after them begins; `end` when there is none."""
    last = _last_with_words(lines, start, end)
    first = last
    while first >= start and last - first < _MOST_LINES and lines[first].strip():
        if _is_attribution(" ".join(lines[first : last + 1])):
            return first if _is_whole(lines, first, start) else _first_of_paragraph(lines, first, start)
        first -= 1
    return end


def name_in(attribution: str) -> str:
    """The name in an attribution; empty when it can't be told."""
    text = " ".join(attribution.split())[:_LONGEST].rstrip(" :：")
    verb = _VERB.search(text)
    if verb and not _NOT_A_NAME.match(after := text[verb.end() :].strip(" ,:")):
        return _clean_name(after)
    return _clean_name(_DATE.sub("", text[: verb.start()] if verb else text))


def name_in_field(value: str) -> str:
    """The name in `Ngozi Ade <n@example.org>`, as Outlook's quoted headers have it."""
    return _clean_name(_ON_BEHALF.sub("", value))


def _last_with_words(lines: list[str], start: int, end: int) -> int:
    """One blank line may stand between an attribution and its quote."""
    last = end - 1
    if last >= start and not lines[last].strip():
        last -= 1
    return last


def _is_attribution(text: str) -> bool:
    if len(text) > _LONGEST or not _END.search(text):
        return False
    if _VERB.search(text):
        return bool(re.search(r"[:：]\s*$", text))
    return bool(_LOCALIZED_GMAIL.match(text) or (_DATE_AND_ADDRESS.search(text) and _START.match(text)))


def _is_whole(lines: list[str], first: int, start: int) -> bool:
    return first == start or bool(_START.match(lines[first])) or not lines[first - 1].strip()


def _first_of_paragraph(lines: list[str], first: int, start: int) -> int:
    """A long attribution was broken over lines: go back to where it starts, if it does so nearby."""
    for at in range(first - 1, max(start, first - _MOST_LINES) - 1, -1):
        if not lines[at].strip():
            break
        if _START.match(lines[at]) and any(each.isdigit() for each in lines[at]):
            return at
    return first


def _clean_name(text: str) -> str:
    text = _OPENING.sub("", _ADDRESS.sub("", text)).strip(" ,;:*\"'<>()")
    text = text.partition(" via ")[0]
    return text if 0 < len(text) <= _LONGEST_NAME and any(each.isalpha() for each in text) else ""
