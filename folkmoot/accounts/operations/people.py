import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Address, MailTrouble, OldHandle, Operator, Person, StartLink
from folkmoot.kit.errors import NotAllowed, Refused, require
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.operations import record

AT_ONCE = 500  # handles of one query
LINK_LASTS = timedelta(days=7)


def enrol(*, name: str, address: str = "", proven: bool = False, via: str) -> Person:
    """Make a person, with a first address or without one. Our own addresses are nobody's."""
    if address.lower().endswith(f"@{settings.HOST.lower()}"):
        raise Refused(_("%(address)s is one of our own addresses.") % {"address": address})
    with transaction.atomic():
        person = Person(name=clean_name(name, address), handle=free_handle(name, address))
        person.set_unusable_password()
        person.save(force_insert=True)
        if address:
            Address.objects.create(user=person, email=address.lower(), verified=proven, primary=True)
        record("person.enrolled", person, by=person, via=via)
    return person


def stand_in(*, name: str) -> Person:
    """Make somebody inside a transaction that comes to nothing, under a number that nobody will ever have."""
    number = secrets.randbits(62)
    return Person.objects.create(pk=number, name=name, handle=f"as-{number}", has_shortcuts=False)


def enrol_all(names: Mapping[str, str]) -> dict[str, int]:
    """Make a person for each address at once, named as given; nobody has proven these addresses yet.

    For authors who come in hundreds: whatever brings them records one event of its own.
    """
    with transaction.atomic():
        handles = free_handles([(name, address) for address, name in names.items()])
        people = [
            Person(name=clean_name(name, address), handle=handle)
            for (address, name), handle in zip(names.items(), handles, strict=True)
        ]
        for person in people:
            person.set_unusable_password()
        Person.objects.bulk_create(people)
        keys = {address: person.pk for address, person in zip(names, people, strict=True)}
        rows = [Address(user_id=key, email=address.lower(), primary=True) for address, key in keys.items()]
        Address.objects.bulk_create(rows)
    return keys


def rename(person: Person, *, name: str, by: Person) -> None:
    """Change the name that others see."""
    require(by == person or by.is_administrator, _("You can't rename somebody else."))
    if not name.strip():
        raise Refused(_("Everybody has a name here. Please write one."))
    with transaction.atomic():
        Person.objects.filter(pk=person.pk).update(name=clean_name(name, ""))
        record("person.renamed", person, by=by, via="web")
    person.refresh_from_db(fields=["name"])


def mail_came_back(address: Address) -> None:
    """Note that a letter to an address came back. No event: nobody acts on it but who looks at the members."""
    with transaction.atomic():
        trouble, made = MailTrouble.objects.get_or_create(address=address)
        if not made:
            MailTrouble.objects.filter(pk=trouble.pk).update(times=F("times") + 1, last_at=now())


def prove_address(person: Person, *, address: str, via: str) -> None:
    """Note that a person has shown that letters to an address reach them."""
    with transaction.atomic():
        owner = Person.objects.at(address)
        if owner is not None and owner != person:
            raise Refused(_("This address belongs to somebody else."))
        row, _made = Address.objects.get_or_create(
            user=person, email=address.lower(), defaults={"primary": not person.addresses.exists()}
        )
        if not row.verified:
            Address.objects.filter(pk=row.pk).update(verified=True)
        MailTrouble.objects.filter(address=row).delete()
        record("address.proven", person, by=person, via=via, address_id=row.pk)


def merge(other: Person, *, into: Person, by: Actor, via: str) -> None:
    """Make two persons one. The other's handle redirects; each app moves its own rows when it hears of it."""
    require(can_merge(by, other, into), _("These two can't be made one by you."))
    with transaction.atomic():
        taken = set(into.addresses.values_list("email", flat=True))
        other.addresses.filter(email__in=taken).delete()
        other.addresses.update(user=into, primary=False)
        OldHandle.objects.filter(person=other).update(person=into)
        OldHandle.objects.create(handle=other.handle, person=into)
        Person.objects.filter(pk=other.pk).update(
            merged_into=into, is_active=False, handle=f"merged-{other.pk}", administrator_since=None
        )
        record("person.merged", other, by=by, via=via, into_id=into.pk)


def can_merge(by: Actor, other: Person, into: Person) -> bool:
    """An administrator may; and anybody may take over a past that was only known by an address of their own."""
    if other == into or other.merged_into_id or into.merged_into_id:
        return False
    if isinstance(by, Operator) or by.is_administrator:
        return True
    proven = into.addresses.filter(verified=True).values("email")
    left = other.addresses.exclude(email__in=proven)
    return by == into and other.last_login is None and other.addresses.exists() and not left.exists()


def make_start_link() -> str:
    """Return the token of a new one-time link, or "" when there is an administrator already."""
    if Person.objects.exclude(administrator_since=None).exists():
        return ""
    token = secrets.token_urlsafe(24)
    with transaction.atomic():
        StartLink.objects.filter(used_at=None).delete()
        StartLink.objects.create(token_hash=_hash(token))
    return token


def is_start_link(token: str) -> bool:
    return StartLink.objects.filter(token_hash=_hash(token), used_at=None, made_at__gt=now() - LINK_LASTS).exists()


def become_first_administrator(token: str, *, name: str, address: str) -> Person:
    """Use the one-time link: the visitor becomes the installation's first administrator."""
    with transaction.atomic():
        used = StartLink.objects.filter(token_hash=_hash(token), used_at=None, made_at__gt=now() - LINK_LASTS)
        if not used.update(used_at=now()) or Person.objects.exclude(administrator_since=None).exists():
            raise NotAllowed(_("This link has been used. Sign in, or start Folkmoot again for a new link."))
        person = Person.objects.known_at(address) or enrol(name=name, address=address, proven=True, via="web")
        prove_address(person, address=address, via="web")
        Person.objects.filter(pk=person.pk).update(administrator_since=now())
        record("administrator.named", person, by=person, via="web")
    person.refresh_from_db()
    return person


def free_handle(*wishes: str) -> str:
    """Return a handle that nobody has or had, like the first wish that Latin letters can write."""
    return free_handles([wishes])[0]


def free_handles(wishes: Sequence[Sequence[str]], *, also: Collection[str] = ()) -> list[str]:
    """Return a free handle for each of many; no two of them are alike, and none is one of those also taken."""
    bases = [_handle_like(one) for one in wishes]
    tried, given, taken = dict(enumerate(bases)), dict[int, str](), set(also)
    while tried:
        taken |= taken_handles(list(tried.values()))
        for place, handle in list(tried.items()):
            if handle in taken:
                tried[place] = f"{bases[place]}-{secrets.randbelow(90000) + 10000}"
            else:
                taken.add(handle)
                given[place] = tried.pop(place)
    return [given[place] for place in range(len(bases))]


def taken_handles(handles: Sequence[str]) -> set[str]:
    """Return those that somebody has or had."""
    taken: set[str] = set()
    for some in in_parts(handles, AT_ONCE):
        taken |= set(Person.objects.filter(handle__in=some).values_list("handle", flat=True))
        taken |= set(OldHandle.objects.filter(handle__in=some).values_list("handle", flat=True))
    return taken


def _handle_like(wishes: Sequence[str]) -> str:
    bases = (slugify(wish.partition("@")[0])[:32].strip("-_") for wish in wishes)
    return next(filter(None, bases), "member")


def clean_name(name: str, address: str) -> str:
    """Return a name that can be shown: printable, of 100 characters at most, from the address where there is none."""
    kept = "".join(char for char in name if char.isprintable()).strip()[:100]
    return kept or address.partition("@")[0][:100] or "?"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
