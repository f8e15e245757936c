"""The table of members: what it can be narrowed by, and what its rows say. As few queries for any number of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, OuterRef, Prefetch, Q, QuerySet, Subquery, TextChoices, Value, When
from django.http import QueryDict
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Address, Organization, Person
from folkmoot.groups.models import Group, HistoryEntry, Membership, MembershipQuerySet, RoleGrant, Side
from folkmoot.kit.text import key_of

NEW_FOR = timedelta(days=14)
TROUBLED_FOR = timedelta(days=30)  # after a letter came back; what came back before says little about today


class Status(TextChoices):
    """Whether a member does anything here."""

    ACTIVE = "active", pgettext_lazy("members", "active")
    QUIET = "quiet", pgettext_lazy("members", "quiet")
    NEW = "new", pgettext_lazy("members", "new")


class Trouble(TextChoices):
    """What may be wrong with somebody's mail."""

    BACK = "back", pgettext_lazy("members", "it comes back")
    NOWHERE = "nowhere", pgettext_lazy("members", "no address")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What somebody wants to see of the members; what makes no sense narrows nothing."""

    query: str = ""
    side: str = ""
    status: str = ""
    reads: str = ""
    mail: str = ""
    role: int = 0
    subgroup: int = 0

    @classmethod
    def of(cls, wanted: QueryDict) -> "Narrowing":
        """Read it from an address."""

        def one_of(name: str, values: list[str]) -> str:
            return wanted.get(name, "") if wanted.get(name) in values else ""

        return cls(
            query=wanted.get("q", "").strip()[:100],
            side=one_of("side", Side.values),
            status=one_of("status", Status.values),
            reads=one_of("reads", Membership.Mail.values),
            mail=one_of("mail", Trouble.values),
            role=key_of(wanted.get("role", "")),
            subgroup=key_of(wanted.get("subgroup", "")),
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a search from the box above the table goes on to ask; words, role and subgroup are in the box itself."""
        named = {"side": self.side, "status": self.status, "reads": self.reads, "mail": self.mail}
        return [(name, value) for name, value in named.items() if value]


def listed(group: Group, narrowing: Narrowing, *, with_addresses: bool) -> QuerySet[Membership, Any]:
    """Return the members with their status. Addresses are searched only for those who may see them."""
    return _told(group, _found(group, narrowing, with_addresses=with_addresses))


def page_of(group: Group, narrowing: Narrowing, *, with_addresses: bool, number: str | None, size: int) -> Page[Any]:
    """Return one page of them: first who is on it, then what is told of those few. All else would be told of all."""
    keys = _found(group, narrowing, with_addresses=with_addresses).values_list("pk", flat=True)
    searched = list(keys) if narrowing.query else keys  # to count them first would be to search twice
    page: Page[Any] = Paginator(searched, size).get_page(number)
    here = list(page.object_list)
    page.object_list = list(_told(group, Membership.objects.filter(pk__in=here)).prefetch_related(roles_carried()))
    return page


def roles_carried() -> Prefetch:
    return Prefetch("grants", RoleGrant.objects.valid().select_related("role").order_by("role_id"))


def _found(group: Group, narrowing: Narrowing, *, with_addresses: bool) -> MembershipQuerySet:
    found = group.memberships.current().filter(_wanted(group, narrowing))
    if narrowing.query:
        found = found.filter(_named(narrowing.query, with_addresses))
    return found.order_by("person__name", "pk")


def _told(group: Group, members: MembershipQuerySet) -> QuerySet[Membership, Any]:
    back = Case(When(_is_troubled(Trouble.BACK), then=F("address__trouble__last_at")))
    told = members.with_owners().annotate(
        status=_status(group, now()), mail_address=F("address__email"), came_back_at=back
    )
    return told.select_related("person", "organization").order_by("person__name", "pk")


def _wanted(group: Group, narrowing: Narrowing) -> Q:
    wanted = Q()
    if narrowing.side:
        wanted &= Q(side=narrowing.side)
    if narrowing.reads:
        wanted &= Q(mail=narrowing.reads)
    if narrowing.mail:
        wanted &= _is_troubled(Trouble(narrowing.mail))
    if narrowing.role:
        carrying = RoleGrant.objects.valid().filter(role=narrowing.role, role__group=group)
        wanted &= Q(pk__in=carrying.values("membership"))
    if narrowing.subgroup:
        there = Membership.objects.current().filter(group=narrowing.subgroup, group__reaching__above=group)
        wanted &= Q(person__in=there.values("person"))
    if narrowing.status:
        wanted &= _are(Status(narrowing.status), group, now())
    return wanted


def _are(status: Status, group: Group, at: datetime) -> Q:
    """Who came lately is new; of the others it counts when they last did something."""
    is_new = Q(joined_at__gt=at - NEW_FOR)
    is_active = Q(active_at__gt=at - timedelta(days=group.active_days))
    is_quiet = Q(active_at=None) | Q(active_at__lte=at - timedelta(days=group.active_days))
    older = Q(joined_at__lte=at - NEW_FOR)
    return {Status.NEW: is_new, Status.ACTIVE: older & is_active, Status.QUIET: older & is_quiet}[status]


def _is_troubled(trouble: Trouble) -> Q:
    if trouble == Trouble.NOWHERE:
        return Q(address=None)
    return Q(address__trouble__last_at__gt=now() - TROUBLED_FOR)


def _status(group: Group, at: datetime) -> Case:
    first = [When(_are(one, group, at), then=Value(one.value)) for one in (Status.NEW, Status.ACTIVE)]
    return Case(*first, default=Value(Status.QUIET.value))


def _named(query: str, with_addresses: bool) -> Q:
    """Each way to be named is looked up apart: a database that has to ask all of them of each row asks them all."""
    called = Person.objects.filter(Q(name__icontains=query) | Q(handle__istartswith=query.removeprefix("@")))
    words = Q(person__in=called.values("pk"))
    words |= Q(organization__in=Organization.objects.filter(name__icontains=query).values("pk"))
    if with_addresses:
        words |= Q(person__in=Address.objects.filter(email__istartswith=query).values("user"))
    return words


def past(group: Group, query: str = "") -> QuerySet[Membership, Any]:
    """Return who was here: the last to go first, with who removed them."""
    removals = HistoryEntry.objects.filter(group=group, kind="member.removed", about=OuterRef("person"), undone_by=None)
    gone = group.memberships.filter(left_at__isnull=False)
    if query:
        gone = gone.filter(Q(person__name__icontains=query) | Q(person__handle__istartswith=query.removeprefix("@")))
    by = Case(
        When(departed_by=Membership.Departure.REMOVED, then=Subquery(removals.order_by("-pk").values("by__name")[:1]))
    )
    return gone.annotate(removed_by=by).select_related("person").order_by("-left_at", "-pk")
