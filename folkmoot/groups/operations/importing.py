"""Take in, or invite, the people of a list: by page and by command the same, with a rehearsal that writes nothing."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Address, Person
from folkmoot.accounts.operations import enrol_all
from folkmoot.groups.fates import Fate, Outcome, fates
from folkmoot.groups.fields import fields_of, names_of, taken
from folkmoot.groups.models import Group, Invitation, Membership, Move, Moved
from folkmoot.groups.operations.arrivals import Arriving, bring_in
from folkmoot.groups.operations.coming_over import note_moved
from folkmoot.groups.operations.history import note
from folkmoot.groups.operations.invitations import MOST_A_DAY
from folkmoot.groups.operations.roles import lock
from folkmoot.groups.operations.values import fill_in
from folkmoot.groups.policy import FULL, room_in
from folkmoot.groups.rosters import Roster, read
from folkmoot.groups.rules import can_manage_members
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.parts import in_parts
from folkmoot.outbox.models import Event
from folkmoot.outbox.operations import record_all
from folkmoot.store.statistics import renew_statistics

AT_ONCE = 400  # rows of one transaction
MOST_TAKEN_IN_A_DAY = 2_000  # by one person who is no administrator, on their word that all of them agreed
NOT_YOURS = _("You can't add members to this group.")
Arrival = Membership.Arrival
Watch = Callable[[int, int], None]  # told of: how many rows more are done, and how many there are


@dataclass(slots=True)
class Room:
    """How many more one person may take in or invite today, and how many more the group has room for; None: any."""

    today: int | None
    here: int | None

    def give(self, fate: Fate) -> Fate:
        """Count a row; one that is too much is named, and can be done tomorrow or when the group has room again."""
        is_added = fate.outcome == Outcome.ADDED
        if is_added and self.here == 0:
            return replace(fate, outcome=Outcome.REFUSED, why=FULL)
        counts = is_added or fate.outcome == Outcome.INVITED
        if counts and self.today == 0:
            return replace(fate, outcome=Outcome.REFUSED, why=_("That is more than one person can do in a day."))
        self.here = self.here if self.here is None else self.here - is_added
        self.today = self.today if self.today is None else self.today - counts
        return fate


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a list, or would become of it."""

    fates: list[Fate]
    ignored: list[str]  # columns that say nothing to us
    is_rehearsal: bool

    @property
    def counts(self) -> dict[Outcome, int]:
        found = Counter(fate.outcome for fate in self.fates)
        return {outcome: found[outcome] for outcome in Outcome if found[outcome]}

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        counts = {outcome.value: self.counts.get(outcome, 0) for outcome in Outcome}
        rows = [fate.facts() for fate in self.fates]
        return {"dry_run": self.is_rehearsal, **counts, "ignored_columns": self.ignored, "rows": rows}


def rehearse_import(
    group: Group, raw: bytes | str, *, are_agreed: bool, watch: Watch = lambda rows, total: None, by: Actor
) -> Report:
    """Say what would become of each row. Nothing is written."""
    require(can_manage_members(by, group), NOT_YOURS)
    roster, room = _read(group, raw), _room(group, by, are_agreed=are_agreed)
    seen: dict[int, int] = {}
    found: list[Fate] = []
    for part in in_parts(roster.entries, AT_ONCE):
        _refuse_closed(group)
        found += [room.give(fate) for fate in fates(group, part, are_agreed=are_agreed, seen=seen)]
        watch(len(part), len(roster.entries))
    return Report(found, roster.ignored, is_rehearsal=True)


