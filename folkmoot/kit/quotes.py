"""What in a plain text letter is said, what is quoted and what is signature.

mail-parser-reply knows as many languages but takes a millisecond for each kilobyte; this looks at each line once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from folkmoot.kit import attribution

Kind = Literal["own", "quote", "original", "forward", "signature"]


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of one kind. A quote may have an attribution and the name in it."""

    kind: Kind
    lines: list[str]
    attribution: str = ""
    name: str = ""


_QUOTED = re.compile(r" ?>(?!From )")
_PYTHON_PROMPT = re.compile(r">>>(?: |$)")

_ORIGINAL_WORDS = (
    "Original[ -]Message|Original[- ]Nachricht|Ursprüngliche (?:Nachricht|Mail)|Message (?:d'|d’)origine"
    "|Message original|Mensaje original|Messaggio originale|Mensagem original|Oorspronkelijk bericht"
    "|Ursprungligt meddelande"
    "|Oprindelig (?:meddelelse|besked)|Opprinnelig melding|Alkuperäinen viesti|Исходное сообщение"
    "|Оригинальное сообщение|Wiadomość oryginalna|Původní zpráva|Eredeti üzenet|Orijinal İleti|Reply message"
    "|邮件原件|原始邮件"
)
_FORWARD_WORDS = (
    "Forwarded Message|Forwarded by .{1,80}|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado"
    "|Messaggio inoltrato|Mensagem encaminhada|Doorgestuurd bericht|Пересылаемое сообщение"
)
_FORWARD_LINES = (
    "Begin forwarded message:|Anfang der weitergeleiteten Nachricht:|Début du message réexpédié ?:|Inicio del mensaje"
    " reenviado:"
)
_FROM_WORDS = "From|Von|De|Da|Van|Från|Fra|От|Od|Feladó|Kimden|Lähettäjä|发件人|寄件者|差出人|보낸 사람"
_FIELD_WORDS = (
    "Sent|Date|To|Subject|Cc|Reply-To|Importance|Gesendet|Datum|An|Betreff|Envoyé|À|A|Objet|Enviado(?: el)?|Para"
    "|Asunto|Assunto|Data|Inviato|Oggetto|Verzonden|Aan|Onderwerp|Skickat|Till|Ämne|Sendt|Til|Emne|Отправлено|Кому"
    "|Тема|Дата|Wysłano|Do|Temat|Lähetetty|Aihe|Vastaanottaja|发送时间|收件人|主题|日期|抄送|送信日時|宛先|件名|날짜"
    "|받는 사람|제목"
)
_OF_LETTERS_WORDS = (
    "Sent|Subject|Gesendet|Betreff|Envoyé|Objet|Enviado|Asunto|Assunto|Inviato|Oggetto|Verzonden|Onderwerp|Skickat|Ämne"
    "|Sendt|Emne|Отправлено|Тема|Wysłano|Temat|Lähetetty|Aihe|发送时间|主题|送信日時|件名|제목"
)
_OF_LETTERS = re.compile(rf"\s*[*_]{{0,2}}(?:{_OF_LETTERS_WORDS})")
_ORIGINAL = re.compile(rf"\s*-{{2,}}\s*(?:{_ORIGINAL_WORDS})\s*-{{2,}}", re.IGNORECASE)
_FORWARD = re.compile(rf"\s*(?:-{{2,}}\s*(?:{_FORWARD_WORDS})\s*-{{2,}}|{_FORWARD_LINES})", re.IGNORECASE)
_FROM = re.compile(rf"\s*[*_]{{0,2}}(?:{_FROM_WORDS})[*_]{{0,2}}\s?[:：][*_]{{0,2}}\s*(.{{0,200}})")
_FIELD = re.compile(rf"\s*[*_]{{0,2}}(?:{_FIELD_WORDS})[*_]{{0,2}}\s?[:：]")
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|={10,}|---)\s*$")
_LIST_FOOTER = re.compile(r"(?i)mailing[- ]?list|listinfo|unsubscribe|-request@|to leave|subscri|mailman")
_SENT_FROM = re.compile(
    r"(?i)(?:sent from (?:my|a|the|mail|outlook|yahoo|proton|samsung)|sent via|get outlook for|gesendet von"
    r"|von meinem .{1,40} gesendet|envoyé (?:de|depuis)|enviado desde|enviado do|inviato da|verstuurd vanaf"
    r"|отправлено (?:с|из))\b[^,]{0,60}$"
)
_TELLING = frozenset(">-_=* \tFVDOLKОBbAfFNDM发寄差보")
_LONGEST_SIGNATURE = 40


