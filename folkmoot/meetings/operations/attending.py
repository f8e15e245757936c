"""Who was there. The door may be off-line for hours: what it noted comes in batches, in any order, and often twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.groups.models import Membership
from folkmoot.kit.errors import Refused, require
from folkmoot.kit.text import one_line
from folkmoot.meetings.models import Attendance, Meeting, Rsvp, TakenBack
from folkmoot.meetings.rules import can_look_after
from folkmoot.outbox.operations import record

MOST_AT_ONCE = 2_000
MOST_AT_A_MEETING = 20_000
MOST_GUESTS = 20
LONGEST_KEY = 40
EARLY = timedelta(days=1)  # before it begins, people may be let in
NOT_AT_THE_DOOR = _("Only the host, and those who organise, note who comes.")


@dataclass(frozen=True, slots=True)
class Coming:
    """That somebody came, as the door noted it: a person, or a name with an address where one is given."""

    key: str  # made at the door
    came_at: datetime
    person: int | None = None
    name: str = ""
    address: str = ""
    guests: int = 0

    @property
    def rank(self) -> tuple[datetime, str]:
        """Of two notes of the same person the earlier one counts, whichever arrives first."""
        return self.came_at, self.key


def note_coming(meeting: Meeting, *, entries: Sequence[Coming], by: Actor, via: str) -> int:
    """Note who came. The same batch twice, or those of two doors in any order, lead to the same list.

    Whoever is neither a member nor has answered is noted by the name that the door knows. Returns how many are new.
    """
    if len(entries) > MOST_AT_ONCE:
        raise Refused(_("%(most)s people are the most at once.") % {"most": MOST_AT_ONCE})
    with transaction.atomic():
        meeting = _hold(meeting, by)
        _require_open(meeting)
        noted = _standing(_of_known([_tidied(entry, meeting) for entry in entries], meeting), meeting)
        there = {_whose(row.person_id, row.key): row for row in meeting.attendances.all()}
        wanted = _one_each(noted, taken={row.key for row in there.values()}, there=there)
        if len(there) + len(wanted.keys() - there.keys()) > MOST_AT_A_MEETING:
            raise Refused(_("There are too many people for one meeting."))
        new = [_row(meeting, entry, by, via) for whose, entry in wanted.items() if whose not in there]
        Attendance.objects.bulk_create(new)
        changed = [_earlier(there[whose], entry) for whose, entry in wanted.items() if whose in there]
        better = [row for row in changed if row is not None]
        Attendance.objects.bulk_update(better, ["key", "came_at", "guests"], batch_size=200)
        if new or better:
            record("attendance.noted", meeting, by=by, via=via, new=len(new))
    return len(new)


def take_back(attendance: Attendance, *, by: Actor, via: str) -> None:
    """Strike somebody off the list of those who came, for a slip of the finger.

    What a door noted of them before now, and brings later, counts no more; what is noted from now on does.
    """
    with transaction.atomic():
        meeting = _hold(attendance.meeting, by)
        if Attendance.objects.filter(pk=attendance.pk).delete()[0]:
            who = attendance.person
            key = "" if who else attendance.key
            TakenBack.objects.update_or_create(meeting=meeting, person=who, key=key, defaults={"at": now()})
            record("attendance.taken_back", meeting, by=by, via=via, person=attendance.person_id)


def _hold(meeting: Meeting, by: Actor) -> Meeting:
    rows = Meeting.objects.select_for_update(no_key=True, of=("self",)).select_related("group")
    held: Meeting = rows.get(pk=meeting.pk)
    require(can_look_after(by, held), NOT_AT_THE_DOOR)
    return held


def _require_open(meeting: Meeting) -> None:
    if meeting.is_draft:
        raise Refused(_("This meeting is still being planned."))
    if meeting.cancelled_at:
        raise Refused(_("This meeting does not take place."))
    if now() < meeting.starts_at - EARLY:
        raise Refused(_("The door opens on the day of the meeting."))


def _tidied(entry: Coming, meeting: Meeting) -> Coming:
    """Within bounds: a door's clock may be wrong, and nobody comes before the day or in time to come."""
    came = max(min(entry.came_at, now()), meeting.starts_at - EARLY)
    address = entry.address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    guests = max(0, min(entry.guests, MOST_GUESTS))
    key, name = one_line(entry.key)[:LONGEST_KEY], one_line(entry.name)[:120]
    return replace(entry, key=key, came_at=came, name=name, address=address[:254], guests=guests)


def _of_known(noted: Iterable[Coming], meeting: Meeting) -> list[Coming]:
    """Persons only who belong here; others by their name, or not at all where there is none."""
    entries = list(noted)
    asked = {entry.person for entry in entries if entry.person is not None}
    known = set(Rsvp.objects.filter(meeting=meeting, person__in=asked).values_list("person", flat=True))
    members = Membership.objects.filter(group=meeting.group_id, person__in=asked, left_at=None)
    known |= set(members.values_list("person", flat=True))
    plain = [entry if entry.person in known else replace(entry, person=None) for entry in entries]
    return [replace(entry, name="", address="") if entry.person else entry for entry in plain if _is_told(entry)]


def _standing(entries: Iterable[Coming], meeting: Meeting) -> list[Coming]:
    """Those that were noted after whoever came had last been struck off: the later word counts."""
    struck = {_whose(one.person_id, one.key): one.at for one in meeting.taken_back.all()}
    return [one for one in entries if (at := struck.get(_whose(one.person, one.key))) is None or one.came_at > at]


def _is_told(entry: Coming) -> bool:
    return bool(entry.key and (entry.person or entry.name))


Whose = int | str  # a person, or the key of somebody who has no account


def _whose(person: int | None, key: str) -> Whose:
    return person if person is not None else key


def _one_each(entries: Iterable[Coming], *, taken: set[str], there: dict[Whose, Attendance]) -> dict[Whose, Coming]:
    """One note of each: the earliest, with the most guests. A key that stands for somebody else already is left out."""
    found: dict[Whose, Coming] = {}
    used = set(taken)
    for entry in sorted(entries, key=lambda one: one.rank):
        whose = _whose(entry.person, entry.key)
        if whose in found:
            first = found[whose]
            found[whose] = replace(first, guests=max(first.guests, entry.guests))
        elif entry.key not in used or (whose in there and there[whose].key == entry.key):
            found[whose] = entry
            used.add(entry.key)
    return found


def _row(meeting: Meeting, entry: Coming, by: Actor, via: str) -> Attendance:
    return Attendance(
        meeting=meeting,
        person_id=entry.person,
        name=entry.name,
        address=entry.address,
        guests=entry.guests,
        key=entry.key,
        came_at=entry.came_at,
        by=by if isinstance(by, Person) else None,
        via=via,
    )


def _earlier(row: Attendance, entry: Coming) -> Attendance | None:
    """The row as it is to be; None where it stays."""
    guests = max(row.guests, entry.guests)
    if entry.rank < (row.came_at, row.key):
        row.key, row.came_at = entry.key, entry.came_at
    elif guests == row.guests:
        return None
    row.guests = guests
    return row
