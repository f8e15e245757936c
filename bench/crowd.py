"""Fills an installation with a crowd of groups and people, and asks it: python -m bench.crowd WHAT ARGUMENTS. JSON."""

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django

django.setup()

# What follows needs Django to be set up.
from django.db import connection  # noqa: E402
from django.http import QueryDict  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils.timezone import now  # noqa: E402

from folkmoot.accounts.models import Address, Person  # noqa: E402
from folkmoot.accounts.operations import enrol  # noqa: E402
from folkmoot.conversations.models import Channel, Topic  # noqa: E402
from folkmoot.conversations.operations import main_channel  # noqa: E402
from folkmoot.conversations.queries import newest, readable  # noqa: E402
from folkmoot.groups import deciding  # noqa: E402
from folkmoot.groups.listing import Narrowing, page_of  # noqa: E402
from folkmoot.groups.models import Group, Membership, Role, RoleGrant  # noqa: E402
from folkmoot.groups.operations import found  # noqa: E402
from folkmoot.groups.operations.reach import lay_reach  # noqa: E402
from folkmoot.outbox.models import Event  # noqa: E402

VIA, AT_ONCE, TIMES = "bench", 5_000, 25
IN_MANY, A_PAGE = 400, 50


def fill(groups: str, memberships: str, topics: str) -> dict[str, int]:
    """Make groups below one root, every other hidden, with so many members and topics over a year, evenly spread."""
    root, made = _tree(int(groups))
    people = _people(int(memberships) // int(groups) * 50, made)
    _join(made, people, int(memberships))
    _talk([main_channel(one).pk for one in made], int(topics))
    _named_people(root, made)
    Event.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"groups": Group.objects.count(), "memberships": Membership.objects.count(), "topics": Topic.objects.count()}


