"""Letters that say yes to a text, and nothing besides: all else is something that somebody wants otherwise."""

import re

LONGEST = 60  # characters of a line; who writes more, says more


def _words(told: str) -> frozenset[str]:
    return frozenset(one.strip() for one in " ".join(told.split()).casefold().split("|"))


# Without marks.
YES = _words(
    """
    yes|yes please|yes they are right|yes they are|yes that's right|yes all good|yes approved|yes i approve|approved
    |i approve|i approve them|i approve these minutes|approve|ok|okay|all right|alright|fine|fine with me|fine by me
    |they are right|these are right|looks good|looks good to me|lgtm|all good|agreed|i agree|correct|no objections
    |ja|ja bitte|ja stimmt|ja passt|ja genehmigt|ja einverstanden|ja das stimmt|stimmt|stimmt so|das stimmt|passt
    |passt so|genehmigt|einverstanden|bin einverstanden|ich bin einverstanden|ich stimme zu|zustimmung|freigegeben
    |freigabe|in ordnung|alles in ordnung|alles gut|alles richtig|richtig|keine einwände
    """
)
COURTESIES = _words(
    """
    hi|hello|hallo|dear all|hi all|hello all|hallo zusammen|thanks|thank you|many thanks|thanks a lot|thx|cheers|best
    |best regards|kind regards|regards|best wishes|yours|danke|vielen dank|besten dank|danke schön|dankeschön|gruß|grüße
    |viele grüße|liebe grüße|schöne grüße|beste grüße|herzliche grüße|mit freundlichen grüßen|freundliche grüße|lg|vg
    |mfg
    """
)
_DISLIKES = frozenset("👎❌✖❎⛔🚫🙅")
_MARKS = re.compile(r"[.,;:!…]+|[()]|\s[-–]\s|[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")


def is_consent(words: str, *, name: str = "") -> bool:
    """Whether somebody's own words approve, besides greetings and their name."""
    if _DISLIKES & set(words):
        return False
    lines = [line for line in map(_folded, words.splitlines()) if line]
    polite = COURTESIES | {_folded(name), *_folded(name).split()}
    said = [line for line in lines if line not in polite]
    return bool(said) and all(_is_yes(line) for line in said)


def _is_yes(line: str) -> bool:
    """A line that says yes, also with thanks in it: "yes, thanks"."""
    if len(line) > LONGEST:
        return False
    for thanks in (" thanks", " thank you", " danke", " vielen dank"):
        line = line.removesuffix(thanks)
    return line in YES


def _folded(line: str) -> str:
    return " ".join(_MARKS.sub(" ", line.casefold().replace("’", "'")).split())
