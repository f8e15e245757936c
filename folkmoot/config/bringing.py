"""A group's package read in: looked at as a whole first, then written in one transaction. All of it or nothing.

One long transaction, unlike elsewhere: a process that is killed in the middle leaves no half of a group behind, and
nobody sees one. Files lie on the disk before; those that get no row are swept at night like all others.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import DataError, IntegrityError, models, transaction

from folkmoot.accounts.models import Actor, Address, Organization, Person
from folkmoot.accounts.operations import Comer, bring_nobody, bring_organizations, bring_people, enrol, same_handles
from folkmoot.config.packages import FORMAT, NUMBERS, TABLES, VERSION, WORDS
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Edition, Post, StoredFile, Topic
from folkmoot.conversations.operations import (
    Around,
    Found,
    bring_files,
    bring_old_numbers,
    bring_talk,
    index_brought,
)
from folkmoot.groups.models import Group, MailName
from folkmoot.groups.operations import bring_groups, bring_owner, check_tree, free_addresses, require_owners
from folkmoot.kit.errors import Refused
from folkmoot.kit.parcels import Parcel
from folkmoot.store import files, unpacking
from folkmoot.store.packages import Row, Table, content_hash
from folkmoot.store.unpacking import Arrivals, Keys

LARGEST_LIST = 64 << 20  # bytes of package.json
HIGHEST_NUMBER = 10**12  # that a page gets because it had it elsewhere
PEOPLE: dict[str, models.Field[Any, Any]] = {
    "handle": Person._meta.get_field("handle"),
    "name": Person._meta.get_field("name"),
    "address": Address._meta.get_field("email"),
    "erased_at": Person._meta.get_field("erased_at"),
}
COMPANIES: dict[str, models.Field[Any, Any]] = {
    "slug": Organization._meta.get_field("slug"),
    "name": Organization._meta.get_field("name"),
    "domains": models.JSONField(default=list),
}
PLACES: dict[str, models.Field[Any, Any]] = {
    "part": models.CharField(max_length=10, choices=[("topics", ""), ("posts", "")]),
    "row": models.IntegerField(),
    "number": models.IntegerField(),
    "is_old": models.BooleanField(),
}


@dataclass(slots=True)
class Brought:
    """What became of it."""

    group: str
    content_hash: str
    rows: dict[str, int] = field(default_factory=dict)
    found: int = 0  # people who were here
    made: int = 0
    companies: list[str] = field(default_factory=list)  # that are new here
    missing: list[str] = field(default_factory=list)  # files that were lost before
    lost_names: int = 0  # addresses of the past that are somebody else's here
    kept_numbers: int = 0  # topics and posts whose pages have the address that they had


@dataclass(slots=True)
class Package:
    """A package that was looked at: everything in it can be, and fits together."""

    parcel: Parcel
    name: str
    hash: str
    arrivals: Arrivals
    comers: Sequence[Comer]
    companies: Sequence[Row]
    found: dict[str, Found]
    around: Around

    def rows(self, table: Table) -> Iterator[Row]:
        return unpacking.read(table, _lines(self.parcel, f"{table.name}.jsonl"), self.arrivals)


def bring(
    path: Path, *, slugs: Mapping[str, str] | None = None, owner: str = "", by: Actor, via: str, is_dry: bool = False
) -> Brought:
    """Bring a package's group and all below it here, under addresses that are free. Nobody gets a letter for it."""
    with Parcel(path) as parcel, ExitStack() as stack:
        package = _looked_at(parcel, path.name)
        given = free_addresses(package.arrivals, slugs or {})
        handles = same_handles(package.comers)
        pages = {model: stack.enter_context(tempfile.TemporaryFile(dir=settings.HOME)) for model in (Post, Edition)}
        _render(package, pages, handles)
        fresh = [] if is_dry else _keep_files(package)
        try:
            with transaction.atomic():
                brought = _write(package, pages, given, owner, by, via, is_dry)
                if same_handles(package.comers) - handles:
                    raise Refused("Somebody came or went meanwhile. Please do it again.")
                transaction.set_rollback(is_dry)
        except (IntegrityError, DataError) as error:
            _drop_files(fresh)
            raise Refused(f"some rows can't stand beside each other: {str(error).splitlines()[0]}") from error
        except BaseException:
            _drop_files(fresh)
            raise
    return brought


def root_of(path: Path) -> str:
    """Return the address of a package's first group."""
    with Parcel(path) as parcel:
        first = next(_lines(parcel, "groups.jsonl"), b"")
        said = unpacking.loads(first) if first else None
    return str(said.get("slug", "")) if isinstance(said, dict) else ""


