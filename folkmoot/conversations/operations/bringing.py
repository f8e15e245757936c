"""The talk of a group that comes with a package. Inside the transaction of who brings it; rendered before that."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Model
from django.utils.timezone import now

from folkmoot.accounts.models import Actor, Operator, Person
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Archive, Attachment, Channel, Edition, OldTopic, Post, StoredFile, Topic
from folkmoot.conversations.packages import TABLES
from folkmoot.conversations.rendering import KeptFile
from folkmoot.kit import mentions
from folkmoot.kit.errors import require
from folkmoot.kit.parts import in_parts
from folkmoot.store import search, unpacking
from folkmoot.store.packages import Row, Table
from folkmoot.store.unpacking import Keys

AT_ONCE = 500
Html = tuple[str, int]
RowsOf = Callable[[Table], Iterable[Row]]


@dataclass(slots=True)
class Found:
    """A file of a package: its size, and what it is by its first bytes."""

    size: int = 0
    kind: str = "application/octet-stream"


@dataclass(slots=True)
class Around:
    """What hangs on posts and is needed to render them, by their places in the package."""

    files: dict[int, list[KeptFile]] = field(default_factory=lambda: defaultdict(list))
    named: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    changed: dict[int, tuple[str, str] | None] = field(default_factory=dict)  # markup and way of those with editions

    def note(self, table: Table, row: Row, found: Mapping[str, Found]) -> None:
        """Keep what a row says of a post."""
        if table.model is Attachment:
            of = found.get(row["file"], Found())
            kept = KeptFile(row["name"], row["file"], of.size, of.kind, row["content_id"], row["is_inline"])
            self.files[row["post"]].append(kept)
        elif table.name == "mentions":
            self.named[row["post"]].add(row["person"])
        elif table.model is Edition:
            self.changed[row["post"]] = None

    def render_posts(self, rows: Iterable[Row], handles: Collection[str]) -> Iterator[Html]:
        """Yield the HTML of each post. A name is a link where the handle still means the same person."""
        for place, row in enumerate(rows, 1):
            if place in self.changed:
                self.changed[place] = row["markup"], row["via"]
            html, version = _render(row["body"], row["markup"], row["via"], self.files.get(place, ()))
            yield mentions.linked(html, self.named.get(place, set()) & set(handles)), version

    def render_editions(self, rows: Iterable[Row]) -> Iterator[Html]:
        for row in rows:
            markup, via = self.changed[row["post"]] or ("markdown", "web")
            yield _render(row["body"], markup, via, self.files.get(row["post"], ()))


def _render(body: str, markup: str, via: str, files: Sequence[KeptFile]) -> Html:
    if via == "mail":
        return rendering.render_letter(body, "text" if markup == "text" else "markdown", files)
    return rendering.render(body, markup, files)


def bring_files(found: Mapping[str, Found]) -> dict[str, int]:
    """Note the files that lie on the disk; returns their keys."""
    rows = [StoredFile(sha256=name, size=one.size, kind=one.kind) for name, one in found.items()]
    StoredFile.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
    keys: dict[str, int] = {}
    for names in in_parts(list(found), AT_ONCE):
        keys |= dict(StoredFile.objects.filter(sha256__in=names).values_list("sha256", "pk"))
    return keys


def bring_talk(
    rows_of: RowsOf,
    keys: Keys,
    *,
    html: Mapping[type[Post] | type[Edition], Iterator[Html]],
    nobody: Callable[[], int],
    whence: tuple[str, str],  # the file's name, and the hash by which it is known again
    by: Actor,
) -> None:
    """Write all that a package says of its talk. It counts as its authors' own once they say so, as in any archive."""
    require(isinstance(by, Operator) or by.is_administrator, "Only administrators of this place bring groups.")
    archives: dict[int, int] = {}

    def of_post(row: Row) -> Row:
        made, version = next(html[Post])
        author = {"author_id": nobody()} if row["author"] is None else {}
        return {"html": made, "html_version": version, "archive_id": archives[row["channel"]], **author}

    def of_edition(row: Row) -> Row:
        made, _version = next(html[Edition])
        return {"html": made}

    more: dict[type[Model], Callable[[Row], Row]] = {Post: of_post, Edition: of_edition}
    for table in TABLES:
        unpacking.write(table, rows_of(table), keys, more.get(table.model, lambda row: {}))
        if table.model is Channel:
            archives |= _archives(keys.places[Channel], whence, by)


def bring_old_numbers(topics: Mapping[int, int], *, above: int) -> None:
    """Let numbers that led to topics where they come from lead there here, unless they mean something else.

    They do up to `above`, and past the highest topic they will.
    """
    taken = set(Topic.objects.filter(pk__gt=above).values_list("pk", flat=True))
    free = range(above + 1, max(taken, default=0))
    rows = [OldTopic(number=one, topic_id=key) for one, key in topics.items() if one in free and one not in taken]
    OldTopic.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)


def index_brought(keys: Sequence[int]) -> None:
    """Make posts findable that came with a package."""
    for some in in_parts(keys, AT_ONCE):
        posts = Post.objects.filter(pk__in=list(some), removed_at=None)
        search.index(posts.order_by("pk").values_list("pk", "channel_id", "title", "body"))


def _archives(channels: Sequence[int], whence: tuple[str, str], by: Actor) -> dict[int, int]:
    """One for each channel, by the channel's place."""
    who, (name, fingerprint) = by if isinstance(by, Person) else None, whence
    rows = [
        Archive(channel_id=key, file_name=name[-200:], fingerprint=fingerprint, brought_by=who, finished_at=now())
        for key in channels
    ]
    Archive.objects.bulk_create(rows)
    return {place: row.pk for place, row in enumerate(rows, 1)}
