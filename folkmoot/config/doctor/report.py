"""What the doctor found, for people and for programs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from folkmoot.config.doctor.finding import BROKEN, OK, WARNING, Finding

MARKS = {OK: "✓ ok      ", WARNING: "! warning ", BROKEN: "✗ broken  "}


def is_broken(findings: Sequence[Finding]) -> bool:
    return any(one.state == BROKEN for one in findings)


def as_words(findings: Sequence[Finding]) -> str:
    """One line for each check; below it how to mend what is not well."""
    width = max(len(one.name) for one in findings)
    lines: list[str] = []
    for one in findings:
        lines.append(f"{MARKS[one.state]}{one.name:<{width}}  {one.words}")
        lines += [f"{'':<12}{line}" for line in one.mend.splitlines()]
    return "\n".join([*lines, "", _sum(findings)])


def as_dict(findings: Sequence[Finding]) -> dict[str, object]:
    """`state` is the worst of all; `checks` has name, state, words and mend of each. Names stay, words may change."""
    states = [one.state for one in findings]
    worst = next((state for state in (BROKEN, WARNING) if state in states), OK)
    return {"state": worst, "checks": [asdict(one) for one in findings]}


def _sum(findings: Sequence[Finding]) -> str:
    counts = Counter(one.state for one in findings)
    if counts[OK] == len(findings):
        return f"All well: {len(findings)} checks."
    return f"{len(findings)} checks: {counts[OK]} ok, {counts[WARNING]} warnings, {counts[BROKEN]} broken."
