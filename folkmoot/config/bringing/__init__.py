"""A group's package read in: looked at as a whole first, then written in one transaction. All of it or nothing.

One long transaction, unlike elsewhere: a process that is killed in the middle leaves no half of a group behind, and
nobody sees one. Files lie on the disk before; those that get no row are swept at night like all others.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import DataError, IntegrityError, models, transaction

from folkmoot.accounts.models import Actor, Address, Organization, Person
from folkmoot.accounts.operations import (
    Welcomed,
    bring_affiliations,
    bring_nobody,
    bring_organizations,
    bring_people,
    enrol,
    same_handles,
)
from folkmoot.config.bringing.looking import Package, look_at, root_of
from folkmoot.config.packages import TABLES
from folkmoot.conversations.models import Edition, Post, StoredFile, Topic
from folkmoot.conversations.operations import Found, bring_files, bring_old_numbers, bring_talk, index_brought
from folkmoot.groups.models import Group, MailName
from folkmoot.groups.operations import bring_groups, bring_owner, free_addresses, require_owners
from folkmoot.kit.errors import Refused
from folkmoot.kit.parcels import Parcel
from folkmoot.meetings.operations import bring_meetings
from folkmoot.store import files
from folkmoot.store.keys import given, last_of, set_aside
from folkmoot.store.statistics import renew_statistics
from folkmoot.store.unpacking import Keys

__all__ = ["Brought", "bring", "root_of"]


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


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants it brought."""

    slugs: Mapping[str, str]  # by those that the groups had
    owner: str
    by: Actor
    via: str
    is_dry: bool


def bring(
    path: Path, *, slugs: Mapping[str, str] | None = None, owner: str = "", by: Actor, via: str, is_dry: bool = False
) -> Brought:
    """Bring a package's group and all below it here, under addresses that are free. Nobody gets a letter for it."""
    with Parcel(path) as parcel, ExitStack() as stack:
        package = look_at(parcel, path.name)
        wish = Wish(free_addresses(package.arrivals, slugs or {}), owner, by, via, is_dry)
        handles = same_handles(package.comers)
        pages = {model: stack.enter_context(tempfile.TemporaryFile(dir=settings.HOME)) for model in (Post, Edition)}
        _render(package, pages, handles)
        if not is_dry:
            _keep_files(package)
        try:
            with transaction.atomic():
                if same_handles(package.comers) != handles:
                    raise Refused("Somebody came or went meanwhile. Please do it again.")
                brought = _write(package, pages, wish)
                transaction.set_rollback(is_dry)
        except (IntegrityError, DataError) as error:
            raise Refused(f"some rows can't stand beside each other: {str(error).splitlines()[0]}") from error
    if not is_dry:
        renew_statistics(*(table.model for table in TABLES))
    return brought


def _render(package: Package, pages: Mapping[Any, IO[bytes]], handles: frozenset[str]) -> None:
    """Make the HTML of all posts before the transaction, into files beside: there may be more than fits in memory."""
    tables = {table.model: table for table in TABLES}
    for html in package.around.render_posts(package.rows(tables[Post]), handles):
        pages[Post].write(json.dumps(html).encode() + b"\n")
    for html in package.around.render_editions(package.rows(tables[Edition])):
        pages[Edition].write(json.dumps(html).encode() + b"\n")
    for file in pages.values():
        file.seek(0)


def _keep_files(package: Package) -> None:
    for name in package.found:
        files.keep(b"".join(package.parcel.pieces(f"files/{name}")))


def _write(package: Package, pages: Mapping[Any, IO[bytes]], wish: Wish) -> Brought:
    """Write all of it, and tell what became of it."""
    people = bring_people(package.comers)
    companies, new = bring_organizations(package.companies, via=wish.via)
    bring_affiliations(package.ties, people.people, {slug: companies[slug] for slug in new})
    last = {model: last_of(model) for model in package.numbers}
    keys = _keys(package, people, companies, wish)
    group = bring_groups(package.rows, keys, slugs=wish.slugs, by=wish.by, via=wish.via)
    if wish.owner:
        owner = Person.objects.known_at(wish.owner) or enrol(name="", address=wish.owner, via=wish.via)
        bring_owner(group, owner.pk)
    require_owners(group)
    html = {model: map(json.loads, file) for model, file in pages.items()}
    whence = (package.name, package.hash)
    bring_talk(package.rows, keys, html=html, nobody=_Nobody(), whence=whence, by=wish.by)
    bring_meetings(package.rows, keys, by=wish.by)
    if not wish.is_dry:
        old = {number: keys.places[Topic][place - 1] for number, place in package.old_numbers.items()}
        bring_old_numbers(old, above=last[Topic])
        index_brought(keys.places[Post])
        for model in package.numbers:
            given(model, keys.places[model])
    return _told(package, keys, last, group, people, list(new.values()))


def _keys(package: Package, people: Welcomed, companies: dict[str, int], wish: Wish) -> Keys:
    """The keys that rows get here. What is only tried takes none that anybody could get."""
    kept = bring_files({**package.found, **dict.fromkeys(package.missing, Found())})
    places: dict[type[models.Model], Sequence[int]] = {}
    for model, count in package.arrivals.counts.items():
        tried = range(-1, -count - 1, -1)
        places[model] = tried if wish.is_dry else set_aside(model, count, package.numbers.get(model, ()))
    words: dict[type[models.Model], Callable[[Any], int | None]] = {
        Person: people.people.__getitem__,
        Organization: companies.__getitem__,
        StoredFile: kept.__getitem__,
        Address: people.addresses.get,
    }
    return Keys(places, words)


def _told(
    package: Package, keys: Keys, last: Mapping[Any, int], group: Group, people: Welcomed, new: list[str]
) -> Brought:
    names = [row["local"] for table in TABLES if table.model is MailName for row in package.rows(table)]
    here = MailName.objects.filter(group__in=list(keys.places[Group]), local__in=names)
    kept = (one is not None and one > last[model] for model, some in package.numbers.items() for one in some)
    return Brought(
        group=group.slug,
        content_hash=package.hash,
        rows={table.name: package.arrivals.counts[table.model] for table in TABLES},
        found=len(people.found),
        made=len(people.people) - len(people.found),
        companies=new,
        missing=package.missing,
        lost_names=len(names) - here.count(),
        kept_numbers=sum(kept),
    )


class _Nobody:
    """Who stands for those without a name, made when the first one comes."""

    def __init__(self) -> None:
        self.key = 0

    def __call__(self) -> int:
        self.key = self.key or bring_nobody()
        return self.key
