"""Lines of content (RFC 5545, 3.1): folded, quoted, escaped; and the tree of components that they make."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LARGEST = 5 * 1024 * 1024  # bytes
MOST_LINES = 400_000
LONGEST = 100_000  # characters of one line; what is longer is cut
DEEPEST = 8  # components inside each other

_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9-]{1,60})\s*=\s*((?:"[^"]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,])*)*)')
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class Line:
    """One property: its name and parameters in capitals, its value as it was sent."""

    name: str
    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return unescaped(self.value)


@dataclass(slots=True)
class Component:
    name: str
    lines: list[Line] = field(default_factory=list)
    parts: list["Component"] = field(default_factory=list)

    def first(self, name: str) -> Line | None:
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[Line]:
        return (line for line in self.lines if line.name == name)

    def text(self, name: str) -> str:
        line = self.first(name)
        return line.text.strip() if line else ""


def folded(name: str, value: str, parameters: str = "") -> str:
    """Return a line of content as it is sent: at most 75 bytes, then a new line that begins with a space."""
    line = f"{name}{parameters}:{value}"
    if len(line) <= 75 and line.isascii():
        return f"{line}\r\n"
    raw, pieces, start, room = line.encode(), [], 0, 75
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:  # never inside a character
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, 74
    return (b"\r\n ".join([*pieces, raw[start:]]) + b"\r\n").decode()


def escaped(text: str) -> str:
    """Return a text as a value (3.3.11)."""
    text = _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescaped(value: str) -> str:
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def quoted(text: str) -> str:
    """Return a text as the value of a parameter (RFC 6868 for what a quoted one cannot hold)."""
    clean = _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return '"' + clean.replace("^", "^^").replace("\n", "^n").replace('"', "^'") + '"'


def components(data: bytes) -> tuple[list[Component], int]:
    """Return the outermost components, and how many lines say nothing. Raises ValueError where there is too much."""
    if len(data) > LARGEST:
        raise ValueError("too large")
    root, useless = Component(""), 0
    path = [root]
    for number, text in enumerate(_unfolded(_decoded(data))):
        if number >= MOST_LINES:
            raise ValueError("too many lines")
        line = _line(text)
        if line is None:
            useless += 1
        elif line.name == "BEGIN":
            if len(path) > DEEPEST:
                raise ValueError("too deep")
            path[-1].parts.append(Component(line.value.strip().upper()[:60]))
            path.append(path[-1].parts[-1])
        elif line.name == "END":
            useless += _end(path, line.value.strip().upper())
        else:
            path[-1].lines.append(line)
    return root.parts, useless


def _end(path: list[Component], name: str) -> int:
    """Go up to where the component began; the end of one that never did is useless."""
    names = [component.name for component in path]
    if name not in names[1:]:
        return 1
    del path[len(names) - 1 - names[::-1].index(name) :]
    return 0


def _decoded(data: bytes) -> str:
    for name in ("utf-8-sig", "utf-16") if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig",):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", errors="replace")


def _unfolded(text: str) -> Iterator[str]:
    pieces: list[str] = []
    for line in re.split("\r\n|\n|\r", text):
        if line[:1] in {" ", "\t"}:
            pieces.append(line[1:])
            continue
        yield from _joined(pieces)
        pieces = [line]
    yield from _joined(pieces)


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    if (line := "".join(pieces)[:LONGEST]).strip():
        yield line


def _line(text: str) -> Line | None:
    name = _NAME.match(text)
    if name is None:
        return None
    position, parameters = name.end(), {}
    while match := _PARAMETER.match(text, position):
        parameters[match[1].upper()] = _plain(match[2])
        position = match.end()
    value = text[position:].lstrip()
    return Line(name[0].upper(), value[1:], parameters) if value.startswith(":") else None


def _plain(value: str) -> str:
    """The value of a parameter without its quotes and RFC 6868's signs."""
    value = value.replace('"', "")
    return re.sub(r"\^(['^nN])", lambda match: {"'": '"', "^": "^"}.get(match[1], "\n"), value)
