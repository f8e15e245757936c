"""What becomes of each person of a list, before it does: asked with a few questions for some hundred of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Q, TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Address
from folkmoot.groups.models import Denial, Group, Invitation, Membership
from folkmoot.groups.rosters import Entry
from folkmoot.groups.sides import unfit_of


class Outcome(TextChoices):
    """What becomes of a row."""

    ADDED = "added", pgettext_lazy("row of a list", "becomes a member")
    INVITED = "invited", pgettext_lazy("row of a list", "is invited")
    FILLED = "filled", pgettext_lazy("row of a list", "is a member; what was missing is filled in")
    KEPT = "kept", pgettext_lazy("row of a list", "is a member already")
    WAITING = "waiting", pgettext_lazy("row of a list", "is invited already")
    SAME = "same", pgettext_lazy("row of a list", "stands in the list twice")
    REFUSED = "refused", pgettext_lazy("row of a list", "can't be taken")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row, and of whom it speaks."""

    entry: Entry
    outcome: Outcome
    why: str | Promise = ""
    person_id: int | None = None
    address_id: int | None = None
    membership: Membership | None = None

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        entry = self.entry
        words = str(self.why or entry.remark)
        return {"line": entry.line, "address": entry.address, "name": entry.name, "outcome": self.outcome.value,
                "why": words}  # fmt: skip


@dataclass(slots=True)
class Known:
    """What is known of the people of a part of a list."""

    persons: Mapping[str, tuple[int, int, bool]]  # by address: the person, the address, whether the account is open
    memberships: Mapping[int, Membership]
    banned: frozenset[int]
    invited: frozenset[str]
    declined: frozenset[str]
    unfit: frozenset[int]
    strangers_fit: bool


def fates(group: Group, entries: Sequence[Entry], *, are_agreed: bool, seen: dict[int, int]) -> list[Fate]:
    """Say what becomes of them. `seen` remembers who of the list has been dealt with, and on which line."""
    known = _known(group, [entry.address for entry in entries if not entry.trouble and not entry.same_as])
    return [_fate(entry, known, are_agreed=are_agreed, seen=seen) for entry in entries]


def _fate(entry: Entry, known: Known, *, are_agreed: bool, seen: dict[int, int]) -> Fate:
    if entry.trouble:
        return Fate(entry, Outcome.REFUSED, entry.trouble)
    if entry.same_as:
        return Fate(entry, Outcome.SAME, _on_line(entry.same_as))
    person, address, is_open = known.persons.get(entry.address, (None, None, True))
    if person is not None and person in seen:
        return Fate(entry, Outcome.SAME, _on_line(seen[person]), person)
    if person is not None:
        seen[person] = entry.line
    member = known.memberships.get(person) if person is not None else None
    if member is not None and member.left_at is None:
        return Fate(entry, _of_member(entry, member), "", person, address, member)
    why = _why_not(entry, known, person, member, is_open=is_open)
    if why:
        return Fate(entry, Outcome.REFUSED, why, person)
    if are_agreed:
        return Fate(entry, Outcome.ADDED, "", person, address)
    is_waiting = entry.address in known.invited
    return Fate(entry, Outcome.WAITING if is_waiting else Outcome.INVITED, "", person)


def _on_line(line: int) -> str | Promise:
    return _("The same person as on line %(line)d.") % {"line": line}


def _of_member(entry: Entry, member: Membership) -> Outcome:
    said = {one.field.key for one in member.values.all()}
    return Outcome.FILLED if any(entry.values.get(key) for key in entry.values.keys() - said) else Outcome.KEPT


def _why_not(
    entry: Entry, known: Known, person: int | None, member: Membership | None, *, is_open: bool
) -> str | Promise:
    if entry.address.endswith(f"@{settings.HOST.lower()}"):
        return _("%(address)s is one of our own addresses.") % {"address": entry.address}
    if not is_open:
        return _("This account is closed.")
    if person in known.banned:
        return _("They are banned from this group. Lift that first.")
    if member is not None and member.left_at is not None:
        return _gone(member)
    if entry.address in known.declined:
        return _("They were invited and said no.")
    if person in known.unfit or (person is None and not known.strangers_fit):
        return _("This group is for people of one side only, and they are of the other.")
    return ""


def _gone(member: Membership) -> str | Promise:
    day = {"day": f"{member.left_at:%Y-%m-%d}"}
    if member.departed_by == Membership.Departure.LEFT:
        return (
            _("They left this group on %(day)s. They can come back themselves; a list does not bring them back.") % day
        )
    return _("They were taken out of this group on %(day)s. Invite them if that is over.") % day


def _known(group: Group, addresses: list[str]) -> Known:
    persons = _persons(addresses)
    ids = [person for person, _address, _is_open in persons.values()]
    members = Membership.objects.filter(group=group, person__in=ids).select_related("group")
    denied = Denial.objects.valid().filter(person__in=ids, permission="", group__reached__below=group)
    invitations = Invitation.objects.filter(group=group, address__in=addresses)
    unfit, strangers_fit = unfit_of(group, ids)
    return Known(
        persons,
        {one.person_id: one for one in members.prefetch_related("values__field")},
        frozenset(denied.values_list("person", flat=True)),
        frozenset(invitations.open().values_list("address", flat=True)),
        frozenset(invitations.filter(is_accepted=False).values_list("address", flat=True)),
        unfit,
        strangers_fit,
    )


def _persons(addresses: list[str]) -> dict[str, tuple[int, int, bool]]:
    """Who is known by these addresses, as `Person.objects.known_at` says it of one: proven, or nobody's account yet."""
    nobodys = Q(verified=False, user__last_login=None, user__signed_up_at=None, user__erased_at=None)
    rows = Address.objects.filter(Q(verified=True) | nobodys, email__in=addresses)
    found: dict[str, tuple[int, int, bool]] = {}
    for email, person, key, is_open in rows.order_by("-verified", "user", "pk").values_list(
        "email", "user", "pk", "user__is_active"
    ):
        found.setdefault(email, (person, key, is_open))
    return found
