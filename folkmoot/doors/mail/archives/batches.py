"""Pieces of a file, put together to batches that one short transaction can write."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from folkmoot.conversations.operations import ArchivedLetter, UnreadLetter
from folkmoot.doors.mail.archives.reading import UNKNOWN, Piece
from folkmoot.kit.mbox import RawMessage

MOST, LONGEST = 150, 350_000  # letters of a batch, and characters: about 50 ms of the one writer's time


@dataclass(slots=True)
class Batch:
    """What comes next out of one file, in order."""

    source: int
    letters: list[ArchivedLetter] = field(default_factory=list)
    unread: list[UnreadLetter] = field(default_factory=list)
    kept: list[RawMessage] = field(default_factory=list)  # those that could not be read
    after: int = 0
    digest: str = ""
    offset: int = 0
    is_last: bool = False

    @property
    def count(self) -> int:
        return len(self.letters) + len(self.unread)

    @property
    def is_full(self) -> bool:
        return self.count >= MOST or sum(len(one.body) + len(one.html) for one in self.letters) >= LONGEST

    def add(self, piece: Piece) -> None:
        self.letters += piece.letters
        self.unread += piece.unread
        self.kept += piece.chunk.messages
        self.after, self.digest = piece.chunk.after, piece.chunk.digest
        self.offset, self.is_last = piece.chunk.offset, piece.chunk.is_last


def batches(pieces: Iterable[Piece]) -> Iterator[Batch]:
    """Put pieces together; no batch holds letters of two files."""
    batch: Batch | None = None
    for piece in pieces:
        batch = batch or Batch(piece.chunk.source)
        batch.add(piece)
        if batch.is_full or batch.is_last:
            yield batch
            batch = None


def dated(letters: Iterable[ArchivedLetter], before: datetime) -> list[ArchivedLetter]:
    """Give letters that don't know their time the one of the letter before them."""
    known = []
    for letter in letters:
        if letter.posted_at == UNKNOWN:
            letter = replace(letter, posted_at=before)
        before = letter.posted_at
        known.append(letter)
    return known
