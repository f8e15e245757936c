"""Short answers by mail: the first line of a letter that says yes, no or maybe, and nothing besides."""

import re
from typing import NamedTuple

LONGEST = 60  # characters; who writes more, writes a letter
MOST_GUESTS = 99

# Folded, without marks. Words of one language that mean something else in another stand in neither.
WORDS = {
    "yes": "yes",
    "yes please": "yes",
    "yep": "yes",
    "yeah": "yes",
    "sure": "yes",
    "i come": "yes",
    "i will come": "yes",
    "i'll come": "yes",
    "i will be there": "yes",
    "i'll be there": "yes",
    "count me in": "yes",
    "im in": "yes",
    "i'm in": "yes",
    "accept": "yes",
    "accepted": "yes",
    "ja": "yes",
    "ja gern": "yes",
    "ja gerne": "yes",
    "ja bitte": "yes",
    "gern": "yes",
    "gerne": "yes",
    "ich komme": "yes",
    "ja ich komme": "yes",
    "yes i come": "yes",
    "bin dabei": "yes",
    "ich bin dabei": "yes",
    "ja ich bin dabei": "yes",
    "zusage": "yes",
    "no": "no",
    "nope": "no",
    "no sorry": "no",
    "sorry no": "no",
    "no thanks": "no",
    "no thank you": "no",
    "i can't come": "no",
    "i cannot come": "no",
    "i can't": "no",
    "can't come": "no",
    "decline": "no",
    "declined": "no",
    "nein": "no",
    "nein danke": "no",
    "nein leider": "no",
    "nein leider nicht": "no",
    "leider nein": "no",
    "leider nicht": "no",
    "ich komme nicht": "no",
    "kann nicht": "no",
    "ich kann nicht": "no",
    "absage": "no",
    "maybe": "maybe",
    "perhaps": "maybe",
    "not sure": "maybe",
    "tentative": "maybe",
    "vielleicht": "maybe",
    "eventuell": "maybe",
    "evtl": "maybe",
    "mal sehen": "maybe",
    "weiss nicht": "maybe",
}
_GUESTS = re.compile(r"[,;]?\s*(?:\+\s*(\d{1,2})|(?:with|mit|plus)\s+(\d{1,2})(?:\s+(?:guests?|gäste?n?|gast))?)$")
_MARKS = re.compile(r"[.,;:!…]+|[()]|\s[-–]\s|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")
_QUOTE = re.compile(r"\s*[>|]")


class Said(NamedTuple):
    """An answer, and how many come along; None where nothing is said of them."""

    answer: str
    guests: int | None = None


def read(body: str) -> Said | None:
    """Return what the first line of a letter answers; None where it is something else."""
    line = _first_line(body)
    if not line or len(line) > LONGEST:
        return None
    line = line.casefold().replace("’", "'")
    guests: int | None = None
    if match := _GUESTS.search(line):
        guests = min(int(match[1] or match[2]), MOST_GUESTS)
        line = line[: match.start()]
    answer = WORDS.get(" ".join(_MARKS.sub(" ", line).split()))
    if answer is None or (guests is not None and answer != "yes"):
        return None
    return Said(answer, guests)


def _first_line(body: str) -> str:
    """The first line that says something; "" where the letter begins with a quote."""
    for line in body[:2000].splitlines():
        if line.strip():
            return "" if _QUOTE.match(line) else line.strip()
    return ""
