"""Take a group's conversations out, as one mbox that any mail program reads and any Folkmoot imports."""

import bz2
import gzip
import lzma
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import OuterRef, QuerySet, Subquery

from folkmoot.accounts.models import Address
from folkmoot.conversations.models import Attachment, Post, Reference
from folkmoot.doors.mail.archives.reading import NOBODY
from folkmoot.doors.mail.archives.writing import letter
from folkmoot.groups.models import Group
from folkmoot.kit import mbox
from folkmoot.store import files

A_PAGE = 200
UNNAMED = "a-member"  # who spoke without a name stays without one, also outside
ASKED_AT_ONCE = 5000  # ids in one query
PACKERS: dict[str, Callable[[Path, str], Any]] = {".gz": gzip.open, ".xz": lzma.open, ".bz2": bz2.open}


@dataclass(slots=True)
class Taken:
    """What was taken out."""

    posts: int = 0
    attachments: int = 0
    lost: list[str] = field(default_factory=list)  # attached files that are not on the disk any more


def posts_of(group: Group) -> QuerySet[Post]:
    return Post.objects.not_taken_back().filter(channel__group=group)


def take_out(group: Group, path: Path, *, watch: Callable[[int], None]) -> Taken:
    """Write all posts of a group into a file."""
    return take_posts_out(posts_of(group), path, watch=watch)


def take_posts_out(posts: QuerySet[Post], path: Path, *, watch: Callable[[int], None]) -> Taken:
    """Write posts into a file, in the order they came in; the file is there when it is complete."""
    taken = Taken()
    with _unfinished(path) as file:
        for page in _pages(posts):
            for post, address, references in _with_facts(page):
                attached = _on_disk(post, taken)
                raw = letter(post, address=address, references=references, attached=attached)
                mbox.write(file, raw, address, post.posted_at)
                taken.posts += 1
                taken.attachments += len(attached)
            watch(len(page))
    return taken


@contextmanager
def _unfinished(path: Path) -> Iterator[BinaryIO]:
    """A file beside the one that is wanted; it takes its place when all went well."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with PACKERS.get(path.suffix, open)(beside, "wb") as file:
            os.chmod(beside, 0o600)  # it holds addresses
            yield file
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _pages(posts: QuerySet[Post]) -> Iterator[Sequence[Post]]:
    first = Post.objects.filter(topic=OuterRef("topic")).order_by("posted_at", "pk").values("message_id")[:1]
    rows = posts.annotate(begun_by=Subquery(first)).select_related("author", "topic", "answers")
    rows = rows.prefetch_related("attachments__file").order_by("pk")
    keys, last = posts.order_by("pk").values_list("pk", flat=True), 0
    while here := list(keys.filter(pk__gt=last)[:A_PAGE]):  # first which: else PostgreSQL may join all for each page
        yield list(rows.filter(pk__in=here))
        last = here[-1]


def _with_facts(page: Sequence[Post]) -> Iterator[tuple[Post, str, tuple[str, ...]]]:
    """Each post with its author's address and the ids its letter names."""
    people = {post.author_id for post in page}
    rows = Address.objects.filter(user__in=people).order_by("primary", "verified", "-pk")
    addresses = dict(rows.values_list("user_id", "email"))
    named = {name for post in page for name in _named(post)}
    topics = _topics({post.channel_id for post in page}, sorted(named))
    for post in page:
        references = tuple(one for one in _named(post) if topics.get((post.channel_id, one)) == post.topic_id)
        known = addresses.get(post.author_id, f"{post.author.handle}@{NOBODY}")
        yield post, f"{UNNAMED}@{NOBODY}" if post.is_anonymous else known, references


def _topics(channels: set[int], names: list[str]) -> dict[tuple[int, str], int]:
    """The topics that ids belong to in each channel. What belongs to another topic must not tie the two together."""
    found: dict[tuple[int, str], int] = {}
    for start in range(0, len(names), ASKED_AT_ONCE):
        rows = Reference.objects.filter(channel__in=channels, message_id__in=names[start : start + ASKED_AT_ONCE])
        found |= {(one.channel_id, one.message_id): one.topic_id for one in rows}
    return found


def _named(post: Post) -> list[str]:
    """What a post's letter names, oldest first. What was said here names the topic's first post and what it answers."""
    named = post.references.split()
    if post.archive_id is None or post.via != "mail":
        begun_by = post.begun_by  # type: ignore[attr-defined]  # annotated
        named = [*([begun_by] if begun_by not in named else []), *named]
        if post.answers and post.answers.message_id not in named:
            named.append(post.answers.message_id)
    return [one for one in named if one != post.message_id]


def _on_disk(post: Post, taken: Taken) -> list[Attachment]:
    every = sorted(post.attachments.all(), key=lambda one: one.pk)
    there = [one for one in every if files.where(one.file.sha256).exists()]
    taken.lost += [f"{one.name} of {post.message_id}" for one in every if one not in there]
    return there
