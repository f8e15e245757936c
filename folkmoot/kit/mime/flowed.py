"""Undo format=flowed (RFC 3676): lines that were broken for the journey become whole again."""

import re

_QUOTED = re.compile(r"(>*) ?(.*)")
_SIGNATURE = "-- "


def undone(text: str, *, delsp: bool = False) -> str:
    """Join flowed lines of the same quote depth; with `delsp` the blank at the break goes, too (RFC 3676, 4.1)."""
    lines: list[str] = []
    open_depth = -1
    open_parts: list[str] = []
    for line in text.split("\n"):
        depth, content = _taken_apart(line)
        flows = content.endswith(" ") and content != _SIGNATURE
        if open_depth >= 0 and (depth != open_depth or content == _SIGNATURE):
            lines.append(_put_together(open_depth, open_parts))
            open_depth, open_parts = -1, []
        open_parts.append(content[:-1] if flows and delsp else content)
        open_depth = depth
        if not flows:
            lines.append(_put_together(depth, open_parts))
            open_depth, open_parts = -1, []
    if open_parts:
        lines.append(_put_together(open_depth, open_parts))
    return "\n".join(lines)


def _taken_apart(line: str) -> tuple[int, str]:
    """Quote depth and content, space-stuffing undone (RFC 3676, 4.4)."""
    match = _QUOTED.fullmatch(line)
    return (len(match[1]), match[2]) if match else (0, line)


def _put_together(depth: int, parts: list[str]) -> str:
    content = "".join(parts)
    if not depth:
        return content
    return ">" * depth + " " + content if content else ">" * depth