def members(number: str) -> dict[str, int]:
    """Make one group of so many members, of whom some are owners, active, by mail or on the web."""
    owner = enrol(name="Mo Many", address="mo@example.org", proven=True, via=VIA)
    many = found(founder=owner, name="Many", slug="many", via=VIA)
    part = found(founder=owner, parent=many, name="Part", slug="part", via=VIA)
    people = _people(int(number), [many])
    _join([many], people, int(number))
    _join([part], people[: len(people) // 10], len(people) // 10)
    moderator = many.roles.get(key=Role.BuiltIn.MODERATOR)
    carriers = many.memberships.order_by("pk").values_list("pk", flat=True)[: len(people) // 100]
    RoleGrant.objects.bulk_create(RoleGrant(membership_id=one, role=moderator) for one in carriers)
    Event.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"members": many.memberships.count()}


def ask() -> dict[str, object]:
    """The newest fifty topics that each kind of reader may see: milliseconds, and the plan."""
    readers = {"nobody": None} | {one: Person.objects.at(f"{one}@example.org") for one in ("quiet", "many", "root")}
    return {name: {"ms": _timed(lambda who=who: _newest(who)), "plan": _plan(who)} for name, who in readers.items()}  # type: ignore[misc]


def decide() -> dict[str, float]:
    """One decision: microseconds warm, and queries when nothing is known yet."""
    person, group = Person.objects.at("many@example.org"), Group.objects.get(slug="g7")
    for kept in (deciding._carried, deciding._members_carry):
        kept.cache_clear()
    with CaptureQueriesContext(connection) as cold:
        deciding.holds(person, "topics.post", group)
    began = time.perf_counter()
    for _time in range(2_000):
        deciding.permissions_in(group, person)
    return {"us": 1e6 * (time.perf_counter() - began) / 2_000, "queries": len(cold)}


def table() -> dict[str, float]:
    """A page of the table of members, whole and narrowed in each way: milliseconds, names in their order."""
    group = Group.objects.get(slug="many")
    role, subgroup = group.roles.get(key=Role.BuiltIn.MODERATOR).pk, group.subgroups.get().pk
    asked = ["", "side=inside", "status=active", "status=quiet", "reads=each", "mail=nowhere", "q=reader+99", "q=zzz"]
    asked += [f"role={role}", f"subgroup={subgroup}", "side=inside&status=active&reads=each"]
    return {one or "all": _median(lambda one=one: _page(group, one)) for one in asked}  # type: ignore[misc]


def _page(group: Group, asked: str) -> None:
    narrowing = Narrowing.of(QueryDict(asked))
    page = page_of(group, narrowing, with_addresses=True, number="1", size=100)
    assert len(page) <= page.paginator.count  # both stand on the page


def _newest(person: Person | None) -> int:
    return len(newest(readable(person), A_PAGE))


def _plan(person: Person | None) -> str:
    """How the database finds the channels, in one line."""
    lines = Channel.objects.visible_to(person).values_list("pk", flat=True).explain().splitlines()
    return "; ".join(" ".join(line.split()[3:] if connection.vendor == "sqlite" else line.split()) for line in lines)


def _median(do: Callable[[], object]) -> float:
    return statistics.median(_timed(do))


def _timed(do: Callable[[], object]) -> list[float]:
    do()
    took = []
    for _time in range(TIMES):
        began = time.perf_counter()
        do()
        took.append(1000 * (time.perf_counter() - began))
    return took


def _tree(number: int) -> tuple[Group, list[Group]]:
    founder = enrol(name="Rue Root", address="root@example.org", proven=True, via=VIA)
    root = found(founder=founder, name="Root", slug="trunk", via=VIA)
    other = enrol(name="Wren Writer", address="writer@example.org", proven=True, via=VIA)
    made = []
    for count in range(number):
        visibility = "hidden" if count % 2 else "public"
        one = found(founder=other, name=f"Group {count}", slug=f"g{count}", visibility=visibility, via=VIA)
        Group.objects.filter(pk=one.pk).update(parent=root)
        lay_reach(Group.objects.get(pk=one.pk))
        made.append(one)
    return root, made


def _people(number: int, groups: list[Group]) -> list[int]:
    first = groups[0].slug
    Person.objects.bulk_create(
        (Person(name=f"Reader {count}", handle=f"{first}-{count}", password="!") for count in range(number)),
        batch_size=AT_ONCE,
    )
    people = list(Person.objects.filter(handle__startswith=f"{first}-").values_list("pk", flat=True))
    Address.objects.bulk_create(
        (Address(user_id=one, email=f"{first}-{one}@example.net", verified=True, primary=True) for one in people),
        batch_size=AT_ONCE,
    )
    return people


def _join(groups: list[Group], people: list[int], memberships: int) -> None:
    dice, at, each = random.Random(3), now(), memberships // len(groups)
    sides, ways = ["", "inside", "partner", "customer", "outside"], ["each", "none"]
    for group in groups:
        Membership.objects.bulk_create(
            (
                Membership(
                    group=group,
                    person_id=one,
                    mail=dice.choice(ways),
                    side=dice.choice(sides),
                    joined_at=at - timedelta(days=dice.randint(0, 900)),
                    active_at=at - timedelta(days=dice.randint(0, 700)),
                    active_by="spoke",
                )
                for one in dice.sample(people, min(each, len(people)))
            ),
            batch_size=AT_ONCE,
        )


def _talk(channels: list[int], number: int) -> None:
    step, end = timedelta(days=365) / number, now()
    for start in range(0, number, AT_ONCE):
        Topic.objects.bulk_create(
            Topic(channel_id=channels[at % len(channels)], title=f"Topic {at}", last_post_at=end - step * at)
            for at in range(start, min(number, start + AT_ONCE))
        )


def _named_people(root: Group, groups: list[Group]) -> None:
    """One in a single quiet hidden group, and one in four hundred; the owner of the root is there."""
    quiet = enrol(name="Quin Quiet", address="quiet@example.org", proven=True, via=VIA)
    many = enrol(name="Mara Many", address="many@example.org", proven=True, via=VIA)
    still = found(founder=quiet, name="Still", slug="still", visibility="hidden", via=VIA)
    _talk([main_channel(still).pk], 60)
    Topic.objects.filter(channel__group=still).update(last_post_at=now() - timedelta(days=700))
    Membership.objects.bulk_create(Membership(group=one, person=many) for one in groups[:IN_MANY])
    assert RoleGrant.objects.filter(role__group=root, role__key=Role.BuiltIn.OWNER).exists()


WHAT: dict[str, Callable[..., object]] = {one.__name__: one for one in (fill, members, ask, decide, table)}

if __name__ == "__main__":
    print(json.dumps(WHAT[sys.argv[1]](*sys.argv[2:])))
