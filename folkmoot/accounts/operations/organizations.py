"""Companies, their domains, and who belongs to them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.domains import above_of, at_domain, clean_domain
from folkmoot.accounts.models import Actor, Address, Affiliation, Organization, OrganizationDomain, Person
from folkmoot.accounts.rules import require_administrator
from folkmoot.kit.errors import Refused
from folkmoot.kit.text import one_line
from folkmoot.outbox.operations import record

Proof = Affiliation.Proof
MOST_DOMAINS = 200  # of one company


def make_organization(*, name: str, domains: Iterable[str] = (), by: Actor, via: str) -> Organization:
    """Make a company known, with the domains whose addresses are its people's."""
    name = _clean(name)
    cleaned = list(dict.fromkeys(map(clean_domain, domains)))
    with transaction.atomic():
        require_administrator(by)
        _refuse_taken(name)
        made: Organization = Organization.objects.create(name=name, slug=_free_slug(name))
        for domain in cleaned:
            _add(made, domain)
        record("organization.made", made, by=by, via=via, domains=cleaned)
    return made


def rename_organization(organization: Organization, *, name: str, by: Actor, via: str) -> None:
    """Call a company something else. What its people said keeps the name it had then."""
    name = _clean(name)
    with transaction.atomic():
        require_administrator(by)
        _refuse_taken(name, but=organization)
        Organization.objects.filter(pk=organization.pk).update(name=name)
        record("organization.renamed", organization, by=by, via=via)


def add_domain(organization: Organization, *, domain: str, by: Actor, via: str) -> None:
    """Let addresses at a domain, and at those below it, say that somebody belongs to a company."""
    domain = clean_domain(domain)
    with transaction.atomic():
        require_administrator(by)
        if organization.domains.count() >= MOST_DOMAINS:
            raise Refused(_("A company has %(most)d domains at most.") % {"most": MOST_DOMAINS})
        _add(organization, domain)
        record("organization.changed", organization, by=by, via=via, domains=[domain])


def remove_domain(domain: OrganizationDomain, *, by: Actor, via: str) -> None:
    """Let a domain say nothing of a company any more; who belonged to it by that alone no longer does."""
    with transaction.atomic():
        require_administrator(by)
        organization, name = domain.organization, domain.domain
        OrganizationDomain.objects.filter(pk=domain.pk).delete()
        record("organization.changed", organization, by=by, via=via, domains=[name])


def merge_organizations(other: Organization, *, into: Organization, by: Actor, via: str) -> None:
    """Make two companies one: domains and people of the other are the one's."""
    with transaction.atomic():
        require_administrator(by)
        if other.pk == into.pk:
            raise Refused(_("Choose another company."))
        other.domains.update(organization=into)
        for tie in other.affiliations.filter(ends_on=None):
            if into.affiliations.filter(person=tie.person_id, proof=tie.proof, ends_on=None).exists():
                _end(tie)
        other.affiliations.update(organization=into)
        record("organization.merged", into, by=by, via=via, other_id=other.pk)


def forget_organization(organization: Organization, *, by: Actor, via: str) -> None:
    """Delete a company that nobody belongs to, or that became part of another."""
    with transaction.atomic():
        require_administrator(by)
        if organization.domains.exists() or organization.affiliations.filter(ends_on=None).exists():
            raise Refused(_("This company has domains or people. Make it part of another, or take those away first."))
        record("organization.removed", organization, by=by, via=via)
        Organization.objects.filter(pk=organization.pk).delete()