def blocks(text: str) -> list[Block]:
    """Take a letter's text apart, nothing left out but the marks of quotes."""
    lines = text.split("\n")
    found: list[Block] = []
    said = ""
    for is_quote, start, end in _runs(lines):
        if is_quote:
            found.append(Block("quote", lines[start:end], said, attribution.name_in(said)))
            continue
        rest = _original_begins(lines, start, end)
        at = attribution.begins_at(lines, start, end) if rest == end < len(lines) else rest
        _add_own(found, lines, start, at)
        if rest < end:
            found.append(_original(lines, rest))
            break
        said = "\n".join(lines[at:end]).strip()
    return found


def _runs(lines: list[str]) -> Iterator[tuple[bool, int, int]]:
    """Runs of quoted and of other lines; blank lines between two quotes belong to them."""
    start = at = 0
    total = len(lines)
    while at < total:
        if ">" not in lines[at][:2] or not _QUOTED.match(lines[at]) or _is_python(lines, at):
            at += 1
            continue
        end = _quote_ends(lines, at, total)
        if start < at:
            yield False, start, at
        yield True, at, end
        start = at = end
    if start < total:
        yield False, start, total


def _quote_ends(lines: list[str], at: int, total: int) -> int:
    end = at
    while at < total:
        if lines[at][:1] == ">" or _QUOTED.match(lines[at]):
            end = at + 1
        elif lines[at].strip():
            break
        at += 1
    return end


def _is_python(lines: list[str], at: int) -> bool:
    """A Python prompt looks like a quote three deep; no quote starts or stands alone at that depth."""
    if not _PYTHON_PROMPT.match(lines[at]):
        return False
    before = lines[at - 1] if at else ""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    return not any(_QUOTED.match(line) and not _PYTHON_PROMPT.match(line) for line in (before, after))


def _add_own(found: list[Block], lines: list[str], start: int, end: int) -> None:
    cut = _signature_begins(lines, start, end)
    for kind, piece in (("own", lines[start:cut]), ("signature", lines[cut:end])):
        if any(line.strip() for line in piece):
            found.append(Block(kind, piece))  # type: ignore[arg-type]


def _signature_begins(lines: list[str], start: int, end: int) -> int:
    """Where the signature (RFC 3676, 4.3) or a list's footer begins; `end` when there is none."""
    cut = end
    for at in range(end - 1, max(start, end - _LONGEST_SIGNATURE) - 1, -1):
        line = lines[at]
        if line[:2] == "--" and line.rstrip() == "--":
            return at
        if line[:3] in ("___", "---", "===") and _is_list_footer(lines, at):
            cut = at
    return cut if cut < end else _sent_from_begins(lines, start, end)


def _is_list_footer(lines: list[str], at: int) -> bool:
    return _RULE.match(lines[at]) is not None and _LIST_FOOTER.search(" ".join(lines[at + 1 : at + 4])) is not None


def _sent_from_begins(lines: list[str], start: int, end: int) -> int:
    """ "Sent from my telephone" as the last line."""
    last = end - 1
    while last > start and not lines[last].strip():
        last -= 1
    return last if last > start and _SENT_FROM.match(lines[last].strip()) else end


def _original_begins(lines: list[str], start: int, end: int) -> int:
    """Where Outlook and its like begin to quote without marks: everything from there on is the earlier letter."""
    for at in range(start, end):
        line = lines[at]
        if line and line[0] in _TELLING and _begins_original(lines, at):
            return _with_rule_above(lines, start, at)
    return end


def _with_rule_above(lines: list[str], start: int, at: int) -> int:
    """The line that Outlook draws above an earlier letter belongs to it."""
    above = at - 1
    while above > start and not lines[above].strip():
        above -= 1
    return above if above >= start and _RULE.match(lines[above]) else at


def _begins_original(lines: list[str], at: int) -> bool:
    return bool(_ORIGINAL.match(lines[at]) or _FORWARD.match(lines[at])) or _is_header_block(lines, at)


def _is_header_block(lines: list[str], at: int) -> bool:
    """Three fields or more, one of them From, which stands first everywhere but at Hotmail.

    An announcement may have "Date:", "From:" and "To:" as well; an earlier letter has a subject or an address.
    """
    if not (_FROM.match(lines[at]) or (_FIELD.match(lines[at]) and any(map(_FROM.match, lines[at + 1 : at + 4])))):
        return False
    head = [line for line in lines[at : at + 9] if line.strip()][:6]
    fields = [line for line in head if _FIELD.match(line) or _FROM.match(line)]
    return len(fields) >= 3 and any("@" in line or _OF_LETTERS.match(line) for line in fields)


def _original(lines: list[str], at: int) -> Block:
    head = lines[at : at + 8]
    kind: Kind = "forward" if any(_FORWARD.match(line) for line in head[:2]) else "original"
    sender = next((found[1] for line in head if (found := _FROM.match(line))), "")
    return Block(kind, lines[at:], "", attribution.name_in_field(sender))
