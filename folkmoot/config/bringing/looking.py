"""A group's package looked at, before anything is written: whether all in it can be, and fits together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models

from folkmoot.accounts.models import Address, Affiliation, Organization, Person
from folkmoot.accounts.operations import Comer
from folkmoot.config.packages import FORMAT, NUMBERS, TABLES, VERSION, WORDS
from folkmoot.conversations import rendering
from folkmoot.conversations.models import Post, StoredFile, Topic
from folkmoot.conversations.operations import Around, Found
from folkmoot.groups.operations import check_tree
from folkmoot.kit.errors import Refused
from folkmoot.kit.parcels import Parcel
from folkmoot.store import unpacking
from folkmoot.store.packages import Row, Table, content_hash
from folkmoot.store.unpacking import Arrivals

OTHERS = ("people", "organizations", "affiliations")  # parts that are not rows of the group
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
TIES: dict[str, models.Field[Any, Any]] = {
    "person": PEOPLE["handle"],
    "organization": COMPANIES["slug"],
    "starts_on": Affiliation._meta.get_field("starts_on"),
    "ends_on": Affiliation._meta.get_field("ends_on"),
}
PLACES: dict[str, models.Field[Any, Any]] = {
    "part": models.CharField(max_length=10, choices=[("topics", ""), ("posts", "")]),
    "row": models.IntegerField(),
    "number": models.IntegerField(),
    "is_old": models.BooleanField(),
}


@dataclass(slots=True)
class Package:
    """A package that was looked at: everything in it can be, and fits together."""

    parcel: Parcel
    name: str
    hash: str
    arrivals: Arrivals
    comers: Sequence[Comer]
    companies: Sequence[Row]
    ties: Sequence[Row]  # who belongs to which company
    found: dict[str, Found]
    around: Around
    numbers: Mapping[type[models.Model], Sequence[int | None]] = field(default_factory=dict)  # of pages
    old_numbers: Mapping[int, int] = field(default_factory=dict)  # that led to a topic, to its place

    @property
    def missing(self) -> list[str]:
        """Files that were lost before it was written."""
        return sorted(self.arrivals.named.get(StoredFile, set()) - self.found.keys())

    def rows(self, table: Table) -> Iterator[Row]:
        return unpacking.read(table, _lines(self.parcel, f"{table.name}.jsonl"), self.arrivals)


def root_of(path: Path) -> str:
    """Return the address of a package's first group."""
    with Parcel(path) as parcel:
        first = next(_lines(parcel, "groups.jsonl"), b"")
        said = unpacking.loads(first) if first else None
    return str(said.get("slug", "")) if isinstance(said, dict) else ""


def look_at(parcel: Parcel, name: str) -> Package:
    about = _about(parcel)
    counts = {}
    for table in TABLES:
        counts[table.model] = _count(parcel, about, f"{table.name}.jsonl")
    for other in OTHERS:
        _count(parcel, about, f"{other}.jsonl")
    arrivals, around = Arrivals(counts, WORDS), Around()
    found = {one.removeprefix("files/"): _file(parcel, one) for one in about["parts"] if one.startswith("files/")}
    package = Package(parcel, name, about["content_hash"], arrivals, (), (), (), found, around)
    for table in TABLES:
        for row in package.rows(table):
            around.note(table, row, found)
    check_tree(arrivals)
    package.comers = list(_comers(parcel, arrivals))
    package.companies = list(unpacking.read_free("organizations", COMPANIES, _lines(parcel, "organizations.jsonl")))
    package.ties = list(unpacking.read_free("affiliations", TIES, _lines(parcel, "affiliations.jsonl")))
    people, companies = ({one[name] for one in package.ties} for name in ("person", "organization"))
    people |= arrivals.named.get(Person, set())
    companies |= arrivals.named.get(Organization, set())
    _all_there("people", people, [one.handle for one in package.comers])
    _all_there("organizations", companies, [one["slug"] for one in package.companies])
    package.numbers, package.old_numbers = _numbers_of(package)
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
    known = {f"{table.name}.jsonl" for table in TABLES} | {f"{one}.jsonl" for one in OTHERS}
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
    digest, _lines_in = parcel.digest(name)
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


def _numbers_of(package: Package) -> tuple[dict[type[models.Model], list[int | None]], dict[int, int]]:
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
        if twice := [one for one, times in Counter(numbers).items() if one is not None and times > 1]:
            raise Refused(f"{NUMBERS}: two have the number {min(twice)}")
    return wished, old
