"""Subjects, and what is left of them without marks of answering (after RFC 5256, 2.1)."""

import re
from collections.abc import Iterable

_LONGEST = 2000

# Re and forward marks as programs and people write them: Re[2]:, RE(3):, AW:, SV:, Antw:, 回复：
_REPLY = (
    r"re|aw|antw|antwort|sv|vs|vb|ref|rif|r|odp|ynt|bls|res|resp|rv|αν|απ|σχετ|на|отв|ответ|hk|ha|atb"
    r"|რე|回复|回覆|答复|答覆|返信"
)
_FORWARD = r"fw|fwd|wg|tr|i|enc|pd|vl|doorst|rv|trs|továbbítás|ilt|przek|转发|轉寄|轉發|пересл|fs|vs"
_MARK = re.compile(rf"(?:(?P<reply>{_REPLY})|(?:{_FORWARD}))\s?(?:[\[(^*]\d{{1,3}}[\])]?)?\s?[:：]\s*", re.IGNORECASE)
_AUTO_MARK = re.compile(r"\((?:fwd|was|no subject)\)\s*$", re.IGNORECASE)
_TAG = re.compile(r"\[([^\[\]]{1,60})\]\s*")


def base_subject(subject: str, tags: Iterable[str] = ()) -> str:
    """What the conversation is about: without answer marks and the given list tags, on one line."""
    known = {tag.strip("[] ").casefold() for tag in tags}
    rest = " ".join(subject[:_LONGEST].split())
    while (shorter := _without_first_mark(rest, known)) != rest:
        rest = shorter
    return rest


def is_reply(subject: str) -> bool:
    """Tell whether a subject begins with a mark of answering, list tags before it or not."""
    rest = subject[:_LONGEST].strip()
    while tag := _TAG.match(rest):
        rest = rest[tag.end() :]
    mark = _MARK.match(rest)
    return bool(mark and mark["reply"])


def _without_first_mark(subject: str, known: set[str]) -> str:
    if mark := _MARK.match(subject):
        return subject[mark.end() :]
    tag = _TAG.match(subject)
    if tag and tag[1].strip().casefold() in known:
        return subject[tag.end() :]
    if tag and (mark := _MARK.match(subject, tag.end())):  # [Other tag] Re: [list] words
        return tag[0] + subject[mark.end() :]
    return _AUTO_MARK.sub("", subject).rstrip()
