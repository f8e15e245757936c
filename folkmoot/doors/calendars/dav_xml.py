"""The XML of CalDAV: what a program asks, and the answer (RFC 4918, 4791, 6578)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

LARGEST = 200_000  # bytes of a question
MOST = 5_000  # elements of one
DAV, CALDAV, SERVER = "DAV:", "urn:ietf:params:xml:ns:caldav", "http://calendarserver.org/ns/"
_PREFIXES = {DAV: "d", CALDAV: "c", SERVER: "s"}
Name = tuple[str, str]


@dataclass
class Asked:
    """What was asked for: the kind of question, the properties, and what narrows it down."""

    kind: str = ""
    properties: list[Name] = field(default_factory=list)
    hrefs: list[str] = field(default_factory=list)
    components: list[str] = field(default_factory=list)  # of the filter, from the outside in
    time_range: tuple[str, str] | None = None
    token: str = ""


def read(body: bytes) -> Asked:
    """Read a question. Raises ValueError for what is none, or more than one. Nothing in it is looked up or expanded."""
    asked = Asked()
    if not body.strip():
        return asked
    if len(body) > LARGEST:
        raise ValueError("too large")
    reader = _Reader(asked)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise ValueError("no XML") from error
    asked.properties = list(dict.fromkeys(asked.properties))  # or each is answered as often as it is named
    return asked


def _refuse(*_what: object) -> None:
    raise ValueError("no document type is needed")


class _Reader:
    def __init__(self, asked: Asked) -> None:
        self.asked, self.path, self.words, self.count = asked, [("", "")], "", 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.count += 1
        if self.count > MOST or len(self.path) > 20:
            raise ValueError("too much")
        space, _, local = name.rpartition(" ")
        if len(self.path) == 1:
            self.asked.kind = local
        elif self.path[-1] == (DAV, "prop"):
            self.asked.properties.append((space, local))
        elif local == "comp-filter":
            self.asked.components.append(attributes.get("name", ""))
        elif local == "time-range":
            self.asked.time_range = attributes.get("start", ""), attributes.get("end", "")
        self.path.append((space, local))
        self.words = ""

    def text(self, words: str) -> None:
        self.words += words

    def end(self, _name: str) -> None:
        done = self.path.pop()
        if done == (DAV, "href"):
            self.asked.hrefs.append(self.words.strip())
        elif done == (DAV, "sync-token"):
            self.asked.token = self.words.strip()
        self.words = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing with what is known of it: each value is XML. Without values it does not exist."""

    href: str
    values: Mapping[Name, str] = field(default_factory=dict)


def multistatus(found: Iterable[Found], wanted: list[Name], *, token: str = "") -> str:
    """Return the answer about some things: the properties that were asked for, or all."""
    spaces = "".join(f' xmlns:{short}="{space}"' for space, short in _PREFIXES.items())
    answers = "".join(_response(one, wanted) for one in found)
    end = f"<d:sync-token>{escape(token)}</d:sync-token>" if token else ""
    return f'<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus{spaces}>{answers}{end}</d:multistatus>\n'


def error(condition: str) -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n<d:error xmlns:d="DAV:"><d:{condition}/></d:error>\n'


def element(name: Name, content: str = "") -> str:
    """Return an element; one of a space that we don't know brings it along."""
    space, local = name
    if space in _PREFIXES:
        tag = f"{_PREFIXES[space]}:{local}"
        return f"<{tag}>{content}</{tag}>"
    return f'<x:{local} xmlns:x="{escape(space, {chr(34): "&quot;"})}">{content}</x:{local}>'


def _response(one: Found, wanted: list[Name]) -> str:
    href = f"<d:href>{escape(one.href)}</d:href>"
    if not one.values:
        return f"<d:response>{href}<d:status>HTTP/1.1 404 Not Found</d:status></d:response>"
    names = wanted or [name for name in one.values if name != (CALDAV, "calendar-data")]
    there = "".join(element(name, one.values[name]) for name in names if name in one.values)
    lacking = "".join(element(name) for name in names if name not in one.values)
    return f"<d:response>{href}{_propstat(there, '200 OK')}{_propstat(lacking, '404 Not Found')}</d:response>"


def _propstat(properties: str, status: str) -> str:
    if not properties:
        return ""
    return f"<d:propstat><d:prop>{properties}</d:prop><d:status>HTTP/1.1 {status}</d:status></d:propstat>"
