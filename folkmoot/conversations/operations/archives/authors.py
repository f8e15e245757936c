"""Who wrote an archive's letters: members by their addresses, and people whom only those letters name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, Q

from folkmoot.accounts.models import Address, Person
from folkmoot.accounts.operations import enrol_all, rename
from folkmoot.groups.models import Group, Membership

AT_ONCE = 100  # new people in one transaction, which must be short


@dataclass(slots=True)
class Authors:
    """Persons by address."""

    members: dict[str, int]
    known: dict[str, tuple[int, str]]  # with the name they have

    def __getitem__(self, address: str) -> int:
        return self.members.get(address) or self.known[address][0]


def find_authors(addresses: Iterable[str], group: Group) -> Authors:
    """Find who is here already. An account counts only in groups it belongs to: anybody can write an mbox."""
    wanted = set(addresses)
    in_group = Membership.objects.current().filter(group=group)
    proven = Q(verified=True, user__in=in_group.values("person"))
    vouched = Q(pk__in=in_group.exclude(address=None).values("address"))
    here = Address.objects.filter(proven | vouched, email__in=wanted).order_by("verified", "-pk")
    members = dict(here.values_list("email", "user_id"))
    has_account = Exists(Address.objects.filter(user=OuterRef("user"), verified=True))
    unclaimed = Address.objects.filter(
        ~has_account, email__in=wanted - members.keys(), user__last_login=None, user__merged_into=None
    )
    rows = unclaimed.order_by("-pk").values_list("email", "user_id", "user__name")
    return Authors(members, {email: (user, name) for email, user, name in rows})


def enrol_authors(names: Mapping[str, str], group: Group) -> Authors:
    """Find everybody in `names` (names by address), and make persons of those who are not here.

    They have an address that nobody has proven yet; whoever proves it may claim what they said.
    """
    authors = find_authors(names, group)
    missing = iter([one for one in names if one not in authors.members and one not in authors.known])
    while some := list(islice(missing, AT_ONCE)):
        made = enrol_all({address: names[address] for address in some})
        authors.known |= {address: (key, names[address]) for address, key in made.items()}
    _name_the_nameless(authors, names)
    return authors


def names_by_address(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The first name that stands beside each address; empty where there is none."""
    names: dict[str, str] = {}
    for address, name in pairs:
        names[address] = names.get(address) or name
    return names


def _name_the_nameless(authors: Authors, names: Mapping[str, str]) -> None:
    """Whoever was called by their address so far gets the name that a later letter says."""
    for address, (key, name) in authors.known.items():
        if names[address] and name == address.partition("@")[0] != names[address]:
            person = Person.objects.get(pk=key)
            rename(person, name=names[address], by=person)
