"""What an archive's messages are once read, and which of them are new. Knows no database."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from folkmoot.conversations.rendering import KeptFile


@dataclass(frozen=True, slots=True)
class ArchivedLetter:
    """A message of an archive, ready to become a post: its files on the disk, its text rendered."""

    number: int  # in its file, from 0
    message_id: str
    parents: tuple[str, ...]  # the Message-IDs that it names, nearest first
    author_name: str
    author_address: str
    title: str
    topic_title: str
    body: str
    markup: str
    html: str
    html_version: int
    files: tuple[KeptFile, ...]
    said_at: datetime | None
    posted_at: datetime
    text: str  # the digest of its words

    @property
    def spare_id(self) -> str:
        """The id that it gets when another text has its own: always the same one for the same text."""
        return f"<{hashlib.sha256(f'{self.message_id} {self.text}'.encode()).hexdigest()[:40]}@double.invalid>"


@dataclass(frozen=True, slots=True)
class UnreadLetter:
    """A message of an archive that could not be read, and why."""

    number: int
    words: str


@dataclass(slots=True)
class Sorted:
    """The letters that are new, and what became of the others. Ties count of all of them."""

    new: list[ArchivedLetter] = field(default_factory=list)
    doubles: list[ArchivedLetter] = field(default_factory=list)
    clashes: list[tuple[ArchivedLetter, str]] = field(default_factory=list)  # and the id that was taken

    @property
    def all(self) -> list[ArchivedLetter]:
        return self.new + self.doubles

    @property
    def tally(self) -> Counter[str]:
        files = sum(len(letter.files) for letter in self.new)
        return Counter(posts=len(self.new), doubles=len(self.doubles), clashes=len(self.clashes), attachments=files)


def clash_words(taken: str) -> str:
    return f"another text had the id {taken} before"


def text_digest(body: str) -> str:
    """Name a text by its words: line ends and blanks make no difference."""
    return hashlib.blake2b(" ".join(body.split()).encode("utf-8", "replace"), digest_size=16).hexdigest()


def sort(letters: Iterable[ArchivedLetter], taken: Mapping[str, str]) -> Sorted:
    """Tell new letters from doubles. `taken` holds the ids of posts that are here, and the digests of their texts.

    Another text under an id that is taken is a letter of its own, under its spare id.
    """
    found, texts = Sorted(), dict(taken)
    for letter in letters:
        clashes = texts.get(letter.message_id, letter.text) != letter.text
        kept = replace(letter, message_id=letter.spare_id) if clashes else letter
        if kept.message_id in texts:
            found.doubles.append(kept)
            continue
        texts[kept.message_id] = kept.text
        found.new.append(kept)
        if clashes:
            found.clashes.append((kept, letter.message_id))
    return found
