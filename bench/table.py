"""What came out, beside what it is measured against: for people, and as Markdown for docs/performance.md."""

import os
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

HEADS = ("what", "ours", "floor", "ours / floor", "target", "")


@dataclass(frozen=True)
class Series:
    """The same thing measured several times."""

    values: Sequence[float]
    unit: str = ""
    digits: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        middle, least, most = (f"{one:,.{self.digits}f}" for one in (self.median, min(self.values), max(self.values)))
        spread = f" [{least} to {most}]" if len(self.values) > 1 else ""
        return f"{middle}{spread} {self.unit}".rstrip()


@dataclass(frozen=True)
class Row:
    """One line of the table. `floor_is` says in a few words what the floor does."""

    what: str
    ours: Series
    floor: Series | None = None
    floor_is: str = ""
    target: str = ""
    met: bool | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float | None:
        return self.ours.median / self.floor.median if self.floor else None

    def cells(self) -> tuple[str, ...]:
        verdict = {True: "met", False: "MISSED", None: ""}[self.met]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        floor = f"{self.floor} ({self.floor_is})" if self.floor else ""
        return (self.what, str(self.ours), floor, ratio, self.target, verdict)


def in_turn(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Measure A B A B …, so that what disturbs the machine for a while disturbs all of them; one list for each."""
    results: list[list[float]] = [[] for _ in measures]
    for _round in range(rounds):
        for measure, kept in zip(measures, results, strict=True):
            kept.append(measure())
    return results


def as_markdown(rows: Sequence[Row], command: str, facts: Sequence[str]) -> str:
    """Return the block for docs/performance.md."""
    lines = [f"Made by `{command}`: {'; '.join(facts)}.", "", _line(HEADS), _line(["---"] * len(HEADS))]
    lines += [_line(row.cells()) for row in rows]
    notes = [f"- {row.what}: {note}" for row in rows for note in row.notes]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def joined(new: str, old: str) -> str:
    """Return the newer block with what stands in the older one alone: rows of another run, their notes, its command."""
    measured = {line.split(" | ")[0].removeprefix("| ") for line in _rows(new)}
    kept = [line for line in _rows(old) if line.split(" | ")[0].removeprefix("| ") not in measured]
    notes = [line for line in old.splitlines() if line.startswith("- ") and not _is_about(line, measured)]
    made = [line for line in old.splitlines() if line.startswith("Made by")] if kept else []
    head, table, more = new.strip().split("\n\n", 2) if "\n- " in new else (*new.strip().split("\n\n", 1), "")
    parts = ["\n\n".join([head, *(f"The rows below that this did not measure: {line}" for line in made[:1])])]
    parts += ["\n".join([table, *kept]), "\n".join([*more.splitlines(), *notes])]
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(block: str) -> list[str]:
    return [
        line for line in block.splitlines() if line.startswith("| ") and not line.startswith(("| what |", "| --- |"))
    ]


def _is_about(note: str, measured: set[str]) -> bool:
    return any(note.startswith(f"- {what}: ") for what in measured)


def as_text(row: Row) -> str:
    """Return a row as a few lines for the terminal."""
    what, ours, floor, ratio, target, verdict = row.cells()
    lines = [f"{what}: {ours}"]
    if floor:
        lines.append(f"    floor {floor}; ours / floor = {ratio}")
    if target:
        lines.append(f"    target {target}: {verdict or 'see above'}")
    return "\n".join([*lines, *(f"    {note}" for note in row.notes)])


def machine() -> list[str]:
    """What the figures were made on."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        f"{os.cpu_count()} cores ({_cpu()})",
        f"Python {platform.python_version()}",
        f"Django {version('django')}",
        f"SQLite {sqlite3.sqlite_version}",
        _postgres(),
        f"{platform.system()} {platform.release()}",
        f"load before {load}",
    ]


def _cpu() -> str:
    names = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.machine()


def _postgres() -> str:
    try:
        said = subprocess.run(["psql", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return "no PostgreSQL"
    return " ".join(said.replace("(PostgreSQL) ", "").split()[:2]).replace("psql", "PostgreSQL")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
