"""What becomes of each row of a list of who came elsewhere: whose row it is, and of which meeting."""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db.models import Q, TextChoices
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Actor, Address, Person
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, Membership
from folkmoot.kit.parts import in_parts
from folkmoot.meetings.attendees import Attendee
from folkmoot.meetings.models import Attendance, Meeting, Rsvp, TakenBack

AT_ONCE = 400
OF_LIST = "list-"  # how keys of rows that came with a list begin
UNSEEN = _("Only whoever may see members’ addresses finds people by address.")


class Outcome(TextChoices):
    """What becomes of a row."""

    PERSON = "person", pgettext_lazy("row of attendees", "is somebody of the group")
    NAME = "name", pgettext_lazy("row of attendees", "stays a name")
    KEPT = "kept", pgettext_lazy("row of attendees", "was noted before")
    SAME = "same", pgettext_lazy("row of attendees", "stands in the list twice")
    ABSENT = "absent", pgettext_lazy("row of attendees", "did not come, the list says")
    REFUSED = "refused", pgettext_lazy("row of attendees", "can't be taken")


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one row."""

    attendee: Attendee
    outcome: Outcome
    why: str | Promise = ""
    meeting: Meeting | None = None
    person_id: int | None = None
    is_by_address: bool = False
    row_id: int | None = None  # of the name that turns out to be a person

    @property
    def key(self) -> str:
        """The same for the same row, whenever it is brought."""
        one = self.attendee
        namesake = f" {zlib.crc32(one.address.encode()) % 1000}" if one.address else ""  # too short to tell an address
        return OF_LIST + sha256((one.who or one.name.casefold() + namesake).encode()).hexdigest()[:32]

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        one = self.attendee
        return {"line": one.line, "name": one.name, "meeting": self.meeting.title if self.meeting else one.meeting,
                "outcome": self.outcome.value, "why": str(self.why)}  # fmt: skip


@dataclass(slots=True)
class Known:
    """Who belongs to the group, by address and by name; a name that two have is nobody's."""

    by_address: dict[str, int]
    by_name: dict[str, int | None]
    sees_addresses: bool  # whoever brings the list; else nobody is found by one


@dataclass(slots=True)
class There:
    """Who is noted at a meeting already, and, while a list is gone through, who came with it."""

    people: set[int] = field(default_factory=set)
    names: dict[str, int] = field(default_factory=dict)  # keys of those who are names only, with their rows
    others: set[str] = field(default_factory=set)  # keys of those who are people
    at_the_door: set[str] = field(default_factory=set)  # names that were noted there
    struck_off: set[int | str] = field(default_factory=set)  # people and keys; the same list does not bring them back
    now: set[int | str] = field(default_factory=set)


def fates(group: Group, attendees: Sequence[Attendee], *, meeting: Meeting | None = None, by: Actor) -> list[Fate]:
    """Say what becomes of them: at one meeting, or at those that the rows name."""
    known, named = _known(group, attendees, by), _Named(group)
    placed = [(one, *((meeting, "") if meeting else named.of(one))) for one in attendees]
    there = _there({at.pk for _one, at, _why in placed if at})
    found = []
    for one, at, why in placed:
        if one.trouble or one.is_absent or at is None:
            outcome = Outcome.ABSENT if one.is_absent and not one.trouble else Outcome.REFUSED
            found.append(Fate(one, outcome, one.trouble or ("" if one.is_absent else why), at))
        else:
            found.append(_fate(one, at, known, there[at.pk]))
    return found


def _fate(one: Attendee, at: Meeting, known: Known, there: There) -> Fate:
    by_address = known.by_address.get(one.address) if one.address else None
    name = one.name.casefold()
    person = by_address or known.by_name.get(name)
    fate = Fate(one, Outcome.PERSON, "", at, person, by_address is not None, there.names.get(_key(one, at)))
    marks: set[int | str] = {fate.key, person} if person else {fate.key}
    if marks & there.now:
        return Fate(one, Outcome.SAME, "", at, person, fate.is_by_address)
    there.now |= marks
    if marks & there.struck_off:
        return Fate(one, Outcome.KEPT, _("They were struck off the list here."), at)
    if person:
        is_known = person in there.people or fate.key in there.others
        return Fate(one, Outcome.KEPT, "", at, person, fate.is_by_address) if is_known else fate
    if fate.row_id or fate.key in there.others or (not one.who and name in there.at_the_door):
        return Fate(one, Outcome.KEPT, "", at)
    if one.address and not known.sees_addresses:
        return Fate(one, Outcome.NAME if one.name else Outcome.REFUSED, UNSEEN, at)
    if not one.name:
        return Fate(one, Outcome.REFUSED, _("Nobody of the group has this address, and the row has no name."), at)
    is_double = name in known.by_name
    return Fate(one, Outcome.NAME, _("Several members have this name.") if is_double else "", at)


