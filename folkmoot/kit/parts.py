"""Many things, some at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_parts(many: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield them in their order, `size` at a time: as many as one query asks for, or one transaction does."""
    return (many[start : start + size] for start in range(0, len(many), size))
