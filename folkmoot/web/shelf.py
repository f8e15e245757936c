"""Rendered text that one process keeps, because nobody changes it without changing its key."""

from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """Things by key, up to so many characters; those that were not asked for longest go first."""

    def __init__(self, most: int, *, size: Callable[[Kept], int]) -> None:
        self._most, self._measure = most, size
        self._size = 0
        self._kept: dict[Hashable, Kept] = {}
        self._lock = Lock()

    def take(self, keys: Iterable[Hashable]) -> list[Kept | None]:
        """Return what is kept, None where there is nothing, and note that it was asked for."""
        kept, found = self._kept, []
        with self._lock:
            for key in keys:
                one = kept.pop(key, None)
                if one is not None:
                    kept[key] = one
                found.append(one)
        return found

    def keep(self, key: Hashable, one: Kept) -> None:
        """Put something there, or something else in its place."""
        with self._lock:
            self._size += self._measure(one)
            if key in self._kept:
                self._size -= self._measure(self._kept.pop(key))
            self._kept[key] = one
            while self._size > self._most:
                self._size -= self._measure(self._kept.pop(next(iter(self._kept))))