def _key(one: Attendee, at: Meeting) -> str:
    return Fate(one, Outcome.NAME, "", at).key


def _there(meetings: Iterable[int]) -> dict[int, There]:
    """Who is noted at these meetings, in a few questions however many they are."""
    found = {pk: There() for pk in meetings}
    for some in in_parts(sorted(found), AT_ONCE):
        rows = Attendance.objects.filter(meeting__in=some).values_list("meeting", "pk", "person", "key", "name")
        for pk, row, person, key, name in rows.iterator(chunk_size=5_000):
            _note(found[pk], row, person, key, name)
        for pk, person, key in TakenBack.objects.filter(meeting__in=some).values_list("meeting", "person", "key"):
            found[pk].struck_off.add(person or key)
    return found


def _note(there: There, row: int, person: int | None, key: str, name: str) -> None:
    if person is not None:
        there.people.add(person)
        there.others.add(key)
        return
    there.names[key] = row
    if not key.startswith(OF_LIST):
        there.at_the_door.add(name.casefold())


def _known(group: Group, attendees: Sequence[Attendee], by: Actor) -> Known:
    """Members, and who has answered a meeting of the group. Nobody learns of others whether they are here.

    Nor does who may not see members' addresses learn whose one is.
    """
    sees_addresses = holds(by, "members.addresses", group)
    members = Membership.objects.filter(group=group, person__is_active=True)
    answered = Rsvp.objects.filter(meeting__group=group, person__is_active=True)
    nobodys = Q(verified=False, user__last_login=None, user__signed_up_at=None)
    belong = Q(user__in=members.values("person")) | Q(user__in=answered.values("person"))
    by_address: dict[str, int] = {}
    said = {one.address for one in attendees if one.address} if sees_addresses else set()
    for some in in_parts(sorted(said), AT_ONCE):
        rows = Address.objects.filter(Q(verified=True) | nobodys, belong, email__in=some)
        by_address |= dict(rows.order_by("verified", "-pk").values_list("email", "user"))
    wanted = {one.name.casefold() for one in attendees if one.name}
    by_name: dict[str, int | None] = {}
    here = Person.objects.filter(pk__in=members.filter(left_at=None).values("person"))
    for key, name in here.values_list("pk", "name").iterator(chunk_size=5_000):
        folded = " ".join(name.split()).casefold()
        if folded in wanted:
            by_name[folded] = None if folded in by_name else key
    return Known(by_address, by_name, sees_addresses)


class _Named:
    """Finds the past meeting that a row names: by its name for calendars, its title, or its day."""

    def __init__(self, group: Group) -> None:
        self.by_name: dict[str, list[Meeting]] = defaultdict(list)
        past = Meeting.objects.taking_place().filter(group=group, ends_at__lte=now())
        for meeting in past.select_related("group").order_by("-starts_at", "pk"):
            number = "".join(char for char in meeting.uid.partition("@")[0] if char.isdigit())
            day = f"{meeting.starts:%Y-%m-%d}"
            for name in {meeting.uid, meeting.title.casefold(), day, *([number] if len(number) > 4 else [])}:
                self.by_name[name].append(meeting)

    def of(self, one: Attendee) -> tuple[Meeting | None, str | Promise]:
        day = f"{one.day:%Y-%m-%d}" if one.day else ""
        if not (one.meeting or day):
            return None, _("The row names no meeting.")
        found = self.by_name.get(one.meeting) or self.by_name.get(one.meeting.casefold()) or []
        if day:
            of_day = [
                meeting for meeting in (found or self.by_name.get(day, [])) if f"{meeting.starts:%Y-%m-%d}" == day
            ]
            found = of_day if not one.meeting or found else []
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, _("Several past meetings are called so. A column with the day tells them apart.")
        return None, _("No past meeting of the group is called so.")
