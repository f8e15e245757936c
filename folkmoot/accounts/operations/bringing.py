"""People and companies that a group's package names: found here, or made. Inside the transaction of who brings it."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils.timezone import now

from folkmoot.accounts.domains import clean_domain
from folkmoot.accounts.models import Address, Affiliation, Organization, OrganizationDomain, Person
from folkmoot.accounts.operations.people import clean_name, free_handles, taken_handles
from folkmoot.kit.errors import Refused
from folkmoot.kit.parts import in_parts
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody whom a package names, and by which addresses."""

    handle: str  # where they come from
    name: str
    address: str = ""
    erased_at: datetime | None = None
    further: frozenset[str] = frozenset()


@dataclass(slots=True)
class Welcomed:
    """Who they are here: keys by handle, keys of addresses by handle and address."""

    people: dict[str, int] = field(default_factory=dict)
    addresses: dict[tuple[str, str], int] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)  # the handles of those who were here before


def same_handles(comers: Sequence[Comer]) -> frozenset[str]:
    """Return the handles that will mean the same person here: free ones, and those of people found by address."""
    here = _found(comers)
    taken = taken_handles([one.handle for one in comers])
    own = {one.handle for one in comers if one.handle in here and here[one.handle].handle == one.handle}
    return frozenset(own | {one.handle for one in comers if one.handle not in taken and one.handle not in here})


def bring_people(comers: Sequence[Comer]) -> Welcomed:
    """Find people by addresses that are proven here, and make persons of the others, whom nobody can sign in as yet.

    Who is here keeps the name and gets no address.
    """
    here, welcomed = _found(comers), Welcomed()
    new = [one for one in comers if one.handle not in here]
    handles = _handles([one.handle for one in new])
    for some in in_parts(new, AT_ONCE):
        _make(some, handles, welcomed)
    for handle, person in here.items():
        welcomed.people[handle] = person.pk
        welcomed.found.add(handle)
    theirs = {person.pk: handle for handle, person in here.items()}
    for keys in in_parts(list(theirs), AT_ONCE):
        for key, owner, email in Address.objects.filter(user__in=keys).values_list("pk", "user", "email"):
            welcomed.addresses[theirs[owner], email.lower()] = key
    return welcomed


def bring_nobody() -> int:
    """Make somebody who stands for all who spoke without a name: who they were did not come along."""
    nobody = Person(name="", handle=f"left-{secrets.token_hex(8)}", is_active=False, erased_at=now())
    nobody.set_unusable_password()
    nobody.save(force_insert=True)
    return nobody.pk


def bring_organizations(
    companies: Iterable[Mapping[str, object]], *, via: str
) -> tuple[dict[str, int], dict[str, str]]:
    """Find companies by a domain or their name, and make the others. Returns keys by slug, and new ones' names."""
    keys, made = {}, {}
    for one in companies:
        slug, name = str(one["slug"]), one_line(str(one["name"]))[:100]
        domains = list(_domains(one["domains"]))
        found = Organization.objects.filter(domains__domain__in=domains).order_by("pk").first()
        found = found or Organization.objects.filter(name__iexact=name).first()
        if found is None:
            found = _make_organization(name, slug, domains, via)
            made[slug] = name
        keys[slug] = found.pk
    return keys, made


def bring_affiliations(
    ties: Iterable[Mapping[str, Any]], people: Mapping[str, int], companies: Mapping[str, int]
) -> None:
    """Say who belongs to companies that came along. Of others this place knows itself who does."""
    rows = [
        Affiliation(
            person_id=people[one["person"]],
            organization_id=companies[one["organization"]],
            proof=Affiliation.Proof.WORD,
            starts_on=one["starts_on"],
            ends_on=one["ends_on"],
        )
        for one in ties
        if one["organization"] in companies
    ]
    Affiliation.objects.bulk_create(rows, batch_size=AT_ONCE)


def _make_organization(name: str, slug: str, domains: Sequence[str], via: str) -> Organization:
    if not name:
        raise Refused("a company has no name")
    while Organization.objects.filter(slug=slug).exists():
        slug = f"{slug[:32]}-{secrets.token_hex(3)}"
    made: Organization = Organization.objects.create(name=name, slug=slug)
    OrganizationDomain.objects.bulk_create(OrganizationDomain(organization=made, domain=one) for one in domains)
    record("organization.made", made, by=None, via=via, domains=list(domains))
    return made


def _domains(said: object) -> Iterator[str]:
    """As they may be said here; what anybody can have an address at says nothing of a company."""
    for one in said if isinstance(said, list) else ():
        try:
            yield clean_domain(str(one))
        except Refused:
            continue


def _found(comers: Sequence[Comer]) -> dict[str, Person]:
    """Who is here already, by the handle where they come from: nobody is found twice."""
    wanted = {one.address.lower(): one for one in reversed(comers) if one.address and not one.erased_at}
    found: dict[str, Person] = {}
    known: dict[int, str] = {}
    proven = Exists(Address.objects.filter(user=OuterRef("user"), verified=True))
    for some in in_parts(list(wanted), AT_ONCE):
        rows = Address.objects.filter(email__in=some, user__merged_into=None).select_related("user")
        unclaimed = {"user__last_login": None, "user__signed_up_at": None, "user__erased_at": None}
        for row in [*rows.filter(verified=True), *rows.filter(~proven, **unclaimed).order_by("pk")]:
            handle = wanted[row.email.lower()].handle
            if handle not in found and row.user_id not in known:
                found[handle], known[row.user_id] = row.user, handle
    return found


def _handles(wished: Sequence[str]) -> dict[str, str]:
    """Those that newcomers get here: their own where it is free."""
    taken = taken_handles(wished)
    others = [one for one in wished if one in taken]
    given = free_handles([[one] for one in others], also=wished)
    return {one: one for one in wished} | dict(zip(others, given, strict=True))


def _make(comers: Sequence[Comer], handles: Mapping[str, str], welcomed: Welcomed) -> None:
    people = [
        Person(
            name="" if one.erased_at else clean_name(one.name, one.address),
            handle=handles[one.handle],
            is_active=one.erased_at is None,
            erased_at=one.erased_at,
        )
        for one in comers
    ]
    for person in people:
        person.set_unusable_password()
    Person.objects.bulk_create(people)
    welcomed.people |= {one.handle: person.pk for one, person in zip(comers, people, strict=True)}
    rows = [
        (one.handle, Address(user=person, email=email, primary=email == one.address.lower()))
        for one, person in zip(comers, people, strict=True)
        for email in sorted({one.address.lower(), *(each.lower() for each in one.further)})
        if email and not email.endswith(f"@{settings.HOST.lower()}")
    ]
    Address.objects.bulk_create(row for _handle, row in rows)
    welcomed.addresses |= {(handle, row.email): row.pk for handle, row in rows}