def import_members(
    group: Group,
    raw: bytes | str,
    *,
    are_agreed: bool,
    tells: bool = False,
    is_moved: bool = False,
    watch: Watch = lambda rows, total: None,
    by: Actor,
    via: str,
) -> Report:
    """Take in the people of a list, who have agreed to that, or else invite them. Who can't be taken is named.

    A few hundred rows at a time, of which `watch` is told; doing it again goes on where it was stopped. `is_moved`:
    they are of the old place from which the group comes over.
    """
    require(can_manage_members(by, group), NOT_YOURS)
    move = group.moves.going_on().first() if is_moved else None
    roster, seen = _read(group, raw), dict[int, int]()
    found: list[Fate] = []
    for part in in_parts(roster.entries, AT_ONCE):
        with transaction.atomic():
            group = lock(group)
            require(can_manage_members(by, group), NOT_YOURS)
            _refuse_closed(group)
            room = _room(group, by, are_agreed=are_agreed)
            some = [room.give(fate) for fate in fates(group, part, are_agreed=are_agreed, seen=seen)]
            made = _take_in(group, some, tells=tells, by=by, via=via)
            _invite(group, some, move=move, by=by, via=via)
            here = [one.membership for one in some if one.membership]
            note_moved(move, [one.person_id for one in (*here, *made)], way=Moved.Way.LIST)
        found += some
        if len(part) == AT_ONCE:
            renew_statistics(Person, Address, Membership)
        watch(len(part), len(roster.entries))
    return Report(found, roster.ignored, is_rehearsal=False)


def _read(group: Group, raw: bytes | str) -> Roster:
    fields = {one.key: one for one in fields_of(group)}
    roster = read(raw, fields=names_of(fields.values()))
    entries = []
    for entry in roster.entries:
        values, trouble = taken(fields, entry.values)
        entries.append(replace(entry, values=values, remark=entry.remark or trouble))
    return replace(roster, entries=entries)


def _refuse_closed(group: Group) -> None:
    if group.closed_at:
        raise Refused(_("This group is closed."))


def _room(group: Group, by: Actor, *, are_agreed: bool) -> Room:
    return Room(today=_today(by, are_agreed=are_agreed), here=room_in(group))


def _today(by: Actor, *, are_agreed: bool) -> int | None:
    """How many more this person may take in, or invite, today. Whoever has the installation counts for themselves."""
    if not isinstance(by, Person) or by.is_administrator:
        return None
    since = now() - timedelta(days=1)
    if are_agreed:
        done = Event.objects.filter(kind="member.joined", actor=by, at__gt=since).count()
        return max(0, MOST_TAKEN_IN_A_DAY - done)
    return max(0, MOST_A_DAY - Invitation.objects.filter(invited_by=by, invited_at__gt=since).count())


def _take_in(group: Group, some: list[Fate], *, tells: bool, by: Actor, via: str) -> list[Membership]:
    added = [fate for fate in some if fate.outcome == Outcome.ADDED]
    filled = [(one.membership, one.entry.values) for one in some if one.outcome == Outcome.FILLED and one.membership]
    fill_in(group, {member.pk: values for member, values in filled})
    record_all("member.described", [member for member, _values in filled], by=by, via=via)
    if not added:
        return []
    new = [one.entry for one in added if one.person_id is None]
    persons = enrol_all({entry.address: entry.name for entry in new})
    keys = dict(Address.objects.filter(user__in=persons.values()).values_list("user", "pk"))
    coming = []
    for one in added:
        person = persons[one.entry.address] if one.person_id is None else one.person_id
        coming.append(
            Arriving(
                person, one.address_id or keys.get(person), one.entry.mail or Membership.Mail.EACH, one.entry.since,
                one.entry.values,
            )
        )  # fmt: skip
    made = bring_in(group, coming, arrived_by=Arrival.IMPORTED, tells=tells, by=by, via=via)
    note(group, "members.imported", by=by, via=via, count=len(made), memberships=[one.pk for one in made])
    return made


def _invite(group: Group, some: list[Fate], *, move: Move | None, by: Actor, via: str) -> None:
    asked = [one.entry for one in some if one.outcome == Outcome.INVITED]
    if not asked:
        return
    inviter = by if isinstance(by, Person) else None
    too_old = Invitation.objects.filter(group=group, answered_at=None, address__in=[one.address for one in asked])
    again = {one.address: one for one in too_old}
    too_old.update(invited_at=now(), invited_by=inviter, move=move)
    made = Invitation.objects.bulk_create(
        Invitation(
            group=group,
            address=one.address,
            name=one.name[:100],
            token=secrets.token_hex(16),
            invited_by=inviter,
            move=move,
        )
        for one in asked
        if one.address not in again
    )
    record_all("member.invited", [*again.values(), *made], by=by, via=via)
    note(group, "members.invited", by=by, via=via, count=len(asked))
