"""What the bench writes: letters and posts of words that mean nothing, the same in each run."""

import random

WORDS = """
group talk meeting next week room projector beamer slides kernel patch release upgrade questions answer thanks somebody
knows about would like to bring coffee tea venue train station evening autumn spring software hardware printer network
""".split()


def prose(seed: int, size: int) -> str:
    """So many characters of paragraphs."""
    dice = random.Random(seed)
    lines: list[str] = []
    while sum(map(len, lines)) < size:
        lines.append(" ".join(dice.choices(WORDS, k=10)))
        if dice.random() < 0.2:
            lines.append("")
    return "\n".join(lines)


def letter(number: int, *, to: str, size: int = 5000, batch: str = "b") -> tuple[str, bytes]:
    """A letter to a list: its Message-ID and its bytes."""
    name = f"<{batch}-{number}@bench.example.org>"
    head = (
        f"From: Wren Writer <writer@example.org>\r\nTo: {to}\r\nSubject: Letter {number} of {batch}\r\n"
        f"Message-ID: {name}\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    body = prose(number, size - len(head)).replace("\n", "\r\n")
    return name, f"{head}{body}\r\n".encode()