def _looked_at(parcel: Parcel, name: str) -> Package:
    about = _about(parcel)
    counts = {}
    for table in TABLES:
        counts[table.model] = _count(parcel, about, f"{table.name}.jsonl")
    for other in ("people.jsonl", "organizations.jsonl"):
        _count(parcel, about, other)
    arrivals, around = Arrivals(counts, WORDS), Around()
    found = {one.removeprefix("files/"): _file(parcel, one) for one in about["parts"] if one.startswith("files/")}
    package = Package(parcel, name, about["content_hash"], arrivals, (), (), found, around)
    for table in TABLES:
        for row in package.rows(table):
            around.note(table, row, found)
    check_tree(arrivals)
    package.comers = list(_comers(parcel, arrivals))
    package.companies = list(unpacking.read_free("organizations", COMPANIES, _lines(parcel, "organizations.jsonl")))
    _all_there("people", arrivals.named.get(Person, set()), [one.handle for one in package.comers])
    _all_there("organizations", arrivals.named.get(Organization, set()), [one["slug"] for one in package.companies])
    return package


def _about(parcel: Parcel) -> dict[str, Any]:
    """Read what the package says of itself, and that it says it of just these parts."""
    about = _said_of_itself(parcel)
    parts = about.get("parts")
    if not isinstance(parts, dict) or not all(isinstance(one, str) for one in parts.values()):
        raise Refused("package.json: its parts are no list of hashes")
    counted = {one for one in parcel.entries if not one.startswith("mbox/")} - {"package.json", NUMBERS}
    if counted != parts.keys():
        raise Refused(f"what is in it and what it says differ: {min(counted ^ parts.keys())}")
    known = {f"{table.name}.jsonl" for table in TABLES} | {"people.jsonl", "organizations.jsonl"}
    if strange := {one for one in counted if not one.startswith("files/")} - known:
        raise Refused(f"there is a part {min(strange)} that this Folkmoot does not know; a newer one may")
    if content_hash(parts) != about.get("content_hash"):
        raise Refused("its content_hash is not that of its parts")
    return about


def _said_of_itself(parcel: Parcel) -> dict[str, Any]:
    if "package.json" not in parcel.entries:
        raise Refused("it is not the package of a group: there is no package.json in it")
    try:
        about = unpacking.loads(parcel.content("package.json", LARGEST_LIST))
    except Refused as refusal:
        raise Refused(f"package.json: {refusal}") from refusal
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Refused("it is not the package of a group")
    if about.get("version") != VERSION:
        raise Refused(f"it is of version {about.get('version')}, and this Folkmoot reads version {VERSION}")
    return about


def _count(parcel: Parcel, about: Mapping[str, Any], name: str) -> int:
    """Return how many rows a part has; one that was not there in older versions has none."""
    if name not in parcel.entries:
        return 0
    digest, lines = parcel.digest(name)
    if digest != about["parts"][name]:
        raise Refused(f"{name} is not what it was when the package was written")
    return lines


def _file(parcel: Parcel, name: str) -> Found:
    digest, _lines_of = parcel.digest(name)
    if digest != name.removeprefix("files/"):
        raise Refused(f"{name} is not what its name says")
    first = next(parcel.pieces(name), b"")
    return Found(parcel.entries[name].file_size, rendering.kind_of(first) or "application/octet-stream")


def _lines(parcel: Parcel, name: str) -> Iterator[bytes]:
    if name in parcel.entries:
        yield from parcel.lines(name)


def _comers(parcel: Parcel, arrivals: Arrivals) -> Iterator[Comer]:
    further: dict[str, set[str]] = {}
    for handle, address in arrivals.named.get(Address, ()):
        further.setdefault(handle, set()).add(address)
    for row in unpacking.read_free("people", PEOPLE, _lines(parcel, "people.jsonl")):
        if row["handle"] != row["handle"].lower() or not row["handle"]:
            raise Refused(f"people.jsonl: {row['handle']!r} is no handle")
        yield Comer(**row, further=frozenset(further.get(row["handle"], ())))


def _all_there(part: str, named: set[Any], there: Sequence[str]) -> None:
    if len(set(there)) != len(there):
        raise Refused(f"{part}.jsonl: somebody stands there twice")
    if gone := named - set(there):
        raise Refused(f"{part}.jsonl: {min(gone)} is named, and not there")


