"""A group's history as people read it, and the way back. The settings name the modules that have words for it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings

from folkmoot.groups.models import HistoryEntry, Role


@dataclass(frozen=True, slots=True)
class Line:
    """One act in words."""

    entry: HistoryEntry
    words: str
    can_be_undone: bool


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(import_module(path) for path in settings.HISTORY)


def words_of(kind: str) -> str:
    """Return the sentence for a kind of act; the kind itself where nobody has words for it."""
    return next((str(one.WORDS[kind]) for one in _modules() if kind in one.WORDS), kind)


def sorts_of(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """What these kinds of acts are about, each as the word before their dot and in words."""
    about = {sort: str(words) for module in _modules() for sort, words in module.ABOUT.items()}
    sorts = {one.partition(".")[0] for one in kinds}
    return sorted(((one, about.get(one, one)) for one in sorts), key=lambda one: one[1])


def in_words(entries: Iterable[HistoryEntry]) -> list[Line]:
    """Tell acts in the reader's language, with the names of today."""
    rows = list(entries)
    names = _names(rows)
    return [Line(entry, _sentence(entry, names), can_be_undone(entry)) for entry in rows]


@cache
def undoes() -> dict[str, Any]:
    """Return for each kind of act what takes it back."""
    return {kind: do for module in _modules() for kind, do in module.UNDOES.items()}


def can_be_undone(entry: HistoryEntry) -> bool:
    """Whether there is a way back that nobody has gone yet."""
    came_along = entry.facts.get("brought", False)  # what undoing would need did not
    return entry.undone_by_id is None and entry.group_id is not None and entry.kind in undoes() and not came_along


def _names(entries: list[HistoryEntry]) -> dict[str, dict[int, str]]:
    """Look up what the facts name by number, with one question for each sort of thing."""
    asked: dict[str, set[int]] = defaultdict(set)
    sorts = {key: sort for module in _modules() for key, sort in module.NAMES.items()}
    for entry in entries:
        for key in sorts.keys() & entry.facts.keys():
            asked[key].add(entry.facts[key])
    rows = {key: sorts[key][0].objects.filter(pk__in=ids) for key, ids in asked.items()}
    return {key: dict(found.values_list("pk", sorts[key][1])) for key, found in rows.items()}


def _sentence(entry: HistoryEntry, names: dict[str, dict[int, str]]) -> str:
    said: dict[str, str] = defaultdict(lambda: "…")
    said |= {key: names[key].get(entry.facts[key], "…") for key in names.keys() & entry.facts.keys()}
    said["role"] = str(dict(Role.BuiltIn.choices).get(said["role"], said["role"]))
    said |= {"count": f"{entry.facts['count']}"} if "count" in entry.facts else {}
    said["about"] = entry.about.name if entry.about else "…"
    return words_of(entry.kind) % said