def affiliate(
    person: Person,
    organization: Organization,
    *,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: Actor,
    via: str,
) -> Affiliation:
    """Say that somebody belongs to a company, from a day to a day, whatever their addresses are."""
    starts_on = starts_on or localdate()
    with transaction.atomic():
        require_administrator(by)
        if ends_on is not None and ends_on < starts_on:
            raise Refused(_("It can't end before it begins."))
        said = Affiliation.objects.filter(person=person, organization=organization, proof=Proof.WORD)
        overlapping = said.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
        if ends_on is not None:
            overlapping = overlapping.filter(starts_on__lte=ends_on)
        if overlapping.exists():
            raise Refused(_("That is known already for a part of this time."))
        sayer = by if isinstance(by, Person) else None
        tie = Affiliation.objects.create(
            person=person,
            organization=organization,
            proof=Proof.WORD,
            said_by=sayer,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        record("affiliation.begun", person, by=by, via=via, organization_id=organization.pk)
    return tie


def end_affiliation(tie: Affiliation, *, by: Actor, via: str) -> None:
    """Take the word back that somebody belongs to a company. What an address proves ends with that address."""
    with transaction.atomic():
        require_administrator(by)
        if tie.proof != Proof.WORD:
            raise Refused(_("An address proves this. It ends with the address, or with the company's domain."))
        _end(tie)
        record("affiliation.ended", tie.person, by=by, via=via, organization_id=tie.organization_id)


def settle_affiliations(person: Person, *, via: str) -> None:
    """Let somebody belong to just those companies that their proven addresses are of."""
    with transaction.atomic():
        proven = person.addresses.filter(verified=True).values_list("email", flat=True)
        wanted = set() if person.erased_at else set(_companies_of(proven).values())
        open_ties = Affiliation.objects.filter(person=person, proof=Proof.ADDRESS, ends_on=None)
        known = {tie.organization_id: tie for tie in open_ties}
        for gone in known.keys() - wanted:
            _end(known[gone])
            record("affiliation.ended", person, by=None, via=via, organization_id=gone)
        for new in sorted(wanted - known.keys()):
            Affiliation.objects.create(person=person, organization_id=new, proof=Proof.ADDRESS)
            record("affiliation.begun", person, by=None, via=via, organization_id=new)


def settle_domains(domains: Iterable[str], *, via: str) -> None:
    """Look again at everybody who has an address at these domains, or below them."""
    for domain in domains:
        owners = Address.objects.filter(at_domain(domain), verified=True).values("user")
        for person in Person.objects.filter(pk__in=owners).order_by("pk").iterator():
            settle_affiliations(person, via=via)


def settle_all() -> None:
    """Look at everybody whose affiliation by address is not as their addresses say. For the clock, once a night."""
    known = dict(OrganizationDomain.objects.values_list("domain", "organization"))
    settle_domains(known, via="clock")
    ties = Affiliation.objects.filter(proof=Proof.ADDRESS, ends_on=None).values("person")
    for person in Person.objects.filter(pk__in=ties).order_by("pk").iterator():
        settle_affiliations(person, via="clock")


def _companies_of(emails: Iterable[str]) -> dict[str, int]:
    """For each address the company of the nearest domain above it that is one."""
    lines = {email: above_of(email.rpartition("@")[2]) for email in emails}
    asked = {one for line in lines.values() for one in line}
    known: dict[str, Any] = dict(
        OrganizationDomain.objects.filter(domain__in=asked).values_list("domain", "organization")
    )
    found = {email: next((known[one] for one in line if one in known), None) for email, line in lines.items()}
    return {email: company for email, company in found.items() if company is not None}


def _end(tie: Affiliation) -> None:
    """Until yesterday; what did not last a day never was."""
    yesterday = localdate() - timedelta(days=1)
    if tie.starts_on > yesterday:
        Affiliation.objects.filter(pk=tie.pk).delete()
    else:
        Affiliation.objects.filter(pk=tie.pk).update(ends_on=yesterday)


def _add(organization: Organization, domain: str) -> None:
    other = OrganizationDomain.objects.filter(domain=domain).select_related("organization").first()
    if other is not None:
        words = _("%(domain)s belongs to %(company)s already.")
        raise Refused(words % {"domain": domain, "company": other.organization.name})
    OrganizationDomain.objects.create(organization=organization, domain=domain)


def _clean(name: str) -> str:
    kept = one_line(name)[:100].strip()
    if not kept:
        raise Refused(_("A company has a name. Please write one."))
    return kept


def _refuse_taken(name: str, *, but: Organization | None = None) -> None:
    same = Organization.objects.filter(name__iexact=name)
    if (same.exclude(pk=but.pk) if but else same).exists():
        raise Refused(_("There is a company “%(name)s” already.") % {"name": name})


def _free_slug(name: str) -> str:
    base = slugify(name)[:34].strip("-") or "company"
    slug, number = base, 2
    while Organization.objects.filter(slug=slug).exists():
        slug = f"{base}-{number}"
        number += 1
    return slug
