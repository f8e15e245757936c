"""The table of members: what it can be narrowed by, and what its rows say. One query, however many members."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.http import QueryDict
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Address
from folkmoot.groups.models import Group, Membership, Role, RoleGrant, Side

NEW_FOR = timedelta(days=14)


class Status(TextChoices):
    """Whether a member does anything here."""

    ACTIVE = "active", pgettext_lazy("members", "active")
    QUIET = "quiet", pgettext_lazy("members", "quiet")
    NEW = "new", pgettext_lazy("members", "new")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What somebody wants to see of the members; what makes no sense narrows nothing."""

    query: str = ""
    side: str = ""
    status: str = ""
    reads: str = ""

    @classmethod
    def of(cls, wanted: QueryDict) -> "Narrowing":
        def one_of(name: str, values: list[str]) -> str:
            return wanted.get(name, "") if wanted.get(name) in values else ""

        return cls(
            query=wanted.get("q", "").strip()[:100],
            side=one_of("side", Side.values),
            status=one_of("status", Status.values),
            reads=one_of("reads", Membership.Mail.values),
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a search for other words goes on to ask."""
        named = {"side": self.side, "status": self.status, "reads": self.reads}
        return [(name, value) for name, value in named.items() if value]


def listed(group: Group, narrowing: Narrowing, *, with_addresses: bool) -> QuerySet[Membership, Any]:
    """Return the members with their status. Addresses are searched only for those who may see them."""
    owns = RoleGrant.objects.valid().filter(membership=OuterRef("pk"), role__key=Role.BuiltIn.OWNER)
    found = group.memberships.current().filter(_wanted(group, narrowing))
    if narrowing.query:
        found = found.filter(_named(narrowing.query, with_addresses))
    found = found.annotate(is_owner=Exists(owns), status=_status(group, now()), mail_address=F("address__email"))
    return found.select_related("person", "organization").order_by("person__name", "pk")


def _wanted(group: Group, narrowing: Narrowing) -> Q:
    wanted = Q()
    if narrowing.side:
        wanted &= Q(side=narrowing.side)
    if narrowing.reads:
        wanted &= Q(mail=narrowing.reads)
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


def _status(group: Group, at: datetime) -> Case:
    first = [When(_are(one, group, at), then=Value(one.value)) for one in (Status.NEW, Status.ACTIVE)]
    return Case(*first, default=Value(Status.QUIET.value))


def _named(query: str, with_addresses: bool) -> Q:
    words = Q(person__name__icontains=query) | Q(organization__name__icontains=query)
    words |= Q(person__handle__istartswith=query.removeprefix("@"))
    if with_addresses:
        theirs = Address.objects.filter(user=OuterRef("person"), email__istartswith=query)
        words |= Q(Exists(theirs))
    return words


def harmless(cell: str) -> str:
    """A table program takes a cell that begins like this for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell
