from dataclasses import dataclass

OK, WARNING, BROKEN = "ok", "warning", "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and how to mend it where something is to be mended."""

    name: str  # of the check, for programs: "database", "dns.spf"
    state: str
    words: str
    mend: str = ""  # a command to run, a record to publish, a setting to change


def ok(name: str, words: str) -> Finding:
    return Finding(name, OK, words)


def warning(name: str, words: str, mend: str = "") -> Finding:
    return Finding(name, WARNING, words, mend)


def broken(name: str, words: str, mend: str = "") -> Finding:
    return Finding(name, BROKEN, words, mend)
