"""Which post each post answers: the nearest that its letter names and that is in its topic, whichever came first."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from django.db.models import F

from folkmoot.conversations.models import Post
from folkmoot.conversations.operations.archives.letters import ArchivedLetter
from folkmoot.conversations.operations.archives.ties import Ties

T = TypeVar("T", int, str)

Here = Mapping[str, tuple[int, int]]  # posts by Message-ID: key and topic


def nearest_parents(letters: Sequence[ArchivedLetter], ties: Ties, here: Here) -> dict[str, str]:
    """The id of what each letter answers: a post that is here, or another of the letters."""
    places = {one: ties.now(topic) for one, (_pk, topic) in here.items()}
    places |= {letter.message_id: ties.topic_of(letter.message_id) for letter in letters}
    found: dict[str, str] = {}
    for letter in letters:
        topic = places[letter.message_id]
        for parent in letter.parents:
            if places.get(parent) == topic and not _leads_to(letter.message_id, parent, found):
                found[letter.message_id] = parent
                break
    return found


def in_waves(posts: Mapping[str, Post], parents: Mapping[str, str]) -> Iterator[list[Post]]:
    """New posts in an order in which each comes after the one that it answers; a wave can be written at once."""
    waves: dict[str, int] = {}
    for message_id in posts:
        chain = [message_id]
        while chain[-1] not in waves and parents.get(chain[-1], "") in posts:
            chain.append(parents[chain[-1]])
        wave = waves.get(chain[-1], 0)
        for number, one in enumerate(reversed(chain)):
            waves[one] = wave + number
    for wave in range(max(waves.values(), default=-1) + 1):
        some = [message_id for message_id in posts if waves[message_id] == wave]
        for message_id in some:
            if wave:
                posts[message_id].answers = posts[parents[message_id]]
        yield [posts[message_id] for message_id in some]


def link_waiting(posts: Mapping[str, Post], awaited: Iterable[str]) -> None:
    """Link imported posts that were here to the new ones that they have waited for. Live posts stay as they are."""
    arrived = {message_id for message_id in awaited if message_id in posts}
    topics = {posts[message_id].topic_id for message_id in arrived}
    if not topics:
        return
    rows = Post.objects.filter(topic__in=topics).order_by("pk")
    keys: dict[tuple[int, str], int] = {}
    chain: dict[int, int] = {}
    waiting: list[tuple[int, int, list[str]]] = []
    for pk, topic, message_id, references, answers, archive in rows.values_list(
        "pk", "topic_id", "message_id", "references", "answers_id", "archive_id"
    ):
        keys[topic, message_id] = pk
        if answers:
            chain[pk] = answers
        named = references.split()
        if archive and message_id not in posts and not arrived.isdisjoint(named):
            waiting.append((pk, topic, named[::-1]))
    for pk, topic, parents in waiting:
        _link(pk, [keys[topic, one] for one in parents if (topic, one) in keys], chain)


def _link(pk: int, candidates: list[int], chain: dict[int, int]) -> None:
    nearest = next((one for one in candidates if not _leads_to(pk, one, chain)), None)
    if nearest is not None and chain.get(pk) != nearest:
        chain[pk] = nearest
        Post.objects.filter(pk=pk).update(answers=nearest, version=F("version") + 1)


def _leads_to(goal: T, start: T, chain: Mapping[T, T]) -> bool:
    """Whether one comes from the start to the goal: letters may name each other in a circle."""
    at: T | None = start
    while at is not None and at != goal:
        at = chain.get(at)
    return at is not None
