"""Which parts of a letter are its text, and which are files that came with it."""

import re
from dataclasses import dataclass, field

from folkmoot.kit.mime import charsets, flowed, headers, html, names
from folkmoot.kit.mime.letter import Attached, Markup
from folkmoot.kit.mime.parts import Part, walk

LONGEST_TEXT = 200_000
LONGEST_HTML = 1_000_000
LONGEST_FLOWED = 2_000_000  # beyond, most of it is not read on the page
_TOO_LITTLE = 2000  # to begin another part
_LONGEST_EXCUSE = 400
_EXCUSE = re.compile(
    r"(?i)\b(enable|support|view|display|read|show)\w*\b.{0,60}\bhtml\b|\bhtml\b.{0,60}\b(enable|support|view|capable)"
)

_MARKS = re.compile(r"[\\`*_\[\]#]|^ *[-+>=]|^ *\d+(?=[.)])")

# Other faces of the same text, for programs we are not.
_OTHER_FACES = frozenset(("text/x-amp-html", "text/watch-html", "text/enriched", "text/richtext", "text/rtf"))


@dataclass(slots=True)
class Contents:
    """What a letter holds: its text, piece by piece, and its files."""

    problems: list[str]
    pieces: list[tuple[Markup, str]] = field(default_factory=list)
    attached: list[Attached] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _text_left: int = LONGEST_TEXT
    _source_left: int = LONGEST_HTML
    _html_left: int = html.LONGEST

    @property
    def markup(self) -> Markup:
        """Markdown as soon as one piece of the text was HTML."""
        return "markdown" if any(markup == "markdown" for markup, _ in self.pieces) else "text"

    def body(self) -> str:
        """The whole text; what is too long for a page becomes a file."""
        return self._cut(_joined(self.pieces, self.markup), LONGEST_TEXT)

    def has_room_for(self, kind: str) -> bool:
        """All parts of a letter share what there is of a page; those that come too late are files."""
        left = min(self._source_left, self._html_left) if kind == "text/html" else self._text_left
        return left > _TOO_LITTLE

    def attach(self, name: str, kind: str, content: bytes, content_id: str = "", *, is_inline: bool = False) -> None:
        """Keep a file under a name of its own."""
        name = names.distinct(names.safe(name, kind), self._names)
        self.attached.append(Attached(name, kind, content, content_id, is_inline))

    def add_plain(self, text: str) -> None:
        """Add a piece of plain text."""
        if text.strip():
            text = self._cut(text.strip("\n").rstrip(), self._text_left)
            self._text_left -= len(text)
            self.pieces.append(("text", text))

    def add_html(self, source: str) -> None:
        """Add a piece of HTML, as Markdown."""
        clean = html.cleaned(source[: self._source_left])
        if len(source) > self._source_left or len(clean) > self._html_left:
            self.problems.append("HTML too long, all of it is a file")
            self.attach("letter.html", "text/html", source.encode())
        if text := html.to_markdown(clean[: self._html_left]):
            self.pieces.append(("markdown", text))
        self._source_left = max(self._source_left - len(source), 0)
        self._html_left = max(self._html_left - len(clean), 0)

    def _cut(self, text: str, longest: int) -> str:
        """As much of it as there is room for; the rest becomes a file."""
        if len(text) <= longest:
            return text
        cut = text.rfind("\n", longest // 2, longest) + 1 or longest
        self.problems.append("text too long, the rest of it is a file")
        self.attach("rest-of-letter.txt", "text/plain", text[cut:].encode())
        return text[:cut].rstrip()


def gather(root: Part, problems: list[str]) -> Contents:
    """Go through the parts of a letter and tell text from files."""
    contents = Contents(problems)
    _gather(root, contents)
    return contents


def _gather(part: Part, contents: Contents, *, wants_text: bool = True) -> None:
    if part.kind == "multipart/alternative" and part.children:
        _gather_alternative(part, contents, wants_text=wants_text)
    elif part.children:
        for child in part.children:
            _gather(child, contents, wants_text=wants_text)
    elif _is_text(part):
        if wants_text:
            _gather_text(part, contents)
    elif part.end > part.body or part.main_kind != "multipart":
        _attach(part, contents)


def _gather_alternative(part: Part, contents: Contents, *, wants_text: bool) -> None:
    """Take the text of one alternative (RFC 2046, 5.1.4), and the files of all."""
    chosen = _chosen(part.children, contents.problems) if wants_text else None
    for child in part.children:
        if child.kind not in _OTHER_FACES:
            _gather(child, contents, wants_text=child is chosen)


def _chosen(children: list[Part], problems: list[str]) -> Part | None:
    """Plain text when it says something, else HTML, else whatever has text."""
    plain = next((child for child in children if _has(child, "text/plain")), None)
    rich = next((child for child in reversed(children) if _has(child, "text/html")), None)
    if plain and rich and plain is not rich and _says_nothing(plain, problems):
        return rich
    return plain or rich


def _has(part: Part, kind: str) -> bool:
    return any(each.kind == kind and _is_text(each) for each in walk(part))


def _says_nothing(plain: Part, problems: list[str]) -> bool:
    """Blank, or only an excuse such as "Your program can't show HTML"."""
    if plain.children or plain.end - plain.body > _LONGEST_EXCUSE * 3:
        return False
    text = _text(plain, problems).strip()
    return not text or (len(text) < _LONGEST_EXCUSE and _EXCUSE.search(text) is not None)


def _is_text(part: Part) -> bool:
    """Text to read on the page: not asked to be a file, and not named like one."""
    if part.children or part.kind not in ("text/plain", "text/html", "multipart/mixed", "multipart/alternative"):
        return False
    return part.disposition != "attachment" and not part.filename


def _gather_text(part: Part, contents: Contents) -> None:
    if not contents.has_room_for(part.kind):
        contents.problems.append("too much text, some of it is files")
        _attach(part, contents)
        return
    text = _text(part, contents.problems)
    if part.kind == "text/html":
        contents.add_html(text)
    else:
        contents.add_plain(text)


def _text(part: Part, problems: list[str]) -> str:
    text = charsets.decode(part.content(), part.params.get("charset", ""), problems)
    text = charsets.without_controls(text)
    if part.params.get("format", "").lower() == "flowed" and part.kind == "text/plain" and len(text) <= LONGEST_FLOWED:
        text = flowed.undone(text, delsp=part.params.get("delsp", "").lower() == "yes")
    return text


def _attach(part: Part, contents: Contents) -> None:
    content_id = part.headers.first("content-id").strip("<> ")
    is_inline = part.disposition == "inline" or (bool(content_id) and part.disposition != "attachment")
    name = part.filename or _name_of_letter(part)
    contents.attach(name, part.kind, part.content(), content_id[:250], is_inline=is_inline)


def _name_of_letter(part: Part) -> str:
    """A forwarded letter is named for its subject."""
    if part.kind != "message/rfc822":
        return ""
    inner, _ = headers.read(part.raw, part.body, part.end, [])
    subject = inner.text("subject")
    return f"{subject[:100]}.eml" if subject else ""


def _joined(pieces: list[tuple[Markup, str]], markup: Markup) -> str:
    texts = (_as_markdown(text) if markup != each else text for each, text in pieces)
    return "\n\n".join(texts)


def _as_markdown(text: str) -> str:
    """Plain text beside HTML, a list's footer mostly: its lines stay lines."""
    return "\n".join(_MARKS.sub(r"\\\g<0>", line) + "\\" if line else "" for line in text.split("\n")).rstrip("\\")
