"""What the command line asked for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    rounds: int = 5
    postgres: bool = False
    corpora: Path | None = None
    posts: int = 1_000_000
