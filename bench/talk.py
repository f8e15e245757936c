"""Fills an installation with talk of many groups and asks it: python -m bench.talk WHAT ARGUMENTS. Answers JSON."""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path

import django

django.setup()

# What follows needs Django to be set up.
from django.db import connection  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from bench.letters import prose  # noqa: E402
from folkmoot.accounts.models import Person  # noqa: E402
from folkmoot.accounts.operations import enrol  # noqa: E402
from folkmoot.conversations import searching  # noqa: E402
from folkmoot.conversations.models import Post, Topic  # noqa: E402
from folkmoot.conversations.operations import main_channel  # noqa: E402
from folkmoot.groups.operations import found  # noqa: E402
from folkmoot.kit import mbox, mime  # noqa: E402
from folkmoot.kit.search_words import parse, words_of  # noqa: E402
from folkmoot.kit.subjects import base_subject  # noqa: E402
from folkmoot.outbox.models import Event  # noqa: E402
from folkmoot.store import search  # noqa: E402

GROUPS, IN_A_TOPIC, AT_ONCE, QUERIES = 20, 8, 2_000, 200
READER = "reader@example.org"
MOST_BODY = 8_000


def fill(number: str, folder: str = "") -> dict[str, object]:
    """Make so many posts in twenty groups, every other of them hidden; the reader is in three."""
    channels = [main_channel(one) for one in _groups()]
    letters = list(_letters(Path(folder)) if folder else _made_up(5_000))
    said = list(islice(cycle(letters), int(number)))
    writer, at = Person.objects.at("writer@example.org"), now()
    for start in range(0, len(said), AT_ONCE):
        some, topics = said[start : start + AT_ONCE], []
        for first in range(0, len(some), IN_A_TOPIC):
            channel = channels[(start + first) // IN_A_TOPIC % GROUPS]
            topics.append(Topic(channel=channel, title=some[first][0], last_post_at=at, post_count=IN_A_TOPIC))
        Topic.objects.bulk_create(topics)
        posts = [
            Post(
                topic=topics[count // IN_A_TOPIC],
                channel=topics[count // IN_A_TOPIC].channel,
                author=writer,
                title=title,
                body=body,
                html="",
                via="mail",
                message_id=f"{start + count}@bench",
                posted_at=at - timedelta(hours=len(said) - start - count),
            )
            for count, (title, body) in enumerate(some)
        ]
        Post.objects.bulk_create(posts)
        search.index((post.pk, post.channel_id, post.title, post.body) for post in posts)
    Event.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"posts": Post.objects.count(), "subjects": sorted({title for title, _body in letters})}


def ask(subjects: str) -> dict[str, object]:
    """Search as the reader for words of the subjects, and beside it ask the bare index; milliseconds of each."""
    reader, dice = Person.objects.at(READER), random.Random(7)
    some = [words_of(subject) for subject in json.loads(Path(subjects).read_text())]
    titles = dice.choices([words for words in some if words], k=QUERIES)
    asked = [" ".join(dice.sample(words, min(len(words), dice.randint(1, 3)))) for words in titles]
    for query in asked[:20]:  # what is opened first, opens the database
        _search(query, reader)
    ours = [_timed(lambda query=query: _search(query, reader)) for query in asked]  # type: ignore[misc]
    bare = [_timed(lambda query=query: _bare(query)) for query in asked]  # type: ignore[misc]
    worst = max(range(len(asked)), key=lambda at: ours[at])
    return {"ours": ours, "bare": bare, "slowest": asked[worst]}


def _search(query: str, reader: Person | None) -> None:
    searching.find(query, person=reader).hits(0, searching.A_PAGE)


def _bare(query: str) -> None:
    """The best twenty of all, as the database itself ranks them, without asking who may read them."""
    match = parse(query)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            words = search._match(match, (), title=False)
            cursor.execute("SELECT rowid FROM post_search WHERE post_search MATCH %s ORDER BY rank LIMIT 20", [words])
        else:
            cursor.execute(
                "SELECT post_id FROM post_search, (SELECT %s::tsquery AS q) AS asked "
                "WHERE words @@ q ORDER BY ts_rank(words, q) DESC LIMIT 20",
                [search._match(match, (), title=False)],
            )
        cursor.fetchall()


def _timed(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - began)


def _groups() -> Iterator[object]:
    writer = enrol(name="Wren Writer", address="writer@example.org", proven=True, via="bench")
    reader = enrol(name="Rae Reader", address=READER, proven=True, via="bench")
    for number in range(GROUPS):
        visibility = "hidden" if number % 2 else "public"
        founder = reader if number < 3 else writer
        yield found(founder=founder, name=f"Group {number}", slug=f"g{number}", visibility=visibility, via="bench")


def _letters(folder: Path) -> Iterator[tuple[str, str]]:
    """Subject and text of the letters of real archives."""
    for path in sorted(folder.glob("mail-archives/*/*")):
        with mbox.open_mbox(path) as file:
            for message in mbox.messages(file):
                try:
                    letter = mime.read(message.raw, pipermail=mbox.is_pipermail(message))
                except mime.Unreadable:
                    continue
                yield base_subject(letter.subject)[:200] or "-", letter.body[:MOST_BODY]


def _made_up(number: int) -> Iterator[tuple[str, str]]:
    for count in range(number):
        text = prose(count, 300 + 61 * count % 1500)
        yield f"{' '.join(text.split()[:4])} {count % 977}", f"{text}\nmark{count % 4001}"


WHAT: dict[str, Callable[..., object]] = {one.__name__: one for one in (fill, ask)}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
