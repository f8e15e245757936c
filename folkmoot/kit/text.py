"""Plain text, tidied."""


def one_line(text: str) -> str:
    """Return the text as one line of printable characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
