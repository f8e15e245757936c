"""What is said in a table of YAML, where anything may stand in the place of anything else."""

from collections.abc import Mapping
from datetime import date
from typing import Any

Row = Mapping[str, Any]


def table(found: Any) -> Row:
    if not isinstance(found, dict):
        raise ValueError("it is no table")
    return found


def listed(row: Row, key: str) -> list[Any]:
    found = row.get(key)
    return found if isinstance(found, list) else []


def word(row: Row, key: str) -> str:
    """What is said under a key; nothing where it is a list, a table or YAML's word for nothing."""
    found = row.get(key)
    return "" if not isinstance(found, str) or found in {"~", "null"} else found.strip()


def day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as error:
        raise ValueError(f"no day: {said[:40] or 'nothing is said'}") from error
