"""What a rehearsal remembers, in a file that is thrown away: as many messages as there are, in memory that stays flat.

It has nothing to do with the installation's database, whichever that is.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

AT_ONCE = 500
_TABLES = """
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16000;
CREATE TABLE names (key INTEGER PRIMARY KEY, topic INTEGER NOT NULL);
CREATE INDEX names_of_topic ON names (topic);
CREATE TABLE texts (key INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE merged (old INTEGER PRIMARY KEY, topic INTEGER NOT NULL);
CREATE INDEX merged_into ON merged (topic);
CREATE TABLE people (key INTEGER PRIMARY KEY, kind TEXT NOT NULL);
"""


class Scratch:
    """Message-IDs with their topics and texts, and people. An id is kept as 64 bits of its hash."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(_TABLES)

    def topics(self, names: Iterable[str]) -> dict[str, int]:
        return {name: int(topic) for name, topic in self._look("SELECT key, topic FROM names", names)}

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        return {name: str(text) for name, text in self._look("SELECT key, text FROM texts", names)}

    def now(self, topic: int) -> int:
        """What a topic is part of by now."""
        row = self._file.execute("SELECT topic FROM merged WHERE old = ?", [topic]).fetchone()
        return row[0] if row else topic

    def keep(self, topics: Mapping[str, int], texts: Mapping[str, str], people: Mapping[str, str]) -> None:
        """Add what is not there yet."""
        self._add("names", topics)
        self._add("texts", texts)
        self._add("people", people)

    def merge(self, merged: Mapping[int, int]) -> None:
        for old, topic in merged.items():
            self._file.execute("UPDATE names SET topic = ? WHERE topic = ?", [topic, old])
            self._file.execute("UPDATE merged SET topic = ? WHERE topic = ?", [topic, old])
            self._file.execute("INSERT INTO merged VALUES (?, ?)", [old, topic])

    def count_topics(self) -> int:
        """Topics that hold posts."""
        query = "SELECT count(DISTINCT topic) FROM names JOIN texts ON texts.key = names.key"
        return int(self._file.execute(query).fetchone()[0])

    def count_people(self) -> dict[str, int]:
        return dict(self._file.execute("SELECT kind, count(*) FROM people GROUP BY kind").fetchall())

    def close(self) -> None:
        self._file.close()

    def _look(self, query: str, names: Iterable[str]) -> Iterator[tuple[str, str | int]]:
        keys = {_key(name): name for name in names}
        wanted = list(keys)
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            marks = ", ".join("?" * len(some))
            for key, value in self._file.execute(f"{query} WHERE key IN ({marks})", some):
                yield keys[key], value

    def _add(self, table: str, values: Mapping[str, int] | Mapping[str, str]) -> None:
        rows = [(_key(name), value) for name, value in values.items()]
        self._file.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?)", rows)  # noqa: S608 - our own names


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Open one in a temporary folder."""
    with TemporaryDirectory(prefix="folkmoot-") as folder:
        made = Scratch(Path(folder) / "scratch")
        try:
            yield made
        finally:
            made.close()


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)
