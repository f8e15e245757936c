"""A group with all that is its own as one file: which part tells it. The whole answer is here."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.conf import settings
from django.db.models import Count, Max, Min, Q

from folkmoot.accounts.models import Address, Affiliation, Organization, Person
from folkmoot.conversations.models import Channel, OldTopic, Post, StoredFile, Topic
from folkmoot.conversations.packages import TABLES as OF_TALK
from folkmoot.doors.mail.archives.taking import take_posts_out
from folkmoot.groups.models import Group, Membership, OrganizationSide
from folkmoot.groups.packages import TABLES as OF_GROUPS
from folkmoot.kit.errors import Refused
from folkmoot.kit.parts import in_parts
from folkmoot.meetings.packages import TABLES as OF_MEETINGS
from folkmoot.store import files
from folkmoot.store.packages import CHANGED, Numbers, content_hash, line, lines, number_all

FORMAT, VERSION = "folkmoot-group", 1
NUMBERS = "numbers.jsonl"
AT_ONCE = 500
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # so that the same content gives the same file
WORDS = {Person: "handle", Organization: "slug", Address: "email", StoredFile: "sha256"}
TABLES = [*OF_GROUPS, *OF_TALK, *OF_MEETINGS]


@dataclass(slots=True)
class Packed:
    """What became of it: how many rows each part has, its hash, and files that are not on the disk any more."""

    rows: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    @property
    def content_hash(self) -> str:
        return content_hash(self.hashes)


def pack(
    group: Group, path: Path, *, closed: bool = False, watch: Callable[[int], None] = lambda percent: None
) -> Packed:
    """Write a group and the groups below it into a ZIP; it is there when it is complete.

    `closed` takes in those below that closed themselves. `watch` is told how many percent are done.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.unlink(missing_ok=True)  # of one that was killed, and had this number by chance
    try:
        with beside.open("xb") as file:
            os.chmod(beside, 0o600)  # it holds addresses
            with ZipFile(file, "w", ZIP_DEFLATED) as into:
                packed = _pack(_below(group, closed), into, watch)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return packed


def _below(group: Group, closed: bool) -> list[int]:
    """The group and those below it; what closed itself to roles from above is not the owner's to take along."""
    groups = Group.objects.filter(reaching__above=group, reaching__is_open__in={True, not closed})
    return list(groups.order_by("pk").values_list("pk", flat=True))


def _pack(groups: Sequence[int], into: ZipFile, watch: Callable[[int], None]) -> Packed:
    packed, numbers = Packed(), Numbers(WORDS)
    number_all(TABLES, groups, numbers)
    for number, table in enumerate(TABLES):
        watch(90 * number // len(TABLES))
        rows = lines(table, groups, numbers)
        _write(into, packed, table.name, rows, expected=len(numbers.places[table.model]))
    watch(90)
    companies, people = (sorted(numbers.named.get(one, ())) for one in (Organization, Person))
    _write(into, packed, "organizations", _organizations(companies), expected=len(companies))
    _write(into, packed, "people", _people(people), expected=len(people))
    _write(into, packed, "affiliations", _affiliations(groups))
    for name in sorted(numbers.named.get(StoredFile, ())):
        _add_file(into, packed, name)
    into.writestr(_entry(NUMBERS), b"".join(_numbers(groups, numbers)))
    _write_archives(into, groups)
    about = {"format": FORMAT, "version": VERSION, "content_hash": packed.content_hash, "parts": packed.hashes}
    into.writestr(_entry("package.json"), line(about))
    return packed


def _write(into: ZipFile, packed: Packed, part: str, rows: Iterable[bytes], *, expected: int | None = None) -> None:
    """Write a part. With a row less than expected, the others would not stand where they are named."""
    name, digest, count = f"{part}.jsonl", hashlib.sha256(), 0
    with into.open(_entry(name), "w", force_zip64=True) as file:
        for row in rows:
            file.write(row)
            digest.update(row)
            count += 1
    if expected not in (None, count):
        raise Refused(CHANGED)
    packed.rows[part], packed.hashes[name] = count, digest.hexdigest()


def _people(handles: Sequence[str]) -> Iterator[bytes]:
    """Each with one address to know them by; what else is theirs is not the group's."""
    for some in in_parts(handles, AT_ONCE):
        people = Person.objects.filter(handle__in=some).order_by("handle")
        rows = Address.objects.filter(user__in=people).order_by("primary", "verified", "-pk")
        addresses = dict(rows.values_list("user_id", "email"))  # the last is the best one
        for pk, handle, name, erased_at in people.values_list("pk", "handle", "name", "erased_at"):
            yield line({"handle": handle, "name": name, "address": addresses.get(pk, ""), "erased_at": erased_at})


def _affiliations(groups: Sequence[int]) -> Iterator[bytes]:
    """To which of the groups' companies their people belong, whatever proves it: sides are made of that."""
    ties = Affiliation.objects.filter(
        organization__in=OrganizationSide.objects.filter(group__in=groups).values("organization"),
        person__in=Membership.objects.filter(group__in=groups).values("person"),
    )
    names = ("person__handle", "organization__slug")
    rows = ties.values(*names).annotate(since=Min("starts_on"), until=Max("ends_on"), open=Count("pk", Q(ends_on=None)))
    for one in rows.order_by(*names).iterator(chunk_size=AT_ONCE):
        said = {"person": one["person__handle"], "organization": one["organization__slug"], "starts_on": one["since"]}
        yield line(said | {"ends_on": None if one["open"] else one["until"]})


def _numbers(groups: Sequence[int], numbers: Numbers) -> Iterator[bytes]:
    """What stands in the addresses of pages here. The same talk may have others elsewhere: they don't count."""
    for model, part in ((Topic, "topics"), (Post, "posts")):
        for number, place in numbers.places[model].items():
            yield line({"part": part, "row": place, "number": number, "is_old": False})
    old, places = OldTopic.objects.filter(topic__channel__group__in=groups), numbers.places[Topic]
    for number, topic in old.order_by("number").values_list("number", "topic"):
        if topic in places:  # or it came meanwhile
            yield line({"part": "topics", "row": places[topic], "number": number, "is_old": True})


def _organizations(slugs: Sequence[str]) -> Iterator[bytes]:
    for one in Organization.objects.filter(slug__in=slugs).order_by("slug").prefetch_related("domains"):
        yield line({"slug": one.slug, "name": one.name, "domains": sorted(each.domain for each in one.domains.all())})


def _add_file(into: ZipFile, packed: Packed, name: str) -> None:
    """Its name is its hash, so it counts by that."""
    path = files.where(name)
    if not path.exists():
        packed.lost.append(name)
        return
    with path.open("rb") as kept, into.open(_entry(f"files/{name}"), "w", force_zip64=True) as file:
        shutil.copyfileobj(kept, file)
    packed.hashes[f"files/{name}"] = name


def _write_archives(into: ZipFile, groups: Sequence[int]) -> None:
    """The same talk as every mail program reads it. It adds nothing, so it does not count in the hash."""
    channels = Channel.objects.filter(group__in=groups).select_related("group").order_by("pk")
    with tempfile.TemporaryDirectory(dir=settings.HOME) as folder:  # /tmp may be too small, or memory
        for channel in channels:
            path = Path(folder) / "talk.mbox"
            posts = Post.objects.not_taken_back().filter(channel=channel)
            take_posts_out(posts, path, watch=lambda _count: None)
            with path.open("rb") as talk, into.open(_entry(f"mbox/{channel}.mbox"), "w", force_zip64=True) as file:
                shutil.copyfileobj(talk, file)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, LONG_AGO)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
