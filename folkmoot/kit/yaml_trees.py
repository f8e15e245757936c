"""YAML from elsewhere: trees of words, nothing more.

Numbers, days and truths stay the words that they are written as: nobody's `19:00` becomes 1140, and no tag makes an
object. What refers to another part of the file is refused, since few bytes could stand for a billion.
"""

from typing import Any

import yaml

LARGEST = 5 * 1024 * 1024  # bytes of a file
MOST = 200_000  # words, lists and tables of one
DEEPEST = 20  # lists in lists


def read(data: bytes) -> Any:
    """Return the lists, tables and words of a file. Raises ValueError with the reason where there are none."""
    if len(data) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1024 // 1024} MB")
    try:
        text = data.decode("utf-8-sig")
        _check(text)
        return yaml.load(text, Loader=_Words)  # noqa: S506 - it makes words only; see above
    except UnicodeDecodeError as error:
        raise ValueError("it is not written in UTF-8") from error
    except yaml.YAMLError as error:
        raise ValueError(_where(error)) from error


_Words: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # in C where PyYAML was built so: thirty times faster


def _check(text: str) -> None:
    """Look at the file piece by piece, before anything is made of it."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Words)):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise ValueError(f"line {line}: it refers to another part of the file")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST or number > MOST:
            raise ValueError("it is nested too deep" if depth > DEEPEST else "there is too much in it")


def _where(error: yaml.YAMLError) -> str:
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    return f"line {mark.line + 1}: {problem}" if mark else str(problem or error).splitlines()[0]
