"""Talks of rubyevents.org: who spoke, about what, and where the recording is."""

import re
from hashlib import sha256
from urllib.parse import urlsplit

from folkmoot.kit.text import is_web
from folkmoot.meetings.plans.plan import Remarks, Talk
from folkmoot.meetings.plans.rows import Row, listed, word

TAKEN = frozenset(
    "speakers video_provider video_id start_cue end_cue slides_url additional_resources description title".split()
)
LONGEST, LONGEST_ABOUT = 5_000, 20_000  # characters of a talk's words, and of a meeting's
LONGEST_NAMES = 120
NOT_THERE = frozenset({"", "children", "not_recorded", "not_published", "scheduled"})
CUE = re.compile(r"^(?:(\d{1,2}):)?(\d{1,3}):(\d{2})$")


def of_entry(talk: Row, meeting: Row, remarks: Remarks) -> Talk:
    """Read one talk; `meeting` is the entry that it stands in, whose recording may hold it."""
    title, names = word(talk, "title"), _names(talk)
    if not title:
        raise ValueError("a talk has no title")
    return Talk(
        uid=(word(talk, "id") or sha256(f"{word(meeting, 'id')}{title}{names}".encode()).hexdigest()[:32])[:255],
        title=title[:200],
        speakers=names,
        abstract=_text(talk, LONGEST, remarks),
        recording=_recording(talk, meeting, remarks),
        minutes=_minutes(talk),
    )


def about(entry: Row, remarks: Remarks) -> str:
    """What a meeting is about; where all of it was recorded, the address of that stands below."""
    return _text(entry, LONGEST_ABOUT, remarks, _address_of(entry, remarks))


def _names(talk: Row) -> str:
    """Speakers as one line; as many of them as fit."""
    names = [" ".join(one.split()) for one in listed(talk, "speakers") if isinstance(one, str) and one.strip()]
    while len(", ".join(names)) > LONGEST_NAMES and len(names) > 1:
        names[-2:] = ["…"]
    return ", ".join(names)[:LONGEST_NAMES]


def _text(entry: Row, longest: int, remarks: Remarks, recording: str = "") -> str:
    """Its description, with the addresses of what belongs to it."""
    links = [f"- [{_plain(name)}](<{address}>)" for name, address in _links(entry) if is_address(address)]
    after = "\n\n".join(part for part in (f"<{recording}>" if recording else "", "\n".join(links)) if part)
    said = word(entry, "description")
    room = longest - len(after) - 2
    if len(said) > room:
        remarks.many[f"words cut to {longest:,} characters"] += 1
        said = said[:room]
    return "\n\n".join(part for part in (said, after) if part)


def _links(entry: Row) -> list[tuple[str, str]]:
    slides = [("Slides", word(entry, "slides_url"))] if word(entry, "slides_url") else []
    more = [one for one in listed(entry, "additional_resources")[:20] if isinstance(one, dict)]
    return slides + [(word(one, "title") or word(one, "name") or word(one, "url"), word(one, "url")) for one in more]


def _plain(name: str) -> str:
    return re.sub(r"[\[\]\\<>\n`*_]", " ", name)[:100].strip()


def _recording(talk: Row, meeting: Row, remarks: Remarks) -> str:
    if word(talk, "video_provider") != "parent":
        return _address_of(talk, remarks)
    whole, begins = _address_of(meeting, remarks), _seconds(word(talk, "start_cue"))
    if not whole or begins is None:
        return whole
    return f"{whole}&t={begins}" if "?v=" in whole else f"{whole}#t={begins}"


def _address_of(entry: Row, remarks: Remarks) -> str:
    """Where a recording is to be seen; nothing where there is none, or at a place that we don't know."""
    provider, key = word(entry, "video_provider"), word(entry, "video_id")
    if provider in NOT_THERE:
        return ""
    if provider == "youtube" and re.fullmatch(r"[\w-]{6,20}", key):
        return f"https://www.youtube.com/watch?v={key}"
    if provider == "vimeo" and re.fullmatch(r"\d{4,15}", key):
        return f"https://vimeo.com/{key}"
    if is_address(key):
        return key
    remarks.many[f"recordings at “{provider[:30]}”, of which no address is known"] += 1
    return ""


def is_address(said: str) -> bool:
    """Whether it leads to a host with a dot in its name, and can stand between angle brackets in a text."""
    return is_web(said) and "." in urlsplit(said).netloc and not re.search(r"[<>\"]", said)


def _minutes(talk: Row) -> int:
    """How long it took, by where it begins and ends in the recording."""
    begins, ends = _seconds(word(talk, "start_cue")), _seconds(word(talk, "end_cue"))
    if begins is None or ends is None or ends <= begins:
        return 0
    return max(1, min(round((ends - begins) / 60), 24 * 60))


def _seconds(cue: str) -> int | None:
    found = CUE.match(cue)
    return (
        None
        if found is None
        else sum(int(part or 0) * step for part, step in zip(found.groups(), (3600, 60, 1), strict=True))
    )