def _render(package: Package, pages: Mapping[Any, IO[bytes]], handles: frozenset[str]) -> None:
    """Make the HTML of all posts before the transaction, into files beside: there may be more than fits in memory."""
    tables = {table.model: table for table in TABLES}
    for html in package.around.render_posts(package.rows(tables[Post]), handles):
        pages[Post].write(json.dumps(html).encode() + b"\n")
    for html in package.around.render_editions(package.rows(tables[Edition])):
        pages[Edition].write(json.dumps(html).encode() + b"\n")
    for file in pages.values():
        file.seek(0)


def _keep_files(package: Package) -> list[str]:
    """Keep the files; returns those that were not here."""
    fresh = [name for name in package.found if not files.where(name).exists()]
    for name in package.found:
        files.keep(b"".join(package.parcel.pieces(f"files/{name}")))
    return fresh


def _drop_files(names: Iterable[str]) -> None:
    for name in names:
        if not StoredFile.objects.filter(sha256=name).exists():
            files.where(name).unlink(missing_ok=True)


def _write(
    package: Package,
    pages: Mapping[Any, IO[bytes]],
    given: Mapping[str, str],
    owner: str,
    by: Actor,
    via: str,
    is_dry: bool,
) -> Brought:
    people = bring_people(package.comers, via=via)
    companies, new = bring_organizations(package.companies, via=via)
    missing = sorted(package.arrivals.named.get(StoredFile, set()) - package.found.keys())
    kept = bring_files({**package.found, **dict.fromkeys(missing, Found())})
    wished, old = _numbers(package) if not is_dry else ({}, {})
    keys = Keys(
        places={model: _places(model, count, wished.get(model, ()), is_dry) for model, count in _counts(package)},
        words={
            Person: people.people.__getitem__,
            Organization: companies.__getitem__,
            StoredFile: kept.__getitem__,
            Address: people.addresses.get,
        },
    )
    group = bring_groups(package.rows, keys, slugs=given, by=by, via=via)
    if owner:
        bring_owner(group, (Person.objects.known_at(owner) or enrol(name="", address=owner, via=via)).pk)
    require_owners(group)
    html = {model: map(json.loads, file) for model, file in pages.items()}
    bring_talk(package.rows, keys, html=html, nobody=_Nobody(), name=package.name, fingerprint=package.hash, by=by)
    if not is_dry:
        bring_old_numbers({number: keys.places[Topic][place - 1] for number, place in old.items()})
        index_brought(keys.places[Post])
    names = MailName.objects.filter(group__in=list(keys.places[Group]), local__in=_names(package)).count()
    return Brought(
        group=group.slug,
        content_hash=package.hash,
        rows={table.name: package.arrivals.counts[table.model] for table in TABLES},
        found=len(people.found),
        made=len(people.people) - len(people.found),
        companies=new,
        missing=missing,
        lost_names=len(_names(package)) - names,
        kept_numbers=sum(
            one == key for model, some in wished.items() for one, key in zip(some, keys.places[model], strict=True)
        ),
    )


class _Nobody:
    """Who stands for those without a name, made when the first one comes."""

    def __init__(self) -> None:
        self.key = 0

    def __call__(self) -> int:
        self.key = self.key or bring_nobody()
        return self.key


def _counts(package: Package) -> Iterable[tuple[type[models.Model], int]]:
    return package.arrivals.counts.items()


def _places(model: type[models.Model], count: int, wished: Sequence[int | None], is_dry: bool) -> Sequence[int]:
    """Keys for a part's rows. What is only tried takes none that anybody could get."""
    return range(-1, -count - 1, -1) if is_dry else unpacking.set_aside(model, count, wished)


def _names(package: Package) -> list[str]:
    table = next(one for one in TABLES if one.model is MailName)
    return [row["local"] for row in package.rows(table)]


def _numbers(package: Package) -> tuple[dict[type[models.Model], list[int | None]], dict[int, int]]:
    """The numbers that topics and posts had in the addresses of their pages, and older ones of topics."""
    counts = package.arrivals.counts
    wished: dict[type[models.Model], list[int | None]] = {one: [None] * counts[one] for one in (Topic, Post)}
    old: dict[int, int] = {}
    for row in unpacking.read_free("numbers", PLACES, _lines(package.parcel, NUMBERS)):
        model = Topic if row["part"] == "topics" else Post
        if not (1 <= row["row"] <= counts[model] and 1 <= row["number"] <= HIGHEST_NUMBER):
            raise Refused(f"{NUMBERS}: there is no such row, or no such number: {row['number']}")
        if row["is_old"]:
            old[row["number"]] = row["row"]
        else:
            wished[model][row["row"] - 1] = row["number"]
    for numbers in wished.values():
        given = [one for one in numbers if one is not None]
        if len(set(given)) != len(given):
            raise Refused(f"{NUMBERS}: two have the same number")
    return wished, old
